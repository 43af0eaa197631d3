"""What the conversations app announces."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from samovar.events.announcing import CustomerEvent


@dataclass(frozen=True, kw_only=True)
class ConversationEvent(CustomerEvent):
    """Something happened in a conversation; ``title`` is its subject."""

    conversation_id: int
    title: str = ""


@dataclass(frozen=True, kw_only=True)
class ConversationOpened(ConversationEvent):
    """A matter was brought to us; ``kind`` as Conversation.kind."""

    line = _("Conversation opened")
    inbox_id: int
    kind: str


@dataclass(frozen=True, kw_only=True)
class MessageReceived(ConversationEvent):
    """The customer, or a machine in their name, wrote. ``is_waiting`` says whether somebody expects an answer."""

    topic = "talk"
    line = _("Wrote to us")
    message_id: int
    mail_class: str
    is_waiting: bool


@dataclass(frozen=True, kw_only=True)
class MessageUnderstood(ConversationEvent):
    """A message that could not be read when it came was read again, and now it can be."""

    topic = "talk"
    line = _("Wrote to us; it could be read only now")
    message_id: int


@dataclass(frozen=True, kw_only=True)
class ReplyWritten(ConversationEvent):
    """A member of staff answered; the message waits to be sent, unless ``is_to_be_sent`` says that it has left."""

    topic = "talk"
    line = _("We answered")
    message_id: int
    is_to_be_sent: bool = True


@dataclass(frozen=True, kw_only=True)
class ConfirmationWritten(ConversationEvent):
    """A machine of ours told the customer that their message has come; that mail waits to be sent."""

    line = _("Receipt confirmed")
    message_id: int


@dataclass(frozen=True, kw_only=True)
class NoteAdded(ConversationEvent):
    """A member of staff left a note that only the team sees."""

    topic = "talk"
    line = _("Note to the team")
    message_id: int


@dataclass(frozen=True, kw_only=True)
class PhoneCallLogged(ConversationEvent):
    """A member of staff wrote down what was said on the phone at that moment."""

    topic = "talk"
    line = _("Phone call")
    message_id: int


@dataclass(frozen=True, kw_only=True)
class VisitLogged(ConversationEvent):
    """A member of staff wrote down what was said face to face at that moment."""

    topic = "talk"
    line = _("Visit")
    message_id: int


@dataclass(frozen=True, kw_only=True)
class MessageSent(ConversationEvent):
    """The provider took our message."""

    line = _("Sent")
    message_id: int


@dataclass(frozen=True, kw_only=True)
class MessageDeferred(ConversationEvent):
    """Our message could not be handed over and will be tried again; ``reason`` says why in words."""

    line = _("Not sent yet")
    message_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class MessageFailed(ConversationEvent):
    """Our message was not delivered; ``reason`` says why in words."""

    topic = "work"
    line = _("Not delivered")
    message_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class FileLinkWithdrawn(ConversationEvent):
    """The link to a file that we had sent opens nothing any more."""

    line = _("Link to a file withdrawn")
    message_id: int


@dataclass(frozen=True, kw_only=True)
class FileLinkRestored(ConversationEvent):
    """The link to a file that we had sent opens it again."""

    line = _("Link to a file opens it again")
    message_id: int


@dataclass(frozen=True, kw_only=True)
class FailureDismissed(ConversationEvent):
    """Somebody decided that nothing more is to be done about a message of ours that was not delivered."""

    line = _("Left undelivered")
    message_id: int


@dataclass(frozen=True, kw_only=True)
class ConversationAssigned(ConversationEvent):
    """Somebody, or nobody (None), answers for the conversation from now on."""

    topic = "work"
    line = _("Assigned to %(assignee_name)s")
    assignee_id: int | None
    assignee_name: str = ""


@dataclass(frozen=True, kw_only=True)
class ConversationFreed(ConversationAssigned):
    """Nobody answers for the conversation from now on, because whoever did has left."""

    line = _("Back with the team: %(leaver_name)s no longer signs in")
    leaver_name: str


@dataclass(frozen=True, kw_only=True)
class ConversationResolved(ConversationEvent):
    """The matter is settled."""

    topic = "work"
    line = _("Resolved")


@dataclass(frozen=True, kw_only=True)
class ConversationReopened(ConversationEvent):
    """The matter turned out not to be settled."""

    topic = "work"
    line = _("Reopened")


@dataclass(frozen=True, kw_only=True)
class ConversationSnoozed(ConversationEvent):
    """The conversation is out of sight until a moment, or until the customer writes."""

    topic = "work"
    line = _("Snoozed")
    until: datetime


@dataclass(frozen=True, kw_only=True)
class ConversationWoken(ConversationEvent):
    """The conversation is in sight again."""

    line = _("Back from snooze")


@dataclass(frozen=True, kw_only=True)
class ConversationPrioritised(ConversationEvent):
    """Somebody said how urgent it is; ``priority`` as Conversation.priority."""

    topic = "work"
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
class ConversationMarkedAsSpam(ConversationEvent):
    """Somebody of the team says that nobody asked for it; that settles it."""

    topic = "work"
    line = _("Moved to spam")


@dataclass(frozen=True, kw_only=True)
class ConversationClearedOfSpam(ConversationEvent):
    """Somebody says that it is no spam; who wrote waits as if it never had been.

    Nobody is named when it was moved out of the provider's spam folder in another program. ``was_marked_by_us`` tells
    whether somebody of the team had called it so, and not only its provider.
    """

    topic = "work"
    line = _("Not spam")
    was_marked_by_us: bool


@dataclass(frozen=True, kw_only=True)
class SenderBlocked(CustomerEvent):
    """What comes from an address of the customer goes to spam from now on."""

    topic = "work"
    line = _("Blocked: what they write goes to spam")
    block_id: int


@dataclass(frozen=True, kw_only=True)
class SenderUnblocked(CustomerEvent):
    """What comes from an address of the customer is like any other mail again."""

    topic = "work"
    line = _("No longer blocked")
    block_id: int


@dataclass(frozen=True, kw_only=True)
class ConversationDeleted(ConversationEvent):
    """Somebody took the conversation out of everybody's sight; it can be brought back for 30 days."""

    topic = "work"
    line = _("Deleted")


@dataclass(frozen=True, kw_only=True)
class ConversationRestored(ConversationEvent):
    """Somebody brought a deleted conversation back."""

    topic = "work"
    line = _("Restored")


@dataclass(frozen=True, kw_only=True)
class ParticipantAdmitted(ConversationEvent):
    """Somebody besides the customer gets our answers from now on."""

    topic = "work"
    line = _("%(who)s gets our answers from now on")
    who: str


@dataclass(frozen=True, kw_only=True)
class ParticipantDeclined(ConversationEvent):
    """Somebody who was named or wrote does not take part."""

    topic = "work"
    line = _("%(who)s gets no answers")
    who: str


@dataclass(frozen=True, kw_only=True)
class ConversationJoined(ConversationEvent):
    """Another conversation (``joined_id``) turned out to be the same one, by the ids of its mail."""

    topic = "work"
    line = _("Joined with #%(joined_id)s: one mail answers both")
    joined_id: int


@dataclass(frozen=True, kw_only=True)
class LoopSuspected(ConversationEvent):
    """Somebody opens so many conversations that a machine may be behind it: the next ones are collected in this one."""

    topic = "work"
    line = _("Many conversations from one address in a short time: what comes next is collected here")
