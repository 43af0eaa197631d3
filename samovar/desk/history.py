"""How the one history is drawn: the sign of each kind of event, its colour, and under which heading it falls."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.db.models import BigIntegerField, Exists, OuterRef, Q
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from samovar.accounts.models import User
from samovar.conversations.models import Conversation, Inbox, Message
from samovar.customers import timeline
from samovar.events.models import Event
from samovar.lib.marks import mark, read_mark

SIGNS = {
    "MessageReceived": ("mail", "info"),
    "MessageUnderstood": ("mail", "info"),
    "ReplyWritten": ("reply", "accent"),
    "ReplyScheduled": ("clock", ""),
    "ReplyUnscheduled": ("undo", ""),
    "ScheduledHeld": ("clock", "warn"),
    "NoteAdded": ("note", "note"),
    "NoteEdited": ("edit", ""),
    "NoteDeleted": ("trash", ""),
    "NoteRestored": ("undo", ""),
    "PhoneCallLogged": ("phone", "info"),
    "VisitLogged": ("user", "info"),
    "MessageFailed": ("alert", "bad"),
    "ConversationAssigned": ("user", ""),
    "ConversationFreed": ("user", ""),
    "ConversationGivenToTeam": ("customers", ""),
    "ConversationResolved": ("check", "ok"),
    "ConversationReopened": ("undo", "warn"),
    "ConversationMarkedAsSpam": ("shield", ""),
    "ConversationClearedOfSpam": ("undo", ""),
    "SenderBlocked": ("shield", "warn"),
    "SenderUnblocked": ("undo", ""),
    "ConversationDeleted": ("trash", ""),
    "ConversationRestored": ("undo", ""),
    "ConversationMerged": ("together", "accent"),
    "ConversationSplit": ("swap", ""),
    "MessageMoved": ("forward", ""),
    "MergeUndone": ("undo", "warn"),
    "MoveUndone": ("undo", "warn"),
    "ConversationSnoozed": ("snooze", ""),
    "ConversationPrioritised": ("sort", ""),
    "PromiseMade": ("calendar", "info"),
    "PromiseKept": ("calendar", "ok"),
    "PromiseMoved": ("calendar", ""),
    "PromiseHandedOver": ("user", ""),
    "PromiseBroken": ("calendar", "bad"),
    "PromiseWithdrawn": ("calendar", ""),
    "PromiseReopened": ("undo", ""),
    "ExpertAsked": ("user", "plum"),
    "ExpertAnswered": ("check", "plum"),
    "ExpertHandedBack": ("undo", "plum"),
    "ExpertDeclined": ("cross", ""),
    "ExpertWithdrawn": ("undo", ""),
    "ExpertReopened": ("user", ""),
    "ExpertLate": ("clock", "warn"),
    "ExpertLapsed": ("clock", ""),
    "ConversationTagged": ("tag", ""),
    "ConversationUntagged": ("tag", ""),
    "ConversationCauseSet": ("loop", ""),
    "ConversationCauseRemoved": ("loop", ""),
    "IdeaNoted": ("star", "accent"),
    "IdeaReworded": ("edit", ""),
    "IdeaDismissed": ("star", ""),
    "CustomerAdded": ("user", "accent"),
    "CustomerRenamed": ("edit", ""),
    "CustomerCorrected": ("edit", ""),
    "CustomersMerged": ("together", "accent"),
    "CustomersSeparated": ("undo", "warn"),
    "IdentityAdded": ("plus", ""),
    "IdentityRemoved": ("trash", ""),
    "IdentityRestored": ("undo", ""),
    "IdentityVerified": ("shield", "ok"),
    "IdentityDoubted": ("shield", ""),
    "ConsentGiven": ("shield", "ok"),
    "ConsentWithdrawn": ("shield", "warn"),
    "RestrictionProposed": ("shield", ""),
    "RestrictionBegun": ("shield", "warn"),
    "RestrictionRefused": ("cross", ""),
    "RestrictionReopened": ("undo", ""),
    "RestrictionEnded": ("shield", "ok"),
    "RestrictionWithdrawn": ("undo", ""),
    "OrganisationJoined": ("community", ""),
    "MembershipCorrected": ("edit", ""),
    "OrganisationLeft": ("trash", ""),
}
UNKNOWN = ("history", "")
TOPICS: dict[str, Promise] = {"": _("All"), "talk": _("Talk"), "work": _("Work"), "facts": _("Facts")}
TODAY, THIS_MONTH, EARLIER = _("Today"), _("This month"), _("Earlier")


@dataclass(frozen=True)
class Entry:
    """One line of the history as it is drawn."""

    event: Event
    icon: str
    tone: str


@dataclass(frozen=True)
class Group:
    """Lines under one heading."""

    title: Promise
    entries: list[Entry]


@dataclass(frozen=True)
class History:
    """A page of a history; ``after`` is the mark of the next one, "" at the end; ``last`` is its last heading."""

    groups: list[Group]
    topic: str
    after: str
    last: str


def history(customer_id: int, reader: User, topic: str = "", after: str = "", size: int = timeline.PAGE) -> History:
    """Return a page of the history of a customer, newest first, in one query."""
    topic = topic if topic in TOPICS else ""
    page = timeline.history(customer_id, reader, topic, read_mark(after), size, _closed(reader))
    groups = list(_grouped(page.entries))
    return History(groups, topic, mark(*page.after) if page.after else "", str(groups[-1].title) if groups else "")


def _closed(reader: User) -> list[Exists]:
    # Line by line: people write in conversations of others too.
    own = OuterRef("conversation_id")
    out_of_sight = Q(deleted_at__isnull=False)
    if not reader.is_admin:
        out_of_sight |= Q(inbox__in=Inbox.objects.closed_to(reader).values("pk"))
    hidden = Conversation.objects.filter(out_of_sight)
    told = Cast(KeyTextTransform("message_id", OuterRef("data")), BigIntegerField())
    moved = Message.objects.filter(pk=told, conversation__in=hidden)
    # What was said in a conversation before it was joined to another one stands under its old number.
    # What was said and has been moved since is seen by those who see where it stands now.
    return [Exists(hidden.filter(pk=own)), Exists(hidden.filter(redirects=own)), Exists(moved)]


def _grouped(events: list[Event]) -> Iterator[Group]:
    now = timezone.localtime()
    for title, found in groupby(events, lambda event: _heading(timezone.localtime(event.at), now)):
        yield Group(title, [Entry(event, *SIGNS.get(event.kind, UNKNOWN)) for event in found])


def _heading(at: datetime, now: datetime) -> Promise:
    if at.date() == now.date():
        return TODAY
    return THIS_MONTH if (at.year, at.month) == (now.year, now.month) else EARLIER
