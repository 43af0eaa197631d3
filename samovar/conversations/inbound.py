"""What a channel hands over: a message from outside, understood and made safe to store."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from samovar.conversations.folding import preview_of
from samovar.conversations.models.conversation import ConversationKind
from samovar.customers.recognition import Sender

HUMAN = "human"
UNREADABLE = "unreadable"


@dataclass(frozen=True, kw_only=True)
class InboundFile:
    """A file that came with a message."""

    name: str
    media_type: str
    content: bytes
    content_id: str = ""
    is_inline: bool = False


@dataclass(frozen=True, kw_only=True)
class InboundMessage:
    """A message from outside.

    ``external_id`` is the provider's id, ``fingerprint`` tells apart two bodies under one id. ``signed_conversation``
    comes from an address that we signed, ``answered_messages`` are our own messages by ids that we signed,
    ``named_ids`` are ids of others, the nearest ancestor first, and ``subject_key`` is the subject without its "Re:".
    ``at`` is when it came; ``mail_class`` as in mail.md C, or UNREADABLE. A message that ``is_live`` may have lain
    somewhere for a while; ``noticed_at`` is when it could first be seen here, and intake sets it.
    """

    inbox_id: int
    external_id: str
    fingerprint: UUID
    at: datetime
    sent_at: datetime
    sender: Sender
    subject: str = ""
    subject_key: str = ""
    text: str = ""
    hidden: tuple[tuple[int, int], ...] = ()
    html: str = ""
    recipients: dict[str, list[list[str]]] = field(default_factory=dict)
    verdict: str = "claimed"
    mail_class: str = HUMAN
    signed_conversation: int | None = None
    answered_messages: tuple[int, ...] = ()
    named_ids: tuple[str, ...] = ()
    files: tuple[InboundFile, ...] = ()
    is_live: bool = False
    noticed_at: datetime | None = None

    @property
    def counts_at(self) -> datetime:
        """The moment that decides whose turn it is: nobody has answered or settled what could not be seen yet."""
        return self.noticed_at or self.at

    @property
    def kind(self) -> ConversationKind:
        """Which kind of conversation this message would open."""
        if self.mail_class == UNREADABLE:
            return ConversationKind.UNREADABLE
        return ConversationKind.HUMAN if self.mail_class == HUMAN else ConversationKind.AUTOMATIC

    @property
    def preview(self) -> str:
        """The first words that a reader sees, on one line."""
        return preview_of(self.text, self.hidden)

    @property
    def is_waiting(self) -> bool:
        """Whether a person wrote who expects an answer."""
        return self.mail_class == HUMAN


@dataclass(frozen=True)
class Receipt:
    """What became of a message: as what it stands where, and whether it was new and opened a conversation."""

    message_id: int
    conversation_id: int
    mail_class: str
    is_duplicate: bool = False
    has_opened: bool = False
