"""Taking in messages from outside: each is stored once, in the right conversation, together with what it announces.

One mail or sixty-four take the same way; a batch only shares its statements. Everything happens in one transaction,
which first locks all that two workers could decide differently at the same time: the ids named and the senders.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.db import connection, transaction

from samovar.conversations.events import (
    ConversationEvent,
    ConversationOpened,
    ConversationReopened,
    ConversationWoken,
    MessageReceived,
)
from samovar.conversations.inbound import InboundFile, InboundMessage, Receipt
from samovar.conversations.models import Attachment, Conversation, Message, Participant, Reference
from samovar.conversations.models.answering import preview_of
from samovar.conversations.models.conversation import ConversationKind
from samovar.conversations.models.message import Direction
from samovar.conversations.models.participant import ParticipantRole
from samovar.conversations.placing import Place, Places
from samovar.customers.models import Customer, Identity
from samovar.customers.recognition import recognise_all
from samovar.events.announcing import announce_many
from samovar.files.models import StoredFile
from samovar.lib.rows import lock_keys, next_ids
from samovar.lib.text import digits_in

LOCK_SLOTS = 1024
NEW_FIELDS = (
    "kind",
    "resolved_at",
    "snoozed_until",
    "waiting_since",
    "last_message_at",
    "last_inbound_at",
    "preview",
    "message_count",
    "is_unread",
    "version",
)


def receive(inbound: InboundMessage) -> Receipt:
    """Store one message from outside; see receive_all()."""
    return receive_all([inbound])[0]


@transaction.atomic
def receive_all(batch: Sequence[InboundMessage]) -> list[Receipt]:
    """Store messages from outside, in order, and return what became of each.

    A message whose id and body are known is a duplicate and changes nothing; a known id with another body is stored
    beside the first. A message never opens a second conversation for a thread that stands here in the same inbox.
    """
    if not batch:
        return []
    lock_keys(connection, {slot for inbound in batch for slot in _slots(inbound)})
    intake = _Intake(batch)
    receipts = [intake.take(inbound) for inbound in batch]
    intake.write()
    return receipts


@dataclass
class _Rows:
    """What a batch is going to write."""

    opened: dict[int, Conversation] = field(default_factory=dict)
    touched: dict[int, Conversation] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    files: list[tuple[Message, InboundFile]] = field(default_factory=list)
    writers: dict[tuple[int, int], Participant] = field(default_factory=dict)
    events: list[ConversationEvent] = field(default_factory=list)


class _Intake:
    """One batch on its way into the tables."""

    def __init__(self, batch: Sequence[InboundMessage]) -> None:
        self._known = _known_messages(batch)
        fresh = [inbound for inbound in batch if not self._is_known(inbound)]
        self._customers = recognise_all(inbound.sender for inbound in fresh)
        self._places = Places(fresh)
        self._message_ids = iter(next_ids(connection, Message, len(fresh)))
        self._conversation_ids = iter(next_ids(connection, Conversation, len(fresh)))
        self._rows = _Rows()

    def take(self, inbound: InboundMessage) -> Receipt:
        """Decide where one message goes and note its rows."""
        twins = self._known.setdefault((inbound.inbox_id, inbound.external_id), [])
        twin = next((message for message in twins if message.fingerprint == inbound.fingerprint), None)
        if twin is not None:
            return Receipt(twin.pk, twin.conversation_id, is_duplicate=True)
        customer = self._customers[inbound.sender.key]
        place = self._places.find(inbound)
        conversation = place.conversation or self._open(inbound, customer, place)
        message = self._message(inbound, conversation, customer, place, dup_no=len(twins))
        twins.append(message)
        if place.conversation:
            self._append(inbound, conversation, customer)
        names = (inbound.external_id,) if place.follows else (inbound.external_id, *inbound.named_ids)
        self._rows.references += [
            Reference(conversation=conversation, message=message, key=key)
            for key in self._places.add(conversation, names)
        ]
        return Receipt(message.pk, conversation.pk, has_opened=place.conversation is None)

    def write(self) -> None:
        """Write all noted rows, a statement a table."""
        rows = self._rows
        Conversation.objects.bulk_create(rows.opened.values())
        Conversation.objects.bulk_create(
            rows.touched.values(), update_conflicts=True, unique_fields=["id"], update_fields=NEW_FIELDS
        )
        Message.objects.bulk_create(rows.messages)
        Reference.objects.bulk_create(rows.references, ignore_conflicts=True)
        Participant.objects.bulk_create(self._identified_writers(), ignore_conflicts=True)
        self._write_files()
        announce_many(rows.events)

    def _is_known(self, inbound: InboundMessage) -> bool:
        twins = self._known.get((inbound.inbox_id, inbound.external_id), [])
        return any(message.fingerprint == inbound.fingerprint for message in twins)

    def _open(self, inbound: InboundMessage, customer: Customer, place: Place) -> Conversation:
        conversation = Conversation(
            pk=next(self._conversation_ids),
            customer=customer,
            inbox_id=inbound.inbox_id,
            subject=inbound.subject[:1000],
            subject_key=inbound.subject_key[:300],
            kind=inbound.kind,
            follows=place.follows,
            opened_at=inbound.at,
            last_message_at=inbound.at,
        )
        conversation.received(inbound.at, inbound.text, inbound.is_waiting)
        self._rows.opened[conversation.pk] = conversation
        self._rows.events.append(
            ConversationOpened(
                **conversation.heading(None), at=inbound.at, inbox_id=inbound.inbox_id, kind=conversation.kind
            )
        )
        return conversation

    def _append(self, inbound: InboundMessage, conversation: Conversation, customer: Customer) -> None:
        heading = conversation.heading(None)
        conversation.received(inbound.at, inbound.text, inbound.is_waiting)
        if inbound.is_waiting:
            conversation.kind = ConversationKind.HUMAN
            if conversation.resolved_at is not None and inbound.at > conversation.resolved_at:
                conversation.resolved_at = None
                self._rows.events.append(ConversationReopened(**heading, at=inbound.at))
            if conversation.snoozed_until is not None:
                conversation.snoozed_until = None
                self._rows.events.append(ConversationWoken(**heading, at=inbound.at))
        if customer.pk != conversation.customer_id:
            self._rows.writers[conversation.pk, customer.pk] = Participant(
                conversation=conversation, role=ParticipantRole.WRITER
            )
        if conversation.pk not in self._rows.opened:
            self._rows.touched[conversation.pk] = conversation

    def _message(
        self, inbound: InboundMessage, conversation: Conversation, customer: Customer, place: Place, dup_no: int
    ) -> Message:
        message = Message(
            pk=next(self._message_ids),
            conversation=conversation,
            inbox_id=inbound.inbox_id,
            direction=Direction.IN,
            customer=customer,
            sender_name=inbound.sender.name[:300],
            sender_address=inbound.sender.shown[:320],
            recipients=inbound.recipients,
            external_id=inbound.external_id,
            dup_no=dup_no,
            fingerprint=inbound.fingerprint,
            subject=inbound.subject[:1000],
            text=inbound.text,
            hidden=inbound.hidden,
            html=inbound.html,
            numbers=digits_in(f"{inbound.subject} {inbound.text}"),
            verdict=inbound.verdict,
            mail_class=inbound.mail_class,
            rule=place.rule,
            sent_at=inbound.sent_at,
            created_at=inbound.at,
        )
        self._rows.messages.append(message)
        self._rows.files += [(message, file) for file in inbound.files]
        self._rows.events.append(_received(inbound, conversation, customer, message))
        return message

    def _identified_writers(self) -> Iterator[Participant]:
        if not self._rows.writers:
            return
        customers = {customer_id for _conversation_id, customer_id in self._rows.writers}
        identities = {row.customer_id: row for row in Identity.objects.filter(customer__in=customers).order_by("-pk")}
        for (_conversation_id, customer_id), participant in self._rows.writers.items():
            participant.identity = identities[customer_id]
            yield participant

    def _write_files(self) -> None:
        if not self._rows.files:
            return
        stored = StoredFile.objects.all().keep_all(file.content for _message, file in self._rows.files)
        Attachment.objects.bulk_create(
            Attachment(
                message=message,
                file=stored[hashlib.sha256(file.content).hexdigest()],
                name=file.name[:255],
                media_type=file.media_type[:127],
                size_bytes=len(file.content),
                content_id=file.content_id[:255],
                is_inline=file.is_inline,
            )
            for message, file in self._rows.files
        )


def _received(
    inbound: InboundMessage, conversation: Conversation, customer: Customer, message: Message
) -> MessageReceived:
    return MessageReceived(
        customer_id=customer.pk,
        conversation_id=conversation.pk,
        at=inbound.at,
        title=inbound.subject[:200],
        preview=preview_of(inbound.text),
        message_id=message.pk,
        mail_class=inbound.mail_class,
        is_waiting=inbound.is_waiting,
    )


def _known_messages(batch: Sequence[InboundMessage]) -> dict[tuple[int, str], list[Message]]:
    known: dict[tuple[int, str], list[Message]] = {}
    rows = Message.objects.filter(
        inbox_id__in={inbound.inbox_id for inbound in batch}, external_id__in={inbound.external_id for inbound in batch}
    )
    for message in rows.only("inbox_id", "external_id", "fingerprint", "conversation_id").order_by("dup_no"):
        known.setdefault((message.inbox_id, message.external_id), []).append(message)
    return known


def _slots(inbound: InboundMessage) -> Iterator[int]:
    for name in (inbound.external_id, *inbound.named_ids, *inbound.sender.key):
        yield int.from_bytes(hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest()[:4], "big") % LOCK_SLOTS
