"""Taking in messages from outside: each is stored once, in the right conversation, together with what it announces.

One mail or sixty-four take the same way; a batch only shares its statements. Everything happens in one transaction,
which first locks all that two workers could decide differently at the same time: the ids named and the senders.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db import connection, transaction

from samovar.conversations import arriving
from samovar.conversations.events import ConversationEvent
from samovar.conversations.inbound import InboundFile, InboundMessage, Receipt
from samovar.conversations.models import Conversation, Message, Participant, Reference
from samovar.conversations.placing import Place, Places
from samovar.customers.models import Customer
from samovar.customers.recognition import recognise_all
from samovar.events.announcing import announce_many
from samovar.lib import clock
from samovar.lib.rows import next_ids

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
    arriving.lock(batch)
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
    writers: set[tuple[int, int]] = field(default_factory=set)
    events: list[ConversationEvent] = field(default_factory=list)


class _Intake:
    """One batch on its way into the tables."""

    def __init__(self, batch: Sequence[InboundMessage]) -> None:
        self._known = arriving.known_messages(batch)
        fresh = [inbound for inbound in batch if arriving.twin_in(self._known, inbound) is None]
        self._customers = recognise_all(inbound.sender for inbound in fresh)
        self._places = Places(fresh)
        # Told when the rows are locked: whoever answers or settles meanwhile comes after.
        self._now = clock.now()
        self._message_ids = iter(next_ids(connection, Message, len(fresh)))
        self._conversation_ids = iter(next_ids(connection, Conversation, len(fresh)))
        self._rows = _Rows()

    def take(self, inbound: InboundMessage) -> Receipt:
        """Decide where one message goes and note its rows."""
        twin = arriving.twin_in(self._known, inbound)
        if twin is not None:
            return Receipt(twin.pk, twin.conversation_id, inbound.mail_class, is_duplicate=True)
        inbound = arriving.noticed(inbound, self._now)
        customer = self._customers[inbound.sender.key]
        place = self._places.find(inbound)
        conversation = place.conversation or self._open(inbound, customer, place)
        message = self._note(inbound, conversation, customer, place)
        if place.conversation:
            self._append(inbound, conversation, customer)
        names = (inbound.external_id,) if place.follows else (inbound.external_id, *inbound.named_ids)
        self._name(conversation, message, names)
        return Receipt(message.pk, conversation.pk, inbound.mail_class, has_opened=place.conversation is None)

    def write(self) -> None:
        """Write all noted rows, a statement a table."""
        rows = self._rows
        Conversation.objects.bulk_create(rows.opened.values())
        Conversation.objects.bulk_create(
            rows.touched.values(), update_conflicts=True, unique_fields=["id"], update_fields=NEW_FIELDS
        )
        Message.objects.bulk_create(rows.messages)
        Reference.objects.bulk_create(rows.references, ignore_conflicts=True)
        Participant.objects.bulk_create(arriving.new_writers(sorted(rows.writers)), ignore_conflicts=True)
        arriving.write_files(rows.files)
        announce_many(rows.events)

    def _open(self, inbound: InboundMessage, customer: Customer, place: Place) -> Conversation:
        conversation = arriving.new_conversation(next(self._conversation_ids), inbound, customer, place.follows)
        self._rows.opened[conversation.pk] = conversation
        self._rows.events.append(arriving.opened(inbound, conversation))
        return conversation

    def _note(self, inbound: InboundMessage, conversation: Conversation, customer: Customer, place: Place) -> Message:
        message = arriving.new_message(next(self._message_ids), inbound, conversation, customer)
        twins = self._known.setdefault((inbound.inbox_id, inbound.external_id), [])
        message.rule, message.dup_no = place.rule, len(twins)
        twins.append(message)
        self._rows.messages.append(message)
        self._rows.files += [(message, file) for file in inbound.files]
        self._rows.events.append(arriving.received(inbound, message))
        return message

    def _append(self, inbound: InboundMessage, conversation: Conversation, customer: Customer) -> None:
        self._rows.events += arriving.append(inbound, conversation)
        if customer.pk != conversation.customer_id:
            self._rows.writers.add((conversation.pk, customer.pk))
        if conversation.pk not in self._rows.opened:
            self._rows.touched[conversation.pk] = conversation

    def _name(self, conversation: Conversation, message: Message, names: Iterable[str]) -> None:
        self._rows.references += [
            Reference(conversation=conversation, message=message, key=key)
            for key in self._places.add(conversation, names)
        ]
