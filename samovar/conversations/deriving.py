"""What a conversation's row says, told again from its messages and the event log.

The row keeps whose turn it is and what was said last, so that lists are quick; here the same is computed from what
happened, to prove that both agree and to mend the row when they do not.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from operator import attrgetter

from django.db import transaction
from django.db.models import Min

from samovar.conversations.inbound import HUMAN, kind_of
from samovar.conversations.models import Conversation, Message, Promise
from samovar.conversations.models.conversation import ConversationKind
from samovar.conversations.models.message import Direction
from samovar.conversations.models.snoozing import WakesOn
from samovar.events.models import Event

BATCH = 500
# What came here by these, and went again, has never made anybody wait.
UNDOING = ("MergeUndone", "MoveUndone")


@dataclass
class State:
    """The part of a conversation's row that follows from what happened."""

    assignee_id: int | None = None
    team_id: int | None = None
    resolved_at: datetime | None = None
    snoozed_until: datetime | None = None
    waiting_since: datetime | None = None
    first_response_at: datetime | None = None
    last_message_at: datetime | None = None
    last_inbound_at: datetime | None = None
    last_outbound_at: datetime | None = None
    undelivered_at: datetime | None = None
    preview: str = ""
    message_count: int = 0
    kind: str = ConversationKind.HUMAN
    priority: int = 0
    cause_id: int | None = None
    idea_at: datetime | None = None
    wakes_on: str = WakesOn.REPLY
    promise_due_at: datetime | None = None

    def __post_init__(self) -> None:
        self._opener_id: int | None = None
        self._is_kind_decided = False
        self._unanswered_since: datetime | None = None
        self._written_at: datetime | None = None
        self._resolved_before_spam: datetime | None = None

    def add_message(self, message: Message) -> None:
        """Take in one message; they come in the order in which they could be seen."""
        self.message_count += 1
        is_ours = message.direction == Direction.OUT
        if message.is_aside:
            return
        if self.last_message_at is None or message.created_at >= self.last_message_at:
            self.last_message_at, self.preview = message.created_at, message.preview
        if message.way:
            return
        if message.author_id is None:
            self._note_opener(message)
        if is_ours:
            self.last_outbound_at, self.waiting_since = message.created_at, None
            self._unanswered_since = None
            self.first_response_at = self.first_response_at or message.created_at
            if message.failure:
                self.undelivered_at = self.undelivered_at or message.created_at
        else:
            self._add_inbound(message)

    def _add_inbound(self, message: Message) -> None:
        if message.mail_class != HUMAN or message.is_history:
            return
        self._written_at = message.noticed_at or message.created_at
        self._unanswered_since = min(message.created_at, self._unanswered_since or message.created_at)
        if not message.is_spam:
            self.kind, self._is_kind_decided = ConversationKind.HUMAN, True
            self.last_inbound_at = self._written_at
            self.waiting_since = min(message.created_at, self.waiting_since or message.created_at)

    def _note_opener(self, message: Message) -> None:
        """Take the kind from the message that was the first to arrive here, until a person decides it."""
        if not self._is_kind_decided and (self._opener_id is None or message.pk < self._opener_id):
            self._opener_id, self.kind = message.pk, kind_of(message.mail_class, is_spam=message.is_spam)

    def add_decision(self, event: Event) -> None:
        """Take in what somebody decided; decisions come oldest first, after the messages of the same moment."""
        DECISIONS[event.kind](self, event)

    def _assign(self, event: Event) -> None:
        self.assignee_id = event.data["assignee_id"]

    def _give_to_team(self, event: Event) -> None:
        self.team_id = event.data["team_id"]

    def _resolve(self, event: Event) -> None:
        self.resolved_at, self.waiting_since, self.snoozed_until = event.at, None, None

    def _reopen(self, event: Event) -> None:
        self.resolved_at = None
        # A message that reopens it says by itself since when it waits.
        if event.actor_id is not None:
            self.waiting_since = self.last_inbound_at if self._customer_wrote_last else None

    def _prioritise(self, event: Event) -> None:
        self.priority = event.data["priority"]

    def _snooze(self, event: Event) -> None:
        self.snoozed_until = datetime.fromisoformat(event.data["until"])
        self.wakes_on = event.data.get("wakes_on", WakesOn.REPLY)

    def _wake(self, _event: Event) -> None:
        self.snoozed_until = None

    def _set_cause(self, event: Event) -> None:
        self.cause_id = event.data["cause_id"]

    def _remove_cause(self, _event: Event) -> None:
        self.cause_id = None

    def _note_idea(self, event: Event) -> None:
        self.idea_at = self.idea_at or event.at

    def _dismiss_idea(self, _event: Event) -> None:
        self.idea_at = None

    def _take_over(self, event: Event) -> None:
        """Wait since somebody has waited elsewhere, though we have written here meanwhile: about something else."""
        if event.data["waiting_since"] and self.resolved_at is None:
            since = datetime.fromisoformat(event.data["waiting_since"])
            self.waiting_since = min(since, self.waiting_since or since)

    def _mark_as_spam(self, event: Event) -> None:
        self.kind, self._is_kind_decided = ConversationKind.SPAM, True
        self._resolved_before_spam, self.resolved_at = self.resolved_at, self.resolved_at or event.at
        self.waiting_since, self.snoozed_until = None, None

    def _clear_of_spam(self, event: Event) -> None:
        self.kind, self._is_kind_decided = ConversationKind.HUMAN, True
        if event.data["was_marked_by_us"]:
            self.resolved_at = self._resolved_before_spam
        if self.resolved_at is None and self._unanswered_since is not None:
            self.last_inbound_at, self.waiting_since = self._written_at, self._unanswered_since

    @property
    def _customer_wrote_last(self) -> bool:
        if self.last_inbound_at is None:
            return False
        return self.last_outbound_at is None or self.last_inbound_at > self.last_outbound_at


