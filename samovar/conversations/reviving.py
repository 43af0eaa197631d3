"""A message that could not be read and now can: it and its conversation become what it says."""

from collections.abc import Iterator
from dataclasses import replace

from django.db import transaction

from samovar.accounts.models import User
from samovar.conversations import arriving, barring, deriving, joining
from samovar.conversations.events import (
    ConversationEvent,
    ConversationReopened,
    ConversationResolved,
    ConversationWoken,
    MessageUnderstood,
)
from samovar.conversations.inbound import HUMAN, PASSED_ON, UNREADABLE, InboundMessage
from samovar.conversations.models import Conversation, Message, Reference, SpamSign
from samovar.conversations.placing import Place, Places
from samovar.customers import restrictions
from samovar.customers.models import Customer
from samovar.customers.recognition import recognise_all, turned_out_to_be
from samovar.events.announcing import announce
from samovar.lib import clock

FIELDS = (
    "direction",
    "customer",
    "sender_name",
    "sender_address",
    "recipients",
    "external_id",
    "dup_no",
    "fingerprint",
    "subject",
    "text",
    "hidden",
    "html",
    "has_foreign_pictures",
    "numbers",
    "verdict",
    "mail_class",
    "rule",
    "sent_at",
    "created_at",
    "noticed_at",
    "is_history",
    "is_spam",
    "handed_over_at",
)


@transaction.atomic
def revive(message: Message, inbound: InboundMessage, by: User) -> Conversation:
    """Let ``message`` be what ``inbound`` says, and return the conversation in which it stands then.

    Where it answers something that we have, it goes there, unless somebody has worked on the conversation that it had
    opened: then both are linked. Who wrote waits since they wrote. What can be read already stays as it is.
    """
    arriving.lock([inbound])
    message = Message.objects.select_for_update().get(pk=message.pk)
    conversation = message.conversation
    if message.mail_class != UNREADABLE:
        return conversation
    conversation.locked()
    nobody = message.customer
    customer = recognise_all([inbound.sender])[inbound.sender.key]
    places = Places([inbound])
    place = places.find(inbound, customer)
    decided = restrictions.decided_about([customer.pk]).get(customer.pk)
    inbound = barring.barred(inbound, barring.blocks_against([inbound]), decided)
    if barring.is_barred(inbound):
        place = places.beside(place, customer)
    elif inbound.is_spam and place.is_wanted:
        inbound = replace(inbound, is_spam=False)
    target = _target(place, conversation)
    _become(message, inbound, customer, place)
    _name_conversation(conversation, inbound, customer)
    keys = places.add(target, (inbound.external_id, *inbound.named_ids))
    Reference.objects.bulk_create(
        [Reference(conversation=conversation, message=message, key=key) for key in keys], ignore_conflicts=True
    )
    if target != conversation:
        target = joining.join(conversation, target)
    else:
        related = (place.conversation, place.follows)
        joining.link(conversation, [one for one in related if one is not None and one != conversation])
    _note_participants(inbound, target, customer)
    if nobody is not None and not Conversation.objects.filter(customer=nobody).exists():
        turned_out_to_be(nobody, customer)
    return _told(target, message, inbound, by)


def _target(place: Place, conversation: Conversation) -> Conversation:
    found = place.conversation
    return found if found is not None and joining.are_untouched([conversation]) else conversation


def _note_participants(inbound: InboundMessage, conversation: Conversation, customer: Customer) -> None:
    found = arriving.named_beside(inbound, conversation, customer)
    is_stranger = conversation.customer_id != customer.pk
    if is_stranger and inbound.mail_class == HUMAN and not inbound.is_sent:
        found.append(arriving.writer(inbound, conversation))
    arriving.write_participants(found)


def _become(message: Message, inbound: InboundMessage, customer: Customer, place: Place) -> None:
    found = arriving.known_messages([inbound]).get((inbound.inbox_id, inbound.external_id), [])
    known = [one for one in found if one.pk != message.pk]
    meant = arriving.new_message(message.pk, inbound, message.conversation, customer)
    meant.dup_no, meant.rule = len(known), place.rule or (PASSED_ON if inbound.is_passed_on else "")
    meant.noticed_at = clock.now() if inbound.is_live else None
    for name in FIELDS:
        setattr(message, name, getattr(meant, name))
    message.save(update_fields=FIELDS)
    SpamSign.objects.bulk_create(arriving.signs(inbound, message))
    arriving.write_files([(message, file) for file in inbound.files])


def _name_conversation(conversation: Conversation, inbound: InboundMessage, customer: Customer) -> None:
    if conversation.messages.count() > 1:
        return
    conversation.customer = customer
    conversation.subject, conversation.subject_key = inbound.subject[:1000], inbound.subject_key[:300]
    conversation.save(update_fields=["customer", "subject", "subject_key"])


def _told(conversation: Conversation, message: Message, inbound: InboundMessage, by: User) -> Conversation:
    conversation.locked()
    heading = conversation.heading(by)
    announce(MessageUnderstood(**heading, message_id=message.pk, preview=message.preview))
    for event in _consequences(conversation, inbound):
        announce(event)
    deriving.mend([conversation.pk])
    rows = Conversation.objects.filter(pk=conversation.pk)
    rows.update(version=conversation.version + 1, is_unread=True)
    return rows.get()


def _consequences(conversation: Conversation, inbound: InboundMessage) -> Iterator[ConversationEvent]:
    """Yield what follows for a conversation that was settled or put off while nobody could read the message."""
    heading, now = conversation.heading(None), clock.now()
    if inbound.is_waiting and conversation.resolved_at is not None:
        yield ConversationReopened(**heading, at=now)
    if inbound.is_waiting and conversation.snoozed_until is not None and arriving.wakes(inbound, conversation):
        yield ConversationWoken(**heading, at=now)
    if inbound.is_history and conversation.resolved_at is None:
        yield ConversationResolved(**heading, at=now)
