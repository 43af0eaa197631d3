"""Bounds for what comes in masses, so that two machines that answer each other cannot bury the people.

Figures after mail.md C: from the twentieth conversation that one sender opens within two hours on, all are collected
in one; mail brings a settled conversation back at most three times an hour.
"""

from dataclasses import replace
from datetime import timedelta

from django.db.models import QuerySet

from samovar.conversations.inbound import COLLECTED, InboundMessage
from samovar.conversations.models import Conversation, Inbox, Message
from samovar.conversations.models.message import Direction, Verdict
from samovar.conversations.placing import Place
from samovar.customers.models import Customer
from samovar.events.models import Event

WINDOW, MOST_OPENED = timedelta(minutes=120), 20
REOPEN_WINDOW, MOST_REOPENED = timedelta(hours=1), 3


def is_flood(inbound: InboundMessage, customer: Customer, opening: int) -> bool:
    """Whether a message would open one conversation too many.

    ``opening`` counts the conversations of this customer that are being opened and not stored yet.
    """
    lately = _lately(inbound, customer)
    if lately.count() + opening < MOST_OPENED:
        return False
    if inbound.verdict == Verdict.VERIFIED:
        # What others may have written under this name does not bury what its owner writes.
        sure = Message.objects.filter(conversation__in=lately, verdict=Verdict.VERIFIED).values("conversation")
        if lately.filter(pk__in=sure).count() + opening < MOST_OPENED:
            return False
    return not _is_expected(inbound)


def collected(place: Place, inbound: InboundMessage, customer: Customer) -> Place:
    """Return where a message of a flood goes: the first too many in an inbox opens the conversation for all others."""
    lately = _lately(inbound, customer).filter(inbox=inbound.inbox_id, deleted_at=None)
    first = Message.objects.filter(conversation__in=lately, rule=COLLECTED).values("conversation")
    found = lately.filter(pk__in=first).order_by("-pk").select_for_update().first()
    return Place(conversation=found, rule=COLLECTED) if found else replace(place, rule=COLLECTED)


def _lately(inbound: InboundMessage, customer: Customer) -> QuerySet[Conversation]:
    since = inbound.counts_at - WINDOW
    # What was opened lately has its last message since then too, and that has an index.
    return Conversation.objects.filter(customer=customer, last_message_at__gt=since, opened_at__gt=since)


def may_reopen(conversation: Conversation, inbound: InboundMessage, customer: Customer) -> bool:
    """Whether a mail of ``customer`` may bring a settled conversation back: not again and again within an hour.

    Whoever has not written that often themselves may: others cannot use it up for them.
    """
    if not inbound.is_live:
        return True
    since = inbound.counts_at - REOPEN_WINDOW
    reopened = Event.objects.filter(
        conversation_id=conversation.pk,
        kind="ConversationReopened",
        actor_id=None,
        at__gt=since,
    )
    if reopened.count() < MOST_REOPENED:
        return True
    own = Message.objects.filter(conversation=conversation, customer=customer, direction=Direction.IN)
    return own.filter(created_at__gt=since).count() < MOST_REOPENED


def _is_expected(inbound: InboundMessage) -> bool:
    listed = Inbox.objects.values_list("frequent_senders", flat=True).get(pk=inbound.inbox_id)
    return inbound.sender.shown.strip().lower() in {line.strip().lower() for line in listed.splitlines()}
