"""A conversation as a thread: its messages and what was decided between them, page by page, and what is new."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import BigIntegerField, Case, Exists, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from samovar.accounts.models import User
from samovar.conversations.events import InThread, Regrouped, kinds_in_thread, kinds_of
from samovar.conversations.formatting import Formatted, formatted
from samovar.conversations.models import Conversation, Message, Regrouping
from samovar.conversations.models.message import Direction
from samovar.conversations.pieces import Passage, passages
from samovar.events.models import Event
from samovar.lib.marks import mark, read_mark

# A page of a thread ends at this many messages or at this much text, whichever comes first.
MESSAGES = 50
CHARACTERS = 60_000
AT_LEAST = 5
LINES = 200
MOST_SHOWN = 8_000
MOST_HIDDEN = 1_000
WHOLE = 2_000_000
MOST_PRINTED = 500
WRITTEN = kinds_in_thread(InThread.MESSAGE)
# What changes which answers have not left.
PENDING = ("ReplyScheduled", "ReplyUnscheduled", "ReplyWritten", "ScheduledHeld")
DECIDED = kinds_in_thread(InThread.LINE)
REGROUPED = kinds_of(Regrouped)
MOST_CHOOSABLE = 200


@dataclass(frozen=True)
class Said:
    """A message with its text in passages, or as HTML where it says something in Markdown."""

    message: Message
    passages: list[Passage]
    formatted: Formatted | None = None

    @property
    def at(self) -> datetime:
        """When it came or was written."""
        return self.message.created_at


@dataclass(frozen=True)
class Line:
    """What was decided, in one line; ``until`` is the end of a snooze."""

    event: Event
    actor_name: str
    until: datetime | None

    @property
    def at(self) -> datetime:
        """When it was decided."""
        return self.event.at

    @property
    def regrouping_id(self) -> int | None:
        """By what a merge, a split or a move that it tells of can be undone; None for everything else."""
        is_in_force = bool(vars(self.event).get("is_in_force"))
        return self.event.data["regrouping_id"] if is_in_force else None

    @property
    def other_id(self) -> int | None:
        """The other conversation that it tells of, unless that stands here now."""
        is_here = self.event.kind == "ConversationMerged" and self.regrouping_id is not None
        return None if is_here else self.event.data.get("other_id")

    @property
    def shows_actor(self) -> bool:
        """Whether the line has to say who decided; who takes a conversation is named by it already."""
        named = (self.event.data.get("assignee_id"), self.event.data.get("expert_id"))
        return bool(self.actor_name) and self.event.actor_id not in named


Entry = Said | Line


@dataclass(frozen=True)
class ThreadPage:
    """Entries in the order of time; ``before`` is the mark of the page that comes earlier, "" when there is none."""

    entries: list[Entry]
    before: str


@dataclass(frozen=True)
class News:
    """What has happened since an event: entries to add, messages that look different now, and the newest event.

    What ``is_regrouped`` has to be drawn anew: messages came into the middle of the thread, or went.
    """

    entries: list[Entry]
    changed: list[Said]
    last_event_id: int
    is_empty: bool
    has_pending: bool
    is_regrouped: bool = False

    @property
    def received(self) -> list[Said]:
        """What the customer has written."""
        return [entry for entry in self.entries if isinstance(entry, Said) and entry.message.direction == Direction.IN]


def newest(conversation: Conversation, before: str = "") -> ThreadPage:
    """Return the newest entries, or those before the mark of a later page: three queries, however long the thread."""
    rows = Message.objects.filter(conversation=conversation).of_thread()
    if edge := read_mark(before):
        at, pk = edge
        rows = rows.filter(Q(created_at__lt=at) | Q(created_at=at, pk__lt=pk))
    found = list(rows.order_by("-created_at", "-id")[: MESSAGES + 1])
    shown = found[: _how_many(found)]
    oldest = shown[-1] if len(shown) < len(found) else None
    lines = _lines(conversation, since=oldest.created_at if oldest else None, until=edge[0] if edge else None)
    return ThreadPage(_merged(map(said, shown), lines), mark(oldest.created_at, oldest.pk) if oldest else "")


def news(conversation: Conversation, after: int) -> News:
    """Return what has happened since the event ``after``: at most three queries."""
    events = list(_events(conversation).filter(pk__gt=after).order_by("pk")[:LINES])
    ids = {event.data["message_id"] for event in events if "message_id" in event.data}
    new = {event.data["message_id"] for event in events if event.kind in WRITTEN}
    # Only what stands here still: who sees this conversation need not see where the rest was moved.
    own = Message.objects.filter(pk__in=ids, conversation=conversation)
    messages = [said(message) for message in own.of_thread()] if ids else []
    return News(
        entries=_merged((one for one in messages if one.message.pk in new), _as_lines(events)),
        changed=[one for one in messages if one.message.pk not in new],
        last_event_id=events[-1].pk if events else after,
        is_empty=not events,
        has_pending=any(event.kind in PENDING for event in events),
        is_regrouped=any(event.kind in REGROUPED for event in events),
    )


def said(message: Message, *, is_whole: bool = False) -> Said:
    """Return a message as a page shows it, long texts and long quotes cut unless ``is_whole``."""
    most = (WHOLE, WHOLE) if is_whole else (MOST_SHOWN, MOST_HIDDEN)
    names = vars(message).get("names") or ()
    return Said(message, passages(message.parts, *most, names=names), formatted(message, most[0], names))


def everything(conversation: Conversation, *, with_notes: bool) -> list[Said]:
    """Return the newest MOST_PRINTED messages, oldest first, in full length; two queries."""
    rows = Message.objects.filter(conversation=conversation, withdrawal=None).of_thread()
    if not with_notes:
        rows = rows.exclude(direction=Direction.NOTE)
    found = rows.order_by("-created_at", "-id")[:MOST_PRINTED]
    return [said(message, is_whole=True) for message in reversed(found)]


def choosable(conversation: Conversation) -> list[Message]:
    """Return the newest messages, oldest first, as one chooses among them: without files and without the HTML."""
    rows = Message.objects.filter(conversation=conversation).select_related("author", "customer").defer("html")
    return list(reversed(rows.order_by("-created_at", "-id")[:MOST_CHOOSABLE]))


def _how_many(found: list[Message]) -> int:
    characters = 0
    for number, message in enumerate(found[:MESSAGES]):
        characters += min(sum(len(text) for is_hidden, text in message.parts if not is_hidden), MOST_SHOWN)
        if characters > CHARACTERS and number >= AT_LEAST:
            return number
    return min(len(found), MESSAGES)


def _lines(conversation: Conversation, since: datetime | None, until: datetime | None) -> list[Line]:
    events = _events(conversation).filter(kind__in=DECIDED)
    if since:
        events = events.filter(at__gte=since)
    if until:
        events = events.filter(at__lt=until)
    return _as_lines(events.order_by("-pk")[:LINES])


def _events(conversation: Conversation) -> QuerySet[Event]:
    actor = User.objects.filter(pk=OuterRef("actor_id")).values("name")
    told = Cast(KeyTextTransform("regrouping_id", OuterRef("data")), BigIntegerField())
    in_force = Exists(Regrouping.objects.all().in_force().filter(pk=told))
    is_in_force = Case(When(kind__in=REGROUPED, then=in_force), default=Value(False))
    rows = Event.objects.filter(conversation_id=conversation.pk)
    return rows.annotate(actor_name=Subquery(actor), is_in_force=is_in_force)


def _as_lines(events: Iterable[Event]) -> list[Line]:
    return [
        Line(event, getattr(event, "actor_name", None) or "", _until(event))
        for event in events
        if event.kind in DECIDED
    ]


def _until(event: Event) -> datetime | None:
    return datetime.fromisoformat(event.data["until"]) if "until" in event.data else None


def _merged(messages: Iterable[Said], lines: Iterable[Line]) -> list[Entry]:
    entries: list[Entry] = [*messages, *lines]
    return sorted(entries, key=lambda entry: entry.at)
