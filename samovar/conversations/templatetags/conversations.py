"""A row of a list, drawn once for all who look at the same list; who wrote to us; what was promised."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.dateparse import parse_datetime
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from samovar.accounts.models import User
from samovar.conversations import delivered_causes, editing, spam, withdrawing
from samovar.conversations.models import Conversation, Message
from samovar.conversations.models.message import Way
from samovar.conversations.models.promise import Breach, PromiseKind
from samovar.conversations.promising import Line
from samovar.events.models import Event
from samovar.lib import sayings
from samovar.ui import durations

register = template.Library()
REMEMBERED = 4096
MOST_TAGS, MOST_MARKS = 2, 3
WAY_SIGNS: Mapping[str, str] = {Way.CALL: "phone", Way.VISIT: "user"}


@dataclass(frozen=True)
class Row:
    """Everything that a row shows: equal rows look the same to readers of one language and time zone.

    ``why_undelivered`` and ``why_spam`` are told where a list is about that, and ``has_acts`` offers to decide
    there, ``can_pick`` to select it.
    ``due`` is the moment of the corner, ``form`` how it is written and ``sign`` what stands before it; ``wait`` is how
    far it is away in words where it is written so. ``planned_at`` is when the next answer leaves that waits for its
    moment, ``is_held`` says that somebody has to decide about it first; ``is_watched`` that the reader is told of it.
    ``steps`` says how many of its steps are done; ``began_by`` is the call or the visit with which it began.
    """

    pk: int
    address: str
    is_current: bool
    is_unread: bool
    is_undelivered: bool
    why_undelivered: str
    kind: str
    customer: str
    customer_id: int
    subject: str
    priority: int
    priority_shown: str
    cause: str
    idea: str
    tags: tuple[str, ...]
    assignee: str
    assignee_id: int | None
    team: str
    sign: str
    due: datetime
    form: str
    wait: str
    is_promised: bool = False
    steps: str = ""
    why_spam: str = ""
    idea_title: str = ""
    has_acts: bool = False
    can_pick: bool = False
    planned_at: datetime | None = None
    is_held: bool = False
    experts: str = ""
    is_watched: bool = False
    began_by: str = ""

    @property
    def began_sign(self) -> str:
        """The sign of how it began, as in a thread."""
        return WAY_SIGNS.get(self.began_by, "mail")

    @property
    def began_name(self) -> str:
        """What a call or a visit with which it began is called; empty for a letter, as for most."""
        return str(Way(self.began_by).label) if self.began_by else ""


@register.filter
def their_name(message: Message, conversation: Conversation) -> str:
    """Return who wrote to us, as it is shown: somebody else without a name must not pass for the customer."""
    if message.sender_name:
        return message.sender_name
    if message.customer_id == conversation.customer_id:
        return conversation.customer.shown_name
    return message.sender_address or gettext("Unknown sender")


@register.filter
def consulted_name(message: Message, conversation: Conversation) -> str:
    """Return who wrote to us as an expert sees it: by name, and never by an address."""
    return message.sender_name if "@" not in message.sender_name and message.sender_name else _plain(conversation)


def _plain(conversation: Conversation) -> str:
    name = conversation.customer.name
    return name if name and "@" not in name else gettext("The customer")


@register.filter
def cause_line(event: Event) -> str:
    """Return what was decided about a cause: a delivered one in the reader's language, any other as it was called."""
    key = event.data["cause_key"]
    return Event(kind=event.kind, data={"cause": delivered_causes.shown(key) if key else event.data["cause"]}).line


@register.filter
def why_spam(conversation: Conversation) -> spam.Why | None:
    """Return why a conversation, fetched ``with_spam_reasons()``, stands among spam."""
    return spam.why(conversation)


@dataclass(frozen=True)
class Told:
    """What an event of a promise says: ``before`` is the moment that was given up, ``breach`` why it is not kept."""

    is_step: bool
    what: str
    due_at: datetime | None
    before: datetime | None
    breach: str

    @property
    def shows_moment(self) -> bool:
        """Whether it says by when."""
        return self.due_at is not None


@register.filter
def promise_told(event: Event) -> Told:
    """Return what an event of a promise says; its words are gone when the customer was erased."""
    data = event.data
    kind = PromiseKind(data["promise_kind"])
    has_moment = event.kind in ("PromiseMade", "PromiseMoved", "PromiseReopened")
    return Told(
        is_step=kind == PromiseKind.STEP,
        what=data["what"] or str(kind.label),
        due_at=_moment(data["due_at"]) if has_moment else None,
        before=_moment(data.get("due_before")),
        breach=str(Breach(data["breach"]).label) if data.get("breach") else "",
    )


