"""What one message from outside becomes: its rows and its line of history, the same for live mail and for imports."""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import connection

from samovar.conversations.events import (
    ConversationEvent,
    ConversationOpened,
    ConversationReopened,
    ConversationWoken,
    MessageReceived,
)
from samovar.conversations.inbound import InboundFile, InboundMessage
from samovar.conversations.models import Attachment, Conversation, Message, Participant
from samovar.conversations.models.conversation import ConversationKind
from samovar.conversations.models.message import Direction
from samovar.conversations.models.participant import ParticipantRole
from samovar.customers.models import Customer, Identity
from samovar.customers.recognition import Sender
from samovar.files.models import StoredFile
from samovar.lib.rows import lock_keys
from samovar.lib.text import digits_in, file_name

# Ids and senders share few locks, so that a batch of any size cannot exhaust the server's table of locks.
LOCK_SPACE = 5_106
LOCK_SLOTS = 1024
HISTORY_AFTER = timedelta(days=30)
Twins = dict[tuple[int, str], list[Message]]


def lock(batch: Iterable[InboundMessage]) -> None:
    """Hold, until the end of the transaction, all that two workers could decide differently: ids and senders."""
    names = (name for one in batch for name in (one.external_id, *one.named_ids, _name_of(one.sender)))
    lock_keys(connection, LOCK_SPACE, {number_of(name) % LOCK_SLOTS for name in names})


def lock_senders(senders: Iterable[Sender]) -> None:
    """Hold, until the end of the transaction, what two workers could make of a new sender."""
    lock_keys(connection, LOCK_SPACE, {number_of(_name_of(sender)) % LOCK_SLOTS for sender in senders})


def _name_of(sender: Sender) -> str:
    # As one word: the kind alone is the same for all, who would wait for each other.
    return ":".join(sender.key)


def number_of(name: str) -> int:
    """Return 31 bits by which ``name`` is locked."""
    return int.from_bytes(hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest()[:4], "big") >> 1


def known_messages(batch: Sequence[InboundMessage]) -> Twins:
    """Return the stored messages that bear an id of the batch, by inbox and id, in the order of their dup_no."""
    known: Twins = {}
    rows = Message.objects.filter(
        inbox_id__in={inbound.inbox_id for inbound in batch}, external_id__in={inbound.external_id for inbound in batch}
    )
    for message in rows.only("inbox_id", "external_id", "fingerprint", "conversation_id").order_by("dup_no"):
        known.setdefault((message.inbox_id, message.external_id), []).append(message)
    return known


def twin_in(known: Twins, inbound: InboundMessage) -> Message | None:
    """Return the stored message that is the same as ``inbound``: the same id and the same body."""
    twins = known.get((inbound.inbox_id, inbound.external_id), [])
    return next((message for message in twins if message.fingerprint == inbound.fingerprint), None)


def noticed(inbound: InboundMessage, now: datetime) -> InboundMessage:
    """Return ``inbound`` as it is seen ``now``; what lay elsewhere for very long is history and keeps its own time."""
    is_new = inbound.is_live and timedelta() < now - inbound.at < HISTORY_AFTER
    return replace(inbound, noticed_at=now) if is_new else inbound


def new_conversation(
    pk: int, inbound: InboundMessage, customer: Customer, follows: Conversation | None = None
) -> Conversation:
    """Return the conversation, not stored yet, that ``inbound`` opens and that holds nothing else."""
    conversation = Conversation(
        pk=pk,
        customer=customer,
        inbox_id=inbound.inbox_id,
        subject=inbound.subject[:1000],
        subject_key=inbound.subject_key[:300],
        kind=inbound.kind,
        follows=follows,
        opened_at=inbound.at,
        last_message_at=inbound.at,
    )
    conversation.received(inbound.at, inbound.preview, inbound.is_waiting, inbound.counts_at)
    return conversation


def opened(inbound: InboundMessage, conversation: Conversation) -> ConversationOpened:
    """Return the line that says that ``inbound`` opened ``conversation``."""
    return ConversationOpened(
        **conversation.heading(None), at=inbound.at, inbox_id=inbound.inbox_id, kind=conversation.kind
    )


def append(inbound: InboundMessage, conversation: Conversation) -> list[ConversationEvent]:
    """Set on the row what one more message changes, and return the lines that say what it brought back."""
    heading, brought_back = conversation.heading(None), list[ConversationEvent]()
    conversation.received(inbound.at, inbound.preview, inbound.is_waiting, inbound.counts_at)
    if inbound.is_waiting:
        conversation.kind = ConversationKind.HUMAN
        if conversation.resolved_at is not None and inbound.counts_at > conversation.resolved_at:
            conversation.resolved_at = None
            brought_back.append(ConversationReopened(**heading, at=inbound.counts_at))
        if conversation.snoozed_until is not None:
            conversation.snoozed_until = None
            brought_back.append(ConversationWoken(**heading, at=inbound.counts_at))
    return brought_back


def new_message(pk: int, inbound: InboundMessage, conversation: Conversation, customer: Customer) -> Message:
    """Return the message, not stored yet, that ``inbound`` is; its ``rule`` and ``dup_no`` are the caller's."""
    return Message(
        pk=pk,
        conversation_id=conversation.pk,
        inbox_id=inbound.inbox_id,
        direction=Direction.IN,
        customer_id=customer.pk,
        sender_name=inbound.sender.name[:300],
        sender_address=inbound.sender.shown[:320],
        recipients=inbound.recipients,
        external_id=inbound.external_id,
        fingerprint=inbound.fingerprint,
        subject=inbound.subject[:1000],
        text=inbound.text,
        hidden=inbound.hidden,
        html=inbound.html,
        numbers=digits_in(f"{inbound.subject} {inbound.text}"),
        verdict=inbound.verdict,
        mail_class=inbound.mail_class,
        sent_at=inbound.sent_at,
        created_at=inbound.at,
        noticed_at=inbound.noticed_at,
    )


def received(inbound: InboundMessage, message: Message) -> MessageReceived:
    """Return the line that says that ``inbound`` came, in the history of whoever wrote it."""
    return MessageReceived(
        customer_id=message.customer_id or 0,
        conversation_id=message.conversation_id,
        at=inbound.at,
        title=inbound.subject[:200],
        preview=inbound.preview,
        message_id=message.pk,
        mail_class=inbound.mail_class,
        is_waiting=inbound.is_waiting,
    )


def new_writers(found: Collection[tuple[int, int]]) -> Iterator[Participant]:
    """Yield a participant, not stored yet, for each pair of a conversation and a customer who wrote there unasked."""
    if not found:
        return
    customers = {customer_id for _conversation_id, customer_id in found}
    identities = {row.customer_id: row for row in Identity.objects.filter(customer__in=customers).order_by("-pk")}
    for conversation_id, customer_id in found:
        yield Participant(
            conversation_id=conversation_id, identity=identities[customer_id], role=ParticipantRole.WRITER
        )


def write_files(files: Sequence[tuple[Message, InboundFile]]) -> None:
    """Store the files of new messages, each content once; what goes out was uploaded by its author."""
    if not files:
        return
    stored = StoredFile.objects.all().keep_all(file.content for _message, file in files)
    Attachment.objects.bulk_create(
        Attachment(
            message=message,
            file=stored[hashlib.sha256(file.content).hexdigest()],
            name=file_name(file.name)[:255],
            media_type=file.media_type[:127],
            size_bytes=len(file.content),
            content_id=file.content_id[:255],
            is_inline=file.is_inline,
            uploaded_by_id=message.author_id,
        )
        for message, file in files
    )
