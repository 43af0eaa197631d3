"""A conversation as it is opened: all that its page shows besides the entries of its thread, in one query."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, Exists, F, Max, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce, Concat, JSONObject
from django.utils.dateparse import parse_datetime

from samovar.accounts.models import Notification, User
from samovar.accounts.voices import Voice
from samovar.conversations import calendars, keeping, promising, putting_off, sides
from samovar.conversations.brought_in import Brought, brought, rows_of_experts
from samovar.conversations.chips import Chip, chips
from samovar.conversations.macro_steps import from_draft
from samovar.conversations.models import (
    Attachment,
    Conversation,
    ConversationLink,
    ConversationTag,
    Draft,
    Inbox,
    Message,
    Participant,
    PendingReply,
    Reminder,
    Watching,
)
from samovar.conversations.models.circle import CircleOf, circle
from samovar.conversations.models.draft import DraftMode
from samovar.conversations.previous import Previous, found_for, previous
from samovar.conversations.promising import Line
from samovar.conversations.recipients import Person
from samovar.conversations.speaking import brand_row, voice_before
from samovar.conversations.waiting import Waiting, waiting, waiting_rows
from samovar.customers import restrictions
from samovar.customers.consenting import Standing, standing_of, standings
from samovar.customers.models import Identity
from samovar.events.models import Event
from samovar.events.queries import Horizon, place_of
from samovar.lib import clock
from samovar.lib.media_types import PICTURES

MOST_OUTSIDERS, MOST_LINKS, MOST_WATCHERS = 6, 5, 20
FILE = {"pk": "id", "name": "name", "size_bytes": "size_bytes", "mode": "draft__mode", "kind": "file__kind"}


@dataclass(frozen=True)
class Opened:
    """A conversation with all that its page shows besides the entries.

    ``newest_id`` is the newest message that the customer wrote or can see, ``drafts`` is what the reader has typed and
    not sent (text, saved_at, steps), by mode, and ``files`` are the files (id, name, size_bytes, mode) that go with it.
    ``outsiders`` are those about whom the team is asked and those it has let in (pk, shown, role, admitted), ``links``
    are conversations that may be the same matter (pk, subject), ``sides`` is what was asked outside, as
    ``sides.rows_of`` has it. ``position`` is where a stream begins that misses nothing of what is not shown. ``chips``
    are whom an answer goes to, as its author has chosen it, ``voice`` is in whose name it would go out; ``is_doubted``
    says that the sender of what is answered is not who they say they are. ``consents`` is what the customer agreed to,
    ``pending`` are the replies that have not left. ``watchers`` are told what happens here; ``has_notices`` says that
    the reader was told something of it and has not seen that yet. ``promises`` are those still to be kept, the nearest
    first, and ``steps`` those of larger work, done or not. ``experts`` are asked now, or have handed it back.
    ``restrictions`` are what is in force or proposed about the customer, what counts first.
    """

    conversation: Conversation
    tags: list[dict[str, Any]]
    drafts: dict[str, dict[str, Any]]
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
    pending: list[Waiting]
    watchers: list[User]
    has_notices: bool
    promises: list[Line]
    steps: list[Line]
    experts: list[Brought]
    restrictions: list[restrictions.Line]

    @property
    def days_ahead(self) -> list[putting_off.Choice]:
        """Those of them that are told by their day."""
        return [choice for choice in self.put_off_until if choice.is_day]

    @property
    def put_off_until(self) -> list[putting_off.Choice]:
        """The moments until which it, or somebody's reminder of it, can be put off with one press."""
        found = vars(self.conversation)
        before = found["snoozed_before"]
        hours = calendars.hours_of(found["calendar"])
        return putting_off.choices(clock.now(), hours, datetime.fromisoformat(before) if before else None)

    @property
    def reminder(self) -> Reminder | None:
        """What the reader wants to be reminded of here; of others nobody learns."""
        found = vars(self.conversation)["reminder"]
        return Reminder(pk=found["pk"], at=datetime.fromisoformat(found["at"]), note=found["note"]) if found else None

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
    def previous(self) -> Previous | None:
        """What the customer talked about with us before, if the reader may see it."""
        return previous(self.conversation)

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
        drafts={one["mode"]: one | {"steps": from_draft(one["steps"])} for one in found["draft_list"]},
        files=[{**file, "is_picture": file["kind"] in PICTURES} for file in found["file_list"]],
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
        pending=waiting(found["pending_list"], user),
        watchers=[_person(one) for one in found["watcher_list"]],
        has_notices=found["has_notices"],
        promises=promising.open_lines(found["promise_list"]),
        steps=promising.steps(found["promise_list"]),
        experts=brought(found["expert_list"]),
        restrictions=restrictions.lines(found["restriction_list"]),
    )


def _shown_tag(field: str) -> Coalesce:
    return Coalesce(f"tag__merged_into__{field}", f"tag__{field}")


