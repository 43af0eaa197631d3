"""What was decided about a conversation."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from samovar.conversations.events.base import ConversationEvent, InThread
from samovar.events.announcing import DomainEvent


@dataclass(frozen=True, kw_only=True)
class ConversationOpened(ConversationEvent):
    """A matter was brought to us; ``kind`` as Conversation.kind."""

    line = _("Conversation opened")
    inbox_id: int
    kind: str


@dataclass(frozen=True, kw_only=True)
class ConversationAssigned(ConversationEvent):
    """Somebody, or nobody (None), answers for the conversation from now on.

    With ``run_id`` it is one of many that an action assigns, of which people are told once, at its end.
    """

    topic = "work"
    in_thread = InThread.LINE
    line = _("Assigned to %(assignee_name)s")
    assignee_id: int | None
    assignee_name: str = ""
    run_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class ConversationGivenToTeam(ConversationEvent):
    """A team, or none (None), answers for the conversation from now on."""

    topic = "work"
    in_thread = InThread.LINE
    line = _("Given to the team %(team_name)s")
    team_id: int | None
    team_name: str = ""


@dataclass(frozen=True, kw_only=True)
class ConversationFreed(ConversationAssigned):
    """Nobody answers for the conversation from now on, because whoever did has left."""

    in_thread = InThread.LINE
    line = _("Back with the team: %(leaver_name)s no longer signs in")
    leaver_name: str


@dataclass(frozen=True, kw_only=True)
class ConversationResolved(ConversationEvent):
    """The matter is settled."""

    topic = "work"
    in_thread = InThread.LINE
    line = _("Resolved")


@dataclass(frozen=True, kw_only=True)
class ConversationReopened(ConversationEvent):
    """The matter turned out not to be settled."""

    topic = "work"
    in_thread = InThread.LINE
    line = _("Reopened")


@dataclass(frozen=True, kw_only=True)
class ConversationSnoozed(ConversationEvent):
    """The conversation is out of sight until a moment, or until the customer writes what ``wakes_on`` says (WakesOn).

    What was snoozed before there was a choice came back with any message.
    """

    topic = "work"
    in_thread = InThread.LINE
    line = _("Snoozed")
    until: datetime
    wakes_on: str = "reply"


@dataclass(frozen=True, kw_only=True)
class ConversationWoken(ConversationEvent):
    """The conversation is in sight again."""

    in_thread = InThread.LINE
    line = _("Back from snooze")


@dataclass(frozen=True, kw_only=True)
class ConversationPrioritised(ConversationEvent):
    """Somebody said how urgent it is; ``priority`` as Conversation.priority."""

    topic = "work"
    in_thread = InThread.LINE
    line = _("Another priority")
    priority: int


@dataclass(frozen=True, kw_only=True)
class ConversationTagged(ConversationEvent):
    """A tag was put on."""

    topic = "work"
    line = _("Tagged: %(tag)s")
    tag_id: int
    tag: str


@dataclass(frozen=True, kw_only=True)
class ConversationUntagged(ConversationEvent):
    """A tag was taken off."""

    topic = "work"
    line = _("Tag removed: %(tag)s")
    tag_id: int
    tag: str


@dataclass(frozen=True, kw_only=True)
class ConversationCauseSet(ConversationEvent):
    """Somebody said why the customer turned to us.

    ``cause`` is its name as it was; with ``cause_key`` it was a delivered one, and is read in the reader's language.
    """

    topic = "work"
    in_thread = InThread.LINE
    line = _("Cause: %(cause)s")
    cause_id: int
    cause: str
    cause_key: str = ""


@dataclass(frozen=True, kw_only=True)
class ConversationCauseRemoved(ConversationEvent):
    """Somebody said that the cause it had is not the one, and that nobody knows another."""

    topic = "work"
    in_thread = InThread.LINE
    line = _("Cause removed: %(cause)s")
    cause_id: int
    cause: str
    cause_key: str = ""


@dataclass(frozen=True, kw_only=True)
class IdeaNoted(ConversationEvent):
    """There is an idea in the conversation: its customer's, or that of one of the team (``author_id``)."""

    topic = "work"
    in_thread = InThread.LINE
    line = _("Marked as an idea")
    author_id: int | None = None
    author_name: str = ""


@dataclass(frozen=True, kw_only=True)
class IdeaReworded(ConversationEvent):
    """Somebody said in other words what the idea is."""

    topic = "work"
    in_thread = InThread.LINE
    line = _("The idea was put in other words")


@dataclass(frozen=True, kw_only=True)
class IdeaDismissed(ConversationEvent):
    """It is no idea after all."""

    topic = "work"
    in_thread = InThread.LINE
    line = _("No longer marked as an idea")


@dataclass(frozen=True, kw_only=True)
class ConversationMarkedAsSpam(ConversationEvent):
    """Somebody of the team says that nobody asked for it; that settles it."""

    topic = "work"
    in_thread = InThread.LINE
    line = _("Moved to spam")


@dataclass(frozen=True, kw_only=True)
class ConversationClearedOfSpam(ConversationEvent):
    """Somebody says that it is no spam; who wrote waits as if it never had been.

    Nobody is named when it was moved out of the provider's spam folder in another program. ``was_marked_by_us`` tells
    whether somebody of the team had called it so, and not only its provider.
    """

    topic = "work"
    in_thread = InThread.LINE
    line = _("Not spam")
    was_marked_by_us: bool


@dataclass(frozen=True, kw_only=True)
class ConversationDeleted(ConversationEvent):
    """Somebody took the conversation out of everybody's sight; it can be brought back for 30 days."""

    topic = "work"
    in_thread = InThread.LINE
    line = _("Deleted")


@dataclass(frozen=True, kw_only=True)
class ConversationRestored(ConversationEvent):
    """Somebody brought a deleted conversation back."""

    topic = "work"
    in_thread = InThread.LINE
    line = _("Restored")


@dataclass(frozen=True, kw_only=True)
class ConversationJoined(ConversationEvent):
    """Another conversation (``joined_id``) turned out to be the same one, by the ids of its mail."""

    topic = "work"
    in_thread = InThread.LINE
    line = _("Joined with #%(joined_id)s: one mail answers both")
    joined_id: int


@dataclass(frozen=True, kw_only=True)
class ReminderDue(DomainEvent):
    """Somebody wanted to be reminded of a conversation now; it stands in no history, because it is theirs alone."""

    user_id: int
    reminder_id: int
    of_conversation: int


@dataclass(frozen=True, kw_only=True)
class BulkRunEnded(DomainEvent):
    """All is done that somebody wanted to do to many conversations, or it was stopped; it stands in no history."""

    run_id: int
