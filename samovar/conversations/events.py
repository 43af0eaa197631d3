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
class ReplyWritten(ConversationEvent):
    """A member of staff answered; the message waits to be sent, unless ``is_to_be_sent`` says that it has left."""

    topic = "talk"
    line = _("We answered")
    message_id: int
    is_to_be_sent: bool = True


@dataclass(frozen=True, kw_only=True)
class NoteAdded(ConversationEvent):
    """A member of staff left a note that only the team sees."""

    topic = "talk"
    line = _("Note to the team")
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
class ConversationAssigned(ConversationEvent):
    """Somebody, or nobody (None), answers for the conversation from now on."""

    topic = "work"
    line = _("Assigned to %(assignee_name)s")
    assignee_id: int | None
    assignee_name: str = ""


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
