"""Taking in messages from outside: each is stored once, in the right conversation, together with what it announces.

One mail or sixty-four take the same way; a batch only shares its statements. Everything happens in one transaction,
which first locks all that two workers could decide differently at the same time: the ids named and the senders.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from django.db import connection, transaction

from samovar.conversations import arriving, barring, deriving, flooding, joining, late, limiting
from samovar.conversations.events import ConversationEvent
from samovar.conversations.inbound import HUMAN, LIMITED, PASSED_ON, InboundFile, InboundMessage, Receipt
from samovar.conversations.models import Conversation, Message, Participant, Reference, Retention, SpamSign
from samovar.conversations.models.message import Verdict
from samovar.conversations.own_addresses import own_addresses
from samovar.conversations.placing import STORED, Place, Places
from samovar.conversations.recipients import mailbox_key
from samovar.customers import restrictions
from samovar.customers.models import Customer
from samovar.customers.recognition import recognise_all
from samovar.events.announcing import announce_many
from samovar.lib import clock
from samovar.lib.rows import next_ids

NEW_FIELDS = (
    "kind",
    "subject",
    "opened_at",
    "resolved_at",
    "snoozed_until",
    "wakes_on",
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
    signs: list[SpamSign] = field(default_factory=list)
    participants: list[Participant] = field(default_factory=list)
    late: list[tuple[Message, InboundMessage]] = field(default_factory=list)
    events: list[ConversationEvent] = field(default_factory=list)
    links: list[tuple[Conversation, tuple[Conversation, ...]]] = field(default_factory=list)
    # Where something came out of its order, so that the row is told anew from all that stands there.
    to_recount: set[int] = field(default_factory=set)


class _Intake:
    """One batch on its way into the tables."""

    def __init__(self, batch: Sequence[InboundMessage]) -> None:
        self._known = arriving.known_messages(batch)
        self._own = arriving.own_messages(batch)
        self._ours = frozenset(map(mailbox_key, own_addresses().all)) if self._own else frozenset()
        fresh = [inbound for inbound in batch if self._same_as(inbound) is None]
        self._customers = recognise_all(inbound.sender for inbound in fresh)
        self._places = Places(fresh)
        self._blocks = barring.blocks_against(fresh)
        self._decided = restrictions.decided_about(customer.pk for customer in self._customers.values())
        # Told when the rows are locked: whoever answers or settles meanwhile comes after.
        self._now = clock.now()
        self._message_ids = iter(next_ids(connection, Message, len(fresh)))
        self._conversation_ids = iter(next_ids(connection, Conversation, len(fresh)))
        self._rows = _Rows()

    def take(self, inbound: InboundMessage) -> Receipt:
        """Decide where one message goes and note its rows."""
        same = self._same_as(inbound)
        if same is not None:
            return Receipt(same.pk, same.conversation_id, inbound.mail_class, is_duplicate=True)
        inbound = arriving.noticed(inbound, self._now)
        customer = self._customers[inbound.sender.key]
        barred = barring.barred(inbound, self._blocks, self._decided.get(customer.pk))
        inbound, place = self._held(*self._place(barred, customer), customer)
        conversation = place.conversation or self._open(inbound, customer, place)
        message = self._note(inbound, conversation, customer, place)
        if place.conversation:
            self._append(inbound, conversation, customer)
            self._rows.late += [(message, inbound)] if late.is_regrouped(conversation) else []
        self._rows.participants += arriving.named_beside(inbound, conversation, customer)
        # The ids of another matter of this inbox stay there; those that another inbox knows are known here too.
        is_other_matter = place.follows is not None and place.follows.inbox_id == inbound.inbox_id
        names = () if is_other_matter else inbound.named_ids
        self._name(conversation, message, (inbound.external_id, *names))
        return Receipt(message.pk, conversation.pk, inbound.mail_class, has_opened=place.conversation is None)

    def write(self) -> None:
        """Write all noted rows, a statement a table."""
        rows, self._rows = self._rows, _Rows()
        Conversation.objects.bulk_create(rows.opened.values())
        Conversation.objects.bulk_create(
            rows.touched.values(), update_conflicts=True, unique_fields=["id"], update_fields=NEW_FIELDS
        )
        Message.objects.bulk_create(rows.messages)
        SpamSign.objects.bulk_create(rows.signs)
        Reference.objects.bulk_create(rows.references, ignore_conflicts=True)
        arriving.write_participants(rows.participants)
        arriving.write_files(rows.files)
        late.note_all(rows.late)
        for conversation, others in rows.links:
            joining.link(conversation, others)
        announce_many(rows.events)
        if old := {message.inbox_id for message in rows.messages if message.is_history}:
            Retention.objects.all().wait_again(old)
        if rows.to_recount:
            deriving.mend(sorted(rows.to_recount))

    def _same_as(self, inbound: InboundMessage) -> Message | None:
        """Return the message that stands here already: the same mail, or one of ours that came back."""
        own = self._own.get(inbound.own_message or 0)
        if own is not None and arriving.is_echo(own, inbound, self._ours):
            return own
        return arriving.twin_in(self._known, inbound)

    def _place(self, inbound: InboundMessage, customer: Customer) -> tuple[InboundMessage, Place]:
        """Return where a message goes; what its provider calls spam is none where it goes on with what we talk about.

        What a blocked sender writes comes into nothing that we talk about, whatever it answers.
        """
        place = self._places.find(inbound, customer)
        if barring.is_barred(inbound):
            place = self._settled(self._places.beside(place, customer), inbound, customer)
            return inbound, self._places.beside(place, customer)
        place = self._settled(place, inbound, customer)
        return replace(inbound, is_spam=inbound.is_spam and not place.is_wanted), place

    def _held(self, inbound: InboundMessage, place: Place, customer: Customer) -> tuple[InboundMessage, Place]:
        """Return a message above what is let through of its writer as one that waits, where it joins what is open."""
        decided = self._decided.get(customer.pk)
        if decided is None or not limiting.applies(inbound, place.conversation, customer, decided):
            return inbound, place
        # What stands in this batch only has to be counted.
        self.write()
        found = place.conversation
        until = limiting.held_until(inbound, customer, decided.most_a_day or 0, found.team_id if found else None)
        if until is None:
            return inbound, place
        # Under a name that is surely false nobody joins what we talk about with its owner.
        if found is None and inbound.verdict != Verdict.FAILED:
            found = self._places.open_with(customer, inbound.inbox_id)
        if place.conversation is None:
            place = Place(found, rule=LIMITED) if found else replace(place, rule=LIMITED)
        return replace(inbound, held_until=until), place

    def _settled(self, place: Place, inbound: InboundMessage, customer: Customer) -> Place:
        """Return the place after joining what belongs together, and after collecting what comes in masses."""
        if place.related and place.conversation:
            may_join = not inbound.is_live or customer.pk == place.conversation.customer_id
            return self._joined(place, place.conversation, may_join=may_join)
        is_new = place.conversation is None
        if is_new and inbound.is_live and not inbound.is_sent:
            return self._collected(place, inbound, customer)
        return place

    def _collected(self, place: Place, inbound: InboundMessage, customer: Customer) -> Place:
        opening = sum(one.customer_id == customer.pk for one in self._rows.opened.values())
        if not flooding.is_flood(inbound, customer, opening):
            return place
        if opening:
            # The one that collects may stand in this batch only.
            self.write()
        return flooding.collected(place, inbound, customer)

    def _joined(self, place: Place, conversation: Conversation, *, may_join: bool) -> Place:
        """Join the conversations that a message answers if nobody has touched them, or else link them.

        What somebody else writes live joins nothing: they may have seen the ids of another person's mail.
        """
        # What stands in this batch only has to be in the tables before it can be moved.
        self.write()
        linked = []
        for other in place.related:
            is_same_customer = other.customer_id == conversation.customer_id
            if may_join and is_same_customer and joining.are_untouched([conversation, other]):
                older, younger = sorted([conversation, other], key=lambda one: (one.opened_at, one.pk))
                conversation = joining.join(younger, older)
                self._places.join(younger.pk, conversation)
            else:
                linked.append(other)
        if linked:
            self._rows.links.append((conversation, tuple(linked)))
        return Place(conversation=conversation, rule=STORED)

    def _open(self, inbound: InboundMessage, customer: Customer, place: Place) -> Conversation:
        conversation = arriving.new_conversation(next(self._conversation_ids), inbound, customer, place.follows)
        self._rows.opened[conversation.pk] = conversation
        self._rows.events += arriving.opened(inbound, conversation, place.rule)
        return conversation

    def _note(self, inbound: InboundMessage, conversation: Conversation, customer: Customer, place: Place) -> Message:
        message = arriving.new_message(next(self._message_ids), inbound, conversation, customer)
        twins = self._known.setdefault((inbound.inbox_id, inbound.external_id), [])
        message.rule, message.dup_no = place.rule or (PASSED_ON if inbound.is_passed_on else ""), len(twins)
        twins.append(message)
        self._rows.messages.append(message)
        self._rows.signs += arriving.signs(inbound, message)
        self._rows.files += [(message, file) for file in inbound.files]
        self._rows.events.append(arriving.received(inbound, message))
        return message

    def _append(self, inbound: InboundMessage, conversation: Conversation, customer: Customer) -> None:
        may_reopen = conversation.resolved_at is None or flooding.may_reopen(conversation, inbound, customer)
        self._rows.events += arriving.append(inbound, conversation, may_reopen=may_reopen)
        # A machine takes part in nothing: nobody has to decide about a bounce.
        if customer.pk != conversation.customer_id and inbound.mail_class == HUMAN and not inbound.is_sent:
            self._rows.participants.append(arriving.writer(inbound, conversation))
        if inbound.is_sent or inbound.is_history:
            self._rows.to_recount.add(conversation.pk)
        if conversation.pk not in self._rows.opened:
            self._rows.touched[conversation.pk] = conversation

    def _name(self, conversation: Conversation, message: Message, names: Iterable[str]) -> None:
        self._rows.references += [
            Reference(conversation=conversation, message=message, key=key)
            for key in self._places.add(conversation, names)
        ]
