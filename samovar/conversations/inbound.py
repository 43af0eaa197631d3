"""What a channel hands over: a message from outside, understood and made safe to store."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from samovar.conversations.folding import preview_of
from samovar.conversations.models.conversation import ConversationKind
from samovar.conversations.models.message import Verdict
from samovar.customers.recognition import Sender

HUMAN = "human"
UNREADABLE = "unreadable"
# The rule of a message that was taken for one of a flood.
COLLECTED = "possible-loop"
# The rule of a message above the limit of its writer, for which there was no place by its signs.
LIMITED = "above-limit"
# The rule of a message that somebody of the team passed on, and that belonged nowhere yet.
PASSED_ON = "passed-on"


def kind_of(mail_class: str, *, is_spam: bool) -> ConversationKind:
    """Return which kind of conversation a message opens."""
    if mail_class == UNREADABLE:
        return ConversationKind.UNREADABLE
    if is_spam:
        return ConversationKind.SPAM
    return ConversationKind.HUMAN if mail_class == HUMAN else ConversationKind.AUTOMATIC


@dataclass(frozen=True, kw_only=True)
class InboundFile:
    """A file that came with a message."""

    name: str
    media_type: str
    content: bytes
    content_id: str = ""
    is_inline: bool = False


@dataclass(frozen=True)
class Named:
    """Somebody who is named beside the customer in a message: an address, and the name that is claimed for it."""

    address: str
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class InboundMessage:
    """A message from outside.

    ``external_id`` is the provider's id, ``fingerprint`` tells apart two bodies under one id. ``signed_conversation``
    comes from an address that we signed, ``answered_messages`` are our own messages by ids that we signed,
    ``named_ids`` are ids of others, the nearest ancestor first, ``marked_conversation`` comes from a mark that we
    signed in the text, ``tagged_conversation`` is a number in the subject, which anybody can write, and ``subject_key``
    is the subject without its "Re:"; within ``joins_by_subject`` it alone leads to the same sender's conversation.

    ``at`` is when it came; ``mail_class`` as in mail.md C, or UNREADABLE. A message that ``is_live`` may have lain
    somewhere for a while; ``noticed_at`` is when it could first be seen here, and intake sets it. What ``is_history``
    was read, answered and settled elsewhere. What ``is_sent`` was written by us in another program, to ``sender``.
    ``writer`` is who of us wrote it there. What ``is_passed_on`` came by somebody of the team, who is not its sender.
    What ``is_spam`` waits for nobody; ``spam_reason`` says why (SpamReason, by default its provider) and ``block_id``
    by whose block, which intake sets, as it does ``held_until``: until then it brings its conversation before nobody.
    ``senders`` are other addresses that it says to come from, as on its envelope.
    ``own_message`` is the message of ours that came back as this one. ``named`` are others to whom it was addressed.
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
    marked_conversation: int | None = None
    tagged_conversation: int | None = None
    joins_by_subject: timedelta | None = None
    own_message: int | None = None
    named: tuple[Named, ...] = ()
    files: tuple[InboundFile, ...] = ()
    is_live: bool = False
    is_history: bool = False
    is_sent: bool = False
    is_passed_on: bool = False
    writer: Named | None = None
    is_spam: bool = False
    spam_reason: str = ""
    block_id: int | None = None
    held_until: datetime | None = None
    senders: tuple[str, ...] = ()
    noticed_at: datetime | None = None

    @property
    def shown_writer(self) -> Named:
        """Who wrote it: the other side, or one of us."""
        return self.writer or Named(self.sender.shown, self.sender.name)

    @property
    def is_sender_sure(self) -> bool:
        """Whether somebody vouches for whose message it is: our mail server, or we who wrote it or passed it on."""
        return self.verdict == Verdict.VERIFIED or self.is_sent or self.is_passed_on

    @property
    def counts_at(self) -> datetime:
        """The moment that decides whose turn it is: nobody has answered or settled what could not be seen yet."""
        return self.noticed_at or self.at

    @property
    def kind(self) -> ConversationKind:
        """Which kind of conversation this message would open."""
        return kind_of(self.mail_class, is_spam=self.is_spam)

    @property
    def preview(self) -> str:
        """The first words that a reader sees, on one line."""
        return preview_of(self.text, self.hidden)

    @property
    def is_waiting(self) -> bool:
        """Whether a person wrote who expects an answer."""
        return self.mail_class == HUMAN and not (self.is_history or self.is_sent or self.is_spam)


@dataclass(frozen=True)
class Receipt:
    """What became of a message: as what it stands where, and whether it was new and opened a conversation."""

    message_id: int
    conversation_id: int
    mail_class: str
    is_duplicate: bool = False
    has_opened: bool = False