def _undecided(outsiders: list[dict[str, Any]]) -> list[Person]:
    return [Person(one["name"], one["address"]) for one in outsiders if not one["admitted"]]


def _kept_chips(drafts: list[dict[str, Any]]) -> list[list[Any]] | None:
    return next((draft["chips"] for draft in drafts if draft["mode"] == DraftMode.REPLY), None)


def _rows_to_open(user: User) -> QuerySet[Conversation]:
    own = OuterRef("pk")
    tags = ConversationTag.objects.filter(conversation=own).order_by("tag__name")
    drafts = Draft.objects.filter(conversation=own, user=user)
    written = Message.objects.filter(conversation=own).to_be_seen().order_by()
    return (
        Conversation.objects.all()
        .visible_to(user)
        .with_spam_reasons()
        .select_related("customer", "assignee", "team", "inbox", "cause__parent", "cause__merged_into__parent")
        .select_related("idea_author")
        .annotate(
            tag_list=ArraySubquery(tags.values(found=JSONObject(id=_shown_tag("id"), name=_shown_tag("name")))),
            draft_list=ArraySubquery(
                drafts.values(
                    found=JSONObject(mode="mode", text="text", saved_at="saved_at", chips="chips", steps="steps")
                )
            ),
            file_list=ArraySubquery(_files(own, user)),
            **_of_customer(OuterRef("customer")),
            pending_list=ArraySubquery(waiting_rows(PendingReply.objects.filter(conversation=own))),
            outsider_list=ArraySubquery(_outsiders(own)),
            link_list=ArraySubquery(_links(own, user)),
            promise_list=ArraySubquery(promising.rows_of(own)),
            expert_list=ArraySubquery(rows_of_experts(own)),
            side_list=ArraySubquery(sides.rows_of(own)),
            main=Subquery(sides.main_of(user).values(found=JSONObject(pk="pk", subject="subject"))),
            followed=Subquery(_followed(user).values(found=JSONObject(pk="pk", subject="subject"))),
            last_event=Subquery(Event.objects.filter(conversation_id=own).order_by("-id").values("id")[:1]),
            people=CircleOf("pk"),
            brand=Subquery(brand_row(OuterRef("inbox__brand"))),
            **_for_later(own, user),
            watcher_list=ArraySubquery(_watchers(own)),
            has_notices=Exists(Notification.objects.unseen_by(user).filter(conversation_id=own)),
            before=Horizon(),
            previous=found_for(user),
            newest_message=Subquery(written.values("conversation").annotate(newest=Max("id")).values("newest")),
        )
    )


def _of_customer(customer: OuterRef) -> dict[str, ArraySubquery]:
    """Return how they are reached, what they agreed to, and what is decided about them."""
    addresses = Identity.objects.filter(customer=customer).order_by("pk")
    return {
        "address_list": ArraySubquery(addresses.values(found=JSONObject(kind="kind", shown="shown"))),
        "consent_list": standing_of(customer),
        "restriction_list": restrictions.open_of(customer),
    }


def _files(own: OuterRef, user: User) -> QuerySet[Attachment, Any]:
    rows = Attachment.objects.filter(draft__conversation=own, draft__user=user, message=None).order_by("pk")
    return rows.values(found=JSONObject(**FILE))


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


def _for_later(own: OuterRef, user: User) -> dict[str, Subquery]:
    """Return by what it is kept, put off and remembered."""
    return {
        "retention": Subquery(keeping.rule_for()),
        "calendar": Subquery(calendars.calendar_for(user)),
        "snoozed_before": Subquery(_snoozed(own)),
        "reminder": Subquery(_reminders(own, user)),
    }


def _reminders(own: OuterRef, user: User) -> QuerySet[Reminder, Any]:
    rows = Reminder.objects.filter(conversation=own, user=user, done_at=None).order_by("at")
    return rows.values(found=JSONObject(pk="pk", at="at", note="note"))[:1]


def _snoozed(own: OuterRef) -> QuerySet[Event, Any]:
    """Return until when it was snoozed the last time; it may have come back earlier."""
    found = Event.objects.filter(conversation_id=own, kind="ConversationSnoozed").order_by("-id")
    return found.values_list(KT("data__until"))[:1]


def _watchers(own: OuterRef) -> QuerySet[Watching, Any]:
    names = ("name", "seen_at", "said_presence", "presence_until")
    found = JSONObject(pk="user_id", **{name: f"user__{name}" for name in names})
    rows = Watching.objects.filter(conversation=own, user__is_active=True).order_by("pk")
    return rows.values(found=found)[:MOST_WATCHERS]


def _person(row: dict[str, Any]) -> User:
    moments = {name: row[name] and parse_datetime(row[name]) for name in ("seen_at", "presence_until")}
    return User(**{**row, **moments})


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