DECISIONS: dict[str, Callable[[State, Event], None]] = {
    "ConversationAssigned": State._assign,
    "ConversationResolved": State._resolve,
    "ConversationReopened": State._reopen,
    "ConversationFreed": State._assign,
    "ConversationGivenToTeam": State._give_to_team,
    "ConversationPrioritised": State._prioritise,
    "ConversationCauseSet": State._set_cause,
    "ConversationCauseRemoved": State._remove_cause,
    "IdeaNoted": State._note_idea,
    "IdeaDismissed": State._dismiss_idea,
    "ConversationSnoozed": State._snooze,
    "ConversationWoken": State._wake,
    "ConversationMarkedAsSpam": State._mark_as_spam,
    "ConversationClearedOfSpam": State._clear_of_spam,
    "ConversationMerged": State._take_over,
    "MessageMoved": State._take_over,
}


@dataclass(frozen=True)
class Difference:
    """A field of a conversation that does not say what happened."""

    conversation_id: int
    field: str
    stands: object
    derived: object


def differences(conversation_ids: Sequence[int]) -> Iterator[Difference]:
    """Yield where the rows of these conversations differ from what happened; four statements."""
    states = _states(conversation_ids)
    for conversation in Conversation.objects.filter(pk__in=conversation_ids):
        for field in fields(State):
            stands, derived = getattr(conversation, field.name), getattr(states[conversation.pk], field.name)
            # Where nothing is left that was said, its moment stays: every row of a list has one.
            if stands != derived and not (derived is None and field.name == "last_message_at"):
                yield Difference(conversation.pk, field.name, stands, derived)


@transaction.atomic
def mend(conversation_ids: Sequence[int]) -> int:
    """Make the rows of these conversations say what happened; return how many fields were wrong."""
    rows = Conversation.objects.filter(pk__in=conversation_ids).order_by("pk").select_for_update().in_bulk()
    wrong = list(differences(conversation_ids))
    for difference in wrong:
        setattr(rows[difference.conversation_id], difference.field, difference.derived)
    names = [field.name for field in fields(State)]
    Conversation.objects.bulk_update([rows[pk] for pk in {one.conversation_id for one in wrong}], names)
    return len(wrong)


def batches() -> Iterator[list[int]]:
    """Yield the ids of all conversations, in pieces."""
    # What was merged into another one holds nothing; its row says what it was, for undoing.
    ids = Conversation.objects.filter(merged_at=None).order_by("pk").values_list("pk", flat=True)
    last = 0
    while piece := list(ids.filter(pk__gt=last)[:BATCH]):
        last = piece[-1]
        yield piece


def _states(conversation_ids: Sequence[int]) -> dict[int, State]:
    states = {pk: State() for pk in conversation_ids}
    for moment in sorted(_moments(conversation_ids), key=attrgetter("order")):
        moment.add_to(states)
    for pk, due_at in _promised(conversation_ids):
        states[pk].promise_due_at = due_at
    return states


@dataclass(frozen=True)
class _Moment:
    row: Message | Event

    @property
    def order(self) -> tuple[datetime, bool, int]:
        if isinstance(self.row, Event):
            return self.row.at, True, self.row.pk
        return self.row.noticed_at or self.row.created_at, False, self.row.pk

    def add_to(self, states: dict[int, State]) -> None:
        if isinstance(self.row, Event):
            states[self.row.conversation_id or 0].add_decision(self.row)
        else:
            states[self.row.conversation_id].add_message(self.row)


def _promised(conversation_ids: Sequence[int]) -> Iterable[tuple[int, datetime]]:
    rows = Promise.objects.filter(conversation__in=conversation_ids).open().order_by()
    return rows.exclude(due_at=None).values_list("conversation").annotate(nearest=Min("due_at"))


def _moments(conversation_ids: Sequence[int]) -> Iterable[_Moment]:
    messages = Message.objects.filter(conversation__in=conversation_ids).defer("html", "recipients")
    events = Event.objects.filter(conversation_id__in=conversation_ids, kind__in=(*DECISIONS, *UNDOING))
    found = list(events)
    undone = {event.data["regrouping_id"] for event in found if event.kind in UNDOING}
    decisions = [event for event in found if event.kind in DECISIONS and event.data.get("regrouping_id") not in undone]
    return [_Moment(row) for row in (*messages, *decisions)]
