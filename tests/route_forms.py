"""What somebody would send to the addresses that take a form; without it only the refusal of an empty form is seen."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from tests import make

READER = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
NAMED = {"name": "Aurora Garden"}
HOURS = {"time_zone": "Europe/Moscow", "day_0": "9-18"}
STRONG = {"password": "a samovar of brass"}
BRAND = NAMED | {"accent": "#7a3db8", "language": "en", "sender_form": "brand"}
CHIPS = {
    "chips": "1",
    "chip-name": ["Bob"],
    "chip-address": ["bob@mail.example"],
    "chip-field": ["to"],
    "chip-on": ["bob@mail.example"],
}
MACRO = {"name": "Thanks", "text": "Thank you.", "scope": "everybody"}
LETTER = {"subject": "About the desk", "text": "We send you a new one.", **CHIPS}


def letter() -> dict[str, Any]:
    """Return a letter out of a mailbox from which mail can leave."""
    return LETTER | {"inbox": make.mailbox("letters@aurora.example").inbox_id}


def call() -> dict[str, Any]:
    """Return what somebody said on the phone."""
    said = {"way": "call", "name": "Boris", "at": f"{timezone.localtime():%Y-%m-%dT%H:%M}", "text": "He asks about it"}
    return said | {"subject": "A call", "inbox": make.inbox().pk}


def consent() -> dict[str, Any]:
    """Return what a customer has agreed to."""
    return {"purpose": "news", "state": "given", "at": f"{timezone.localtime():%Y-%m-%dT%H:%M}", "way": "phone"}


# By the name of the route, made once.
FORMS: dict[str, Callable[[], dict[str, Any]]] = {
    "bulk": lambda: {"key": str(uuid4()), "do": "resolve", "id": make.conversation().pk},
    "push_devices": lambda: {"endpoint": "https://push.example/1", "key": READER, "secret": "BTBZMqHH6r4Tts7J_aSIgg"},
    "messages": lambda: {"mode": "note", "text": "She is right."},
    "note_text": lambda: {"text": "He called twice.", "seen": "0"},
    "draft": lambda: {"text": "Dear"},
    "beginning_draft": lambda: {"text": "Dear"},
    "files": lambda: {"file": SimpleUploadedFile("plan.pdf", b"%PDF")},
    "snooze": lambda: {"until": "tomorrow"},
    "reminding": lambda: {"until": "tomorrow"},
    "reminder": lambda: {"until": "tomorrow"},
    "assignment": lambda: {"assignee": ""},
    "priority": lambda: {"priority": "2"},
    "tags": lambda: {"name": "Refund"},
    "causing": lambda: {"cause": make.cause().pk},
    "idea": lambda: {"title": "A box with a handle"},
    "expert_asking": lambda: {"expert": make.user().pk, "question": "Is it in stock?"},
    "consultation": lambda: {"text": "Two are left."},
    "consultation_draft": lambda: {"text": "Two"},
    "expert": lambda: {"topics": "oak, returns"},
    "promises": lambda: {"when": "tomorrow 10"},
    "promise_ending": lambda: {"how": "kept"},
    "promise_moment": lambda: {"when": "tomorrow 10"},
    "promise_owner": lambda: {"assignee": ""},
    "promise_place": lambda: {"step": "1"},
    "participant": lambda: {"choice": "admit"},
    "pending": lambda: {"text": "We come on Friday.", "at": "2035-01-01T09:00"},
    "blocking": lambda: {"who": make.sender().shown, "reason": "spam"},
    "blocked": lambda: {"who": "mallory@elsewhere.example", "reason": "spam"},
    "new_restriction": lambda: {"kind": "warning", "reason": "Called us names", "lasts": "week"},
    "restriction_decision": lambda: {"how": "agree"},
    "asking": lambda: LETTER,
    "asking_draft": lambda: {"text": "Dear"},
    "start": letter,
    "log": call,
    "delivery_address": lambda: {"address": "bob@mail.example"},
    "new_customer": lambda: NAMED,
    "customer_details": lambda: NAMED,
    "addresses": lambda: {"address": "bob@mail.example"},
    "memberships": lambda: {"organisation": "Aurora Home"},
    "membership": lambda: {"role": "buyer"},
    "merging_preview": lambda: {"is_sure": "1"},
    "organisation_details": lambda: NAMED,
    "new_organisation": lambda: NAMED,
    "organisation_people": lambda: {"customer": make.customer().pk},
    "consents": consent,
    "archives": lambda: {"purpose": "asked"},
    "erasure": lambda: {"ground": "asked", "is_sure": "1"},
    "presence": lambda: {"presence": "busy"},
    "notice_ways": lambda: {"pace": "daily"},
    "profile": lambda: {"name": "Olga"},
    "people": lambda: {"addresses": "new@aurora.example", "role": "agent"},
    "new_person": lambda: {"name": "Olga", "email": "new@aurora.example", "role": "agent", **STRONG},
    "role": lambda: {"role": "lead"},
    "password": lambda: STRONG,
    "passkey": lambda: NAMED,
    "accepting": lambda: {"name": "Olga", **STRONG},
    "company": lambda: {"company": "Aurora"},
    "team": lambda: NAMED,
    "teams": lambda: NAMED,
    "new_view": lambda: {"list": "f=status:open", "name": "Open", "scope": "mine"},
    "view": lambda: {"name": "Open", "scope": "everybody", "version": "0"},
    "view_filters": lambda: {"list": "f=status:open", "version": "0"},
    "arranging": lambda: {"view": "mine", "step": "up"},
    "macro": lambda: MACRO | {"version": "0"},
    "new_macro": lambda: MACRO,
    "macro_preview": lambda: {"text": "Hello"},
    "macro_key": lambda: {"digit": "1"},
    "all_causes": lambda: NAMED,
    "cause": lambda: NAMED,
    "cause_place": lambda: {"step": "up"},
    "cause_merging": lambda: {"into": make.cause("Payment").pk},
    "company_calendar": lambda: HOURS,
    "team_calendar": lambda: HOURS | {"has_own": "on"},
    "tag": lambda: NAMED,
    "tag_merging": lambda: {"into": make.tag("Money").pk},
    "brand": lambda: BRAND,
    "new_brand": lambda: BRAND,
    "new_staff_provider": lambda: NAMED | {"issuer": "https://nowhere.invalid", "client_id": "samovar"},
    "staff_provider": lambda: NAMED | {"issuer": "https://nowhere.invalid", "client_id": "samovar"},
}