@register.filter
def steps_done(steps: Sequence[Line]) -> str:
    """Return how many of the steps are done."""
    return _steps({"all": len(steps), "done": sum(step.is_done for step in steps)})


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


@register.simple_tag
def conversation_row(
    conversation: Conversation, query: str = "", current_id: int | None = None, *, acts: bool = False
) -> SafeString:
    """Draw a conversation, fetched ``for_list()``, as a row of a list with the address ``query``."""
    why, (sign, due, form), fetched = spam.why(conversation), _due(conversation), vars(conversation)
    row = Row(
        pk=conversation.pk,
        address=conversation.get_absolute_url() + (f"?{query}" if query else ""),
        is_current=conversation.pk == current_id,
        is_unread=conversation.is_unread,
        is_undelivered=conversation.undelivered_at is not None,
        why_undelivered=sayings.told(fetched.get("why_undelivered") or ""),
        kind=conversation.kind,
        customer=conversation.customer.shown_name,
        customer_id=conversation.customer_id,
        subject=conversation.subject or conversation.preview,
        priority=conversation.priority,
        priority_shown=conversation.get_priority_display(),
        cause=str(conversation.cause.now) if conversation.cause else "",
        idea=_idea(conversation),
        tags=_tags(conversation),
        assignee=conversation.assignee.name if conversation.assignee else "",
        assignee_id=conversation.assignee_id,
        team=_team(conversation),
        sign=sign,
        due=due,
        form=form,
        wait=durations.distance(due) if form == "wait" else durations.until(due) if form == "due" else "",
        is_promised=conversation.promise_due_at is not None,
        steps=_steps(fetched["step_count"]),
        why_spam=why.words if why else "",
        idea_title=conversation.idea_title if "idea_of" in fetched else "",
        has_acts=bool(why) and acts,
        can_pick=acts,
        **_planned(fetched["planned"]),
        experts=", ".join(fetched["expert_names"]),
        is_watched=fetched["is_watched"],
        began_by=fetched["began_by"] or "",
    )
    return _drawn(row, translation.get_language(), timezone.get_current_timezone_name())


def _planned(answer: dict[str, Any] | None) -> dict[str, Any]:
    """Return what a row says of the next answer that has not left."""
    return {"planned_at": parse_datetime(answer["due_at"]), "is_held": bool(answer["held"])} if answer else {}


@lru_cache(REMEMBERED)
def _drawn(row: Row, _language: str, _zone: str) -> SafeString:
    return render_to_string("conversations/_row.html", {"row": row})


def _tags(conversation: Conversation) -> tuple[str, ...]:
    """Return the tags that have room beside the other marks: what is said of one conversation stands in one line."""
    found = vars(conversation)
    others = (found["planned"], conversation.promise_due_at, found["expert_names"], found["step_count"])
    room = MOST_MARKS - sum(map(bool, (*others, conversation.priority, conversation.cause)))
    return tuple(found["tag_names"][: max(0, min(room, MOST_TAGS - bool(conversation.cause)))])


def _team(conversation: Conversation) -> str:
    """Return the team that has it; whoever has it stands for their team."""
    return conversation.team.name if conversation.team and not conversation.assignee_id else ""


def _idea(conversation: Conversation) -> str:
    """Return how the mark of an idea reads: where a list is about ideas, with the name of one of us who has had it."""
    if conversation.idea_at is None:
        return ""
    return vars(conversation).get("idea_of") or gettext("Idea")


def _steps(count: dict[str, int] | None) -> str:
    if not count:
        return ""
    return ngettext("%(done)d of %(all)d step", "%(done)d of %(all)d steps", count["all"]) % count


def _due(conversation: Conversation) -> tuple[str, datetime, str]:
    if conversation.idea_at and "idea_of" in vars(conversation):
        return "star", conversation.idea_at, "short"
    promised, snoozed = conversation.promise_due_at, conversation.snoozed_until
    if promised and not (snoozed and snoozed < promised):
        return "", promised, "due"
    if snoozed:
        return "snooze", snoozed, "short"
    if conversation.waiting_since:
        return "clock", conversation.waiting_since, "wait"
    if conversation.resolved_at:
        return "check", conversation.resolved_at, "short"
    return "", conversation.last_message_at, "short"


@register.filter
def can_be_withdrawn(message: Message, user: User) -> bool:
    """Tell whether somebody may delete a message: a note of theirs, or any note for those who lead."""
    return withdrawing.may_withdraw(message, user)


@register.filter
def can_be_edited(message: Message, user: User) -> bool:
    """Tell whether somebody may edit a message: a note of theirs."""
    return editing.may_edit(message, user)
