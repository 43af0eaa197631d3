"""A conversation as a thread: its messages and what was decided between them, page by page, and what is new."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, F, Max, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Concat, JSONObject

from samovar.accounts.models import User
from samovar.accounts.voices import Voice
from samovar.conversations import keeping, sides
from samovar.conversations.chips import Chip, chips
from samovar.conversations.events import (
    ConfirmationWritten,
    ConversationAssigned,
    ConversationClearedOfSpam,
    ConversationDeleted,
    ConversationFreed,
    ConversationJoined,
    ConversationMarkedAsSpam,
    ConversationPrioritised,
    ConversationReopened,
    ConversationResolved,
    ConversationRestored,
    ConversationSnoozed,
    ConversationWoken,
    LoopSuspected,
    MessageReceived,
    NoteAdded,
    ParticipantAdmitted,
    ParticipantDeclined,
    PhoneCallLogged,
    ReplyWritten,
    VisitLogged,
)
from samovar.conversations.models import (
    Attachment,
    Conversation,
    ConversationLink,
    ConversationTag,
    Draft,
    Inbox,
    Message,
    Participant,
)
from samovar.conversations.models.circle import CircleOf, circle
from samovar.conversations.models.draft import DraftMode
from samovar.conversations.models.message import Direction
from samovar.conversations.pieces import Passage, passages
from samovar.conversations.recipients import Person
from samovar.conversations.speaking import brand_row, voice_before
from samovar.customers.consenting import Standing, standing_of, standings
from samovar.customers.models import Identity
from samovar.events.models import Event
from samovar.events.queries import Horizon, place_of
from samovar.lib.marks import mark, read_mark

# A page of a thread ends at this many messages or at this much text, whichever comes first.
MESSAGES = 50
CHARACTERS = 60_000
AT_LEAST = 5
LINES = 200
MOST_OUTSIDERS, MOST_LINKS = 6, 5
MOST_SHOWN = 8_000
MOST_HIDDEN = 1_000
WHOLE = 2_000_000
MOST_PRINTED = 500
WRITTEN = [
    kind.__name__
    for kind in (MessageReceived, ReplyWritten, NoteAdded, ConfirmationWritten, PhoneCallLogged, VisitLogged)
]
DECIDED = [
    kind.__name__
    for kind in (
        ConversationAssigned,
        ConversationFreed,
        ConversationResolved,
        ConversationReopened,
        ConversationSnoozed,
        ConversationWoken,
        ConversationMarkedAsSpam,
        ConversationClearedOfSpam,
        ConversationDeleted,
        ConversationRestored,
        ConversationJoined,
        ConversationPrioritised,
        LoopSuspected,
        ParticipantAdmitted,
        ParticipantDeclined,
    )
]


@dataclass(frozen=True)
class Said:
    """A message with its text in passages."""

    message: Message
    passages: list[Passage]

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
    def shows_actor(self) -> bool:
        """Whether the line has to say who decided; who takes a conversation is named by it already."""
        return bool(self.actor_name) and self.event.data.get("assignee_id") != self.event.actor_id


Entry = Said | Line


@dataclass(frozen=True)
class ThreadPage:
    """Entries in the order of time; ``before`` is the mark of the page that comes earlier, "" when there is none."""

    entries: list[Entry]
    before: str


@dataclass(frozen=True)
class News:
    """What has happened since an event: entries to add, messages that look different now, and the newest event."""

    entries: list[Entry]
    changed: list[Said]
    last_event_id: int
    is_empty: bool

    @property
    def received(self) -> list[Said]:
        """What the customer has written."""
        return [entry for entry in self.entries if isinstance(entry, Said) and entry.message.direction == Direction.IN]


@dataclass(frozen=True)
class Opened:
    """A conversation with all that its page shows besides the entries.

    ``newest_id`` is the newest message that the customer wrote or can see, ``drafts`` is what the reader has typed and
    not sent (text, saved_at), by mode, and ``files`` are the files (id, name, size_bytes, mode) that go with it.
    ``outsiders`` are those about whom the team is asked and those it has let in (pk, shown, role, admitted), ``links``
    are conversations that may be the same matter (pk, subject), ``sides`` is what was asked outside, as
    ``sides.rows_of`` has it. ``position`` is where a stream begins that misses nothing of what is not shown. ``chips``
    are whom an answer goes to, as its author has chosen it, ``voice`` is in whose name it would go out; ``is_doubted``
    says that the sender of what is answered is not who they say they are. ``consents`` is what the customer agreed to.
    """

    conversation: Conversation
    tags: list[dict[str, Any]]
    drafts: dict[str, dict[str, str]]
    files: list[dict[str, Any]]
    addresses: list[dict[str, str]]
    last_event_id: int
    newest_id: int
    position: str
    outsiders: list[dict[str, Any]]
    links: list[dict[str, Any]]
    sides: list[dict[str, Any]]
    chips: list[Chip]
    is_doubted: bool
    voice: Voice
    consents: list[Standing]

    @property
    def kept_until(self) -> datetime | None:
        """When it will be removed at the earliest, as its inbox says; None while nothing says so."""
        return keeping.kept_until(self.conversation, vars(self.conversation)["retention"])

    @property
    def parent(self) -> dict[str, Any] | None:
        """The conversation about which somebody outside is asked here (pk, subject), if the reader may see it."""
        found: dict[str, Any] | None = vars(self.conversation)["main"]
        return found

    @property
    def followed(self) -> dict[str, Any] | None:
        """The conversation that this one may belong to (pk, subject), if the reader may see it."""
        found: dict[str, Any] | None = vars(self.conversation)["followed"]
        return found


def opened(user: User, pk: int) -> Opened:
    """Return the conversation as its page shows it to ``user``, in one query; raises Conversation.DoesNotExist."""
    row = _rows_to_open(user).get(pk=pk)
    found = vars(row)
    people = circle(found["people"])
    return Opened(
        conversation=row,
        tags=list({tag["id"]: tag for tag in found["tag_list"]}.values()),
        drafts={draft["mode"]: draft for draft in found["draft_list"]},
        files=found["file_list"],
        addresses=found["address_list"],
        last_event_id=found["last_event"] or 0,
        newest_id=found["newest_message"] or 0,
        position=place_of(found["before"]),
        outsiders=found["outsider_list"],
        sides=found["side_list"],
        links=[_other(pk, one) for one in found["link_list"]],
        chips=chips(people, _undecided(found["outsider_list"]), _kept_chips(found["draft_list"])),
        is_doubted=bool(people.answered and people.answered.is_doubted),
        voice=voice_before(found["brand"], row.inbox, user),
        consents=standings(found["consent_list"]),
    )


def _shown_tag(field: str) -> Coalesce:
    return Coalesce(f"tag__merged_into__{field}", f"tag__{field}")


def _undecided(outsiders: list[dict[str, Any]]) -> list[Person]:
    return [Person(one["name"], one["address"]) for one in outsiders if not one["admitted"]]


def _kept_chips(drafts: list[dict[str, Any]]) -> list[list[Any]] | None:
    return next((draft["chips"] for draft in drafts if draft["mode"] == DraftMode.REPLY), None)


def _rows_to_open(user: User) -> QuerySet[Conversation]:
    own, customer = OuterRef("pk"), OuterRef("customer")
    tags = ConversationTag.objects.filter(conversation=own).order_by("tag__name")
    drafts = Draft.objects.filter(conversation=own, user=user)
    files = Attachment.objects.filter(draft__conversation=own, draft__user=user, message=None).order_by("pk")
    written = Message.objects.filter(conversation=own).to_be_seen().order_by()
    return (
        Conversation.objects.all()
        .visible_to(user)
        .with_spam_reasons()
        .select_related("customer", "assignee", "inbox")
        .annotate(
            tag_list=ArraySubquery(tags.values(found=JSONObject(id=_shown_tag("id"), name=_shown_tag("name")))),
            draft_list=ArraySubquery(
                drafts.values(found=JSONObject(mode="mode", text="text", saved_at="saved_at", chips="chips"))
            ),
            file_list=ArraySubquery(
                files.values(found=JSONObject(pk="id", name="name", size_bytes="size_bytes", mode="draft__mode"))
            ),
            address_list=ArraySubquery(
                Identity.objects.filter(customer=customer)
                .order_by("pk")
                .values(found=JSONObject(kind="kind", shown="shown"))
            ),
            consent_list=standing_of(customer),
            outsider_list=ArraySubquery(_outsiders(own)),
            link_list=ArraySubquery(_links(own, user)),
            side_list=ArraySubquery(sides.rows_of(own)),
            main=Subquery(sides.main_of(user).values(found=JSONObject(pk="pk", subject="subject"))),
            followed=Subquery(_followed(user).values(found=JSONObject(pk="pk", subject="subject"))),
            last_event=Subquery(Event.objects.filter(conversation_id=own).order_by("-id").values("id")[:1]),
            people=CircleOf("pk"),
            retention=Subquery(keeping.rule_for()),
            brand=Subquery(brand_row(OuterRef("inbox__brand"))),
            before=Horizon(),
            newest_message=Subquery(written.values("conversation").annotate(newest=Max("id")).values("newest")),
        )
    )


def _outsiders(own: OuterRef) -> QuerySet[Participant, Any]:
    rows = Participant.objects.filter(conversation=own, declined_at=None).exclude(address="")
    shown = Case(When(name="", then=F("address")), default=Concat("name", Value(" <"), "address", Value(">")))
    found = JSONObject(
        pk="id",
        shown=shown,
        name="name",
        address="address",
        role="role",
        admitted=Q(admitted_at__isnull=False),
        is_hidden="is_hidden",
    )
    # Those about whom somebody is asked come first, and of them who wrote: anybody can name very many.
    order = (F("admitted_at").asc(nulls_first=True), "-role", "pk")
    return rows.order_by(*order).values(found=found)[:MOST_OUTSIDERS]


def _followed(user: User) -> QuerySet[Conversation]:
    return Conversation.objects.all().visible_to(user).filter(pk=OuterRef("follows")).order_by()


def _links(own: OuterRef, user: User) -> QuerySet[ConversationLink, Any]:
    closed = Inbox.objects.closed_to(user).values("pk")
    rows = ConversationLink.objects.filter(Q(conversation=own) | Q(other=own)).order_by("pk")
    rows = rows.exclude(conversation__inbox__in=closed).exclude(other__inbox__in=closed)
    rows = rows.filter(conversation__deleted_at=None, other__deleted_at=None)
    found = JSONObject(
        pk="conversation_id", subject="conversation__subject", other="other_id", other_subject="other__subject"
    )
    return rows.values(found=found)[:MOST_LINKS]


def _other(pk: int, link: dict[str, Any]) -> dict[str, Any]:
    if link["pk"] != pk:
        return {"pk": link["pk"], "subject": link["subject"]}
    return {"pk": link["other"], "subject": link["other_subject"]}


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
    messages = [said(message) for message in Message.objects.filter(pk__in=ids).of_thread()] if ids else []
    return News(
        entries=_merged((one for one in messages if one.message.pk in new), _as_lines(events)),
        changed=[one for one in messages if one.message.pk not in new],
        last_event_id=events[-1].pk if events else after,
        is_empty=not events,
    )


def said(message: Message, *, is_whole: bool = False) -> Said:
    """Return a message as a page shows it, long texts and long quotes cut unless ``is_whole``."""
    most = (WHOLE, WHOLE) if is_whole else (MOST_SHOWN, MOST_HIDDEN)
    return Said(message, passages(message.parts, *most))


def everything(conversation: Conversation, *, with_notes: bool) -> list[Said]:
    """Return the newest MOST_PRINTED messages, oldest first, in full length; two queries."""
    rows = Message.objects.filter(conversation=conversation).of_thread()
    if not with_notes:
        rows = rows.exclude(direction=Direction.NOTE)
    found = rows.order_by("-created_at", "-id")[:MOST_PRINTED]
    return [said(message, is_whole=True) for message in reversed(found)]


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
    return Event.objects.filter(conversation_id=conversation.pk).annotate(actor_name=Subquery(actor))


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
