"""Applying macros: filling in what their words stand for, and doing their steps with or after what is sent."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from samovar.accounts import hours_in_words
from samovar.accounts.models import Brand, Calendar, User
from samovar.accounts.voices import shown_name
from samovar.conversations import calendars, drafting, macro_steps
from samovar.conversations.drafting import Typed
from samovar.conversations.macro_steps import Outcome, Step
from samovar.conversations.models import Conversation, Draft, Macro
from samovar.conversations.models.macro import LANGUAGES
from samovar.conversations.placeholders import SLOT, fill, first_name, harmless
from samovar.lib import clock
from samovar.ui.numbers import numbered

MOST_OFFERED = 12
SAMPLE_NUMBER = 20418
OF_HOURS = re.compile(r"\{\{\s*team\.")
# Between what was typed and what a macro adds to it.
GAP = "\n\n"


@dataclass(frozen=True)
class Offer:
    """A macro as it is offered in a conversation: ``text`` is filled in, ``digit`` is the reader's own key."""

    macro: Macro
    text: str
    digit: int | None

    @property
    def step_count(self) -> int:
        """How many steps it has."""
        return len(self.macro.steps)


def offers(conversation: Conversation, typed: str, by: User) -> list[Offer]:
    """Return what fits the letters that ``by`` has typed, the best first, filled in for this conversation."""
    rows = Macro.objects.all().offered_to(by).found_by(typed, by)[:MOST_OFFERED]
    found = list(rows)
    texts = filled(conversation, found, by)
    return [Offer(macro, text, vars(macro)["digit"]) for macro, text in zip(found, texts, strict=True)]


def filled(conversation: Conversation, macros: Sequence[Macro], by: User) -> list[str]:
    """Return the texts of ``macros`` with what their placeholders stand for when ``by`` writes in this conversation.

    Hours are told in the language of the macro, else in the customer's, else in that in which the house writes.
    """
    if not any(SLOT.search(macro.text) for macro in macros):
        return [macro.text for macro in macros]
    brand = Brand.objects.all().of(conversation.inbox.brand_id)
    values = _values(conversation, brand, by)
    asks = any(OF_HOURS.search(macro.text) for macro in macros)
    calendar = calendars.calendar_of(conversation, by) if asks else None
    told = conversation.customer.language
    own = told if told in dict(LANGUAGES) else brand.language
    return [fill(macro.text, values | _hours(calendar, macro.language or own)) for macro in macros]


def _hours(calendar: Calendar | None, language: str) -> dict[str, str]:
    if calendar is None:
        return {}
    with override(language):
        return {
            "team.opening_hours": hours_in_words.line(calendar.week),
            "team.next_opening": hours_in_words.next_opening(calendar.hours),
        }


def _values(conversation: Conversation, brand: Brand, by: User) -> dict[str, str]:
    """Return what the other placeholders stand for.

    What customers say of themselves, and what they wrote as a subject, is used only as far as it is harmless.
    """
    name = harmless(conversation.customer.name)
    return {
        "customer.first_name": first_name(name),
        "customer.name": name,
        "agent.public_name": shown_name(by),
        "agent.name": by.name,
        "brand.name": brand.name or conversation.inbox.house_name(brand),
        "conversation.number": numbered(conversation.pk),
        "conversation.subject": harmless(conversation.subject),
    }


def sample_values(by: User) -> dict[str, str]:
    """Return what the placeholders stand for on the page on which a macro is worded: nobody whom we know."""
    name = _("Elena Sokolova")
    return {
        "customer.first_name": first_name(name),
        "customer.name": name,
        "agent.public_name": shown_name(by),
        "agent.name": by.name,
        "brand.name": Brand.objects.all().default().name or _("Aurora Home"),
        "conversation.number": numbered(SAMPLE_NUMBER),
        "conversation.subject": _("A scratched desk"),
        **_hours(Calendar.usual(), get_language() or settings.LANGUAGE_CODE),
    }


@transaction.atomic
def plan(conversation: Conversation, mode: str, macro: Macro, by: User) -> list[Step]:
    """Count a use of ``macro`` and return what will be done once the draft of ``by`` is sent, its steps included.

    Raises CustomerErased.
    """
    conversation.writable()
    macro.count_use(by)
    added = macro_steps.named(macro.steps)
    draft = Draft.objects.filter(conversation=conversation, mode=mode, user=by).first()
    steps = macro_steps.in_order([*macro_steps.from_draft(draft.steps if draft else ()), *added])
    if added:
        _keep(conversation, mode, steps, by)
    return steps


@transaction.atomic
def insert(conversation: Conversation, mode: str, macro: Macro, by: User) -> None:
    """Put the text of ``macro`` behind what ``by`` has typed so far, and plan its steps; raises CustomerErased."""
    plan(conversation, mode, macro, by)
    draft = Draft.objects.filter(conversation=conversation, mode=mode, user=by).first()
    before = draft.text.rstrip() if draft else ""
    [text] = filled(conversation, [macro], by)
    drafting.keep(conversation, mode, GAP.join(filter(None, (before, text))), by=by)


@transaction.atomic
def leave_out(conversation: Conversation, mode: str, code: str, by: User) -> list[Step]:
    """Take a step out of what will be done once the draft of ``by`` is sent; returns what is left."""
    own = Draft.objects.filter(conversation=conversation, mode=mode, user=by)
    draft = own.select_for_update().first()
    left = [step for step in macro_steps.from_draft(draft.steps if draft else ()) if step.code != code]
    own.update(steps=macro_steps.kept(left))
    return left


@transaction.atomic
def carry_out(conversation: Conversation, macro: Macro, by: User) -> Outcome:
    """Do the steps of a macro without a text at once."""
    macro.count_use(by)
    return macro_steps.carry_out(conversation, macro_steps.in_order(macro_steps.named(macro.steps)), by)


@transaction.atomic
def send(conversation: Conversation, typed: Typed, steps: Sequence[Step], by: User) -> Outcome:
    """Send what was typed and do ``steps``, all of it or nothing; raises what drafting.write() raises."""
    drafting.write(conversation, typed, by=by)
    return macro_steps.carry_out(conversation, steps, by)


def _keep(conversation: Conversation, mode: str, steps: Sequence[Step], by: User) -> None:
    kept = macro_steps.kept(steps)
    Draft.objects.update_or_create(
        conversation=conversation,
        mode=mode,
        user=by,
        defaults={"steps": kept},
        create_defaults={"steps": kept, "saved_at": clock.now()},
    )
