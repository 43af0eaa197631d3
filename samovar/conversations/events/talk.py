"""What was said and written, and what became of it on its way."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from samovar.conversations.events.base import ConversationEvent, InThread


@dataclass(frozen=True, kw_only=True)
class MessageReceived(ConversationEvent):
    """The customer, or a machine in their name, wrote. ``is_waiting`` says whether somebody expects an answer.

    What ``is_held`` came above what of this customer comes before the team on one day.
    """

    topic = "talk"
    in_thread = InThread.MESSAGE
    line = _("Wrote to us")
    message_id: int
    mail_class: str
    is_waiting: bool
    is_held: bool = False


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
    in_thread = InThread.MESSAGE
    line = _("We answered")
    message_id: int
    is_to_be_sent: bool = True


@dataclass(frozen=True, kw_only=True)
class ReplyScheduled(ConversationEvent):
    """A member of staff wrote an answer that shall leave at ``until``; nothing has changed for the customer."""

    line = _("Answer planned")
    pending_id: int
    until: datetime


@dataclass(frozen=True, kw_only=True)
class ReplyUnscheduled(ConversationEvent):
    """A planned answer was changed or taken back before it left; nothing has changed for the customer."""

    line = _("Planned answer changed")
    pending_id: int


@dataclass(frozen=True, kw_only=True)
class ScheduledHeld(ConversationEvent):
    """A planned answer of ``author_id`` did not leave at its moment; ``held`` says why (``models.pending.Held``)."""

    topic = "work"
    in_thread = InThread.LINE
    line = _("A planned answer was held back")
    pending_id: int
    author_id: int
    held: str


@dataclass(frozen=True, kw_only=True)
class ConfirmationWritten(ConversationEvent):
    """A machine of ours told the customer that their message has come; that mail waits to be sent."""

    in_thread = InThread.MESSAGE
    line = _("Receipt confirmed")
    message_id: int


@dataclass(frozen=True, kw_only=True)
class NoteAdded(ConversationEvent):
    """A member of staff left a note that only the team sees."""

    topic = "talk"
    in_thread = InThread.MESSAGE
    line = _("Note to the team")
    message_id: int


@dataclass(frozen=True, kw_only=True)
class NoteEdited(ConversationEvent):
    """The author of a note let it say something else, or again what it had said before."""

    topic = "work"
    line = _("Note edited")
    message_id: int


@dataclass(frozen=True, kw_only=True)
class NoteDeleted(ConversationEvent):
    """Somebody took a note back; what it said is gone."""

    topic = "work"
    line = _("Note deleted")
    message_id: int


@dataclass(frozen=True, kw_only=True)
class NoteRestored(ConversationEvent):
    """Somebody brought a note back that had been deleted a moment before."""

    topic = "work"
    line = _("Note restored")
    message_id: int


@dataclass(frozen=True, kw_only=True)
class PhoneCallLogged(ConversationEvent):
    """A member of staff wrote down what was said on the phone at that moment."""

    topic = "talk"
    in_thread = InThread.MESSAGE
    line = _("Phone call")
    message_id: int


@dataclass(frozen=True, kw_only=True)
class VisitLogged(ConversationEvent):
    """A member of staff wrote down what was said face to face at that moment."""

    topic = "talk"
    in_thread = InThread.MESSAGE
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
