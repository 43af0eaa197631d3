"""Letting only so many messages of a difficult customer come before the team on one day; none is lost.

What comes above joins what is open with them, unread, and does not bring it before anybody until work begins on the
next day: it is snoozed until then. What the team has before it anyhow stays there.
"""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from samovar.accounts.models import Calendar
from samovar.conversations import barring
from samovar.conversations.events import ConversationSnoozed
from samovar.conversations.inbound import HUMAN, InboundMessage
from samovar.conversations.models import Conversation, Message
from samovar.conversations.models.message import Direction, Verdict
from samovar.conversations.models.snoozing import WakesOn
from samovar.customers.models import Customer, Restriction, RestrictionKind
from samovar.lib.business_time import Hours

# Where there are no working hours at all.
MORNING = time(9)


def applies(
    inbound: InboundMessage, conversation: Conversation | None, customer: Customer, decided: Restriction | None
) -> bool:
    """Whether a message has to be counted: new mail of a limited customer, and not in a conversation of others."""
    if decided is None or decided.kind != RestrictionKind.LIMIT or not inbound.is_waiting:
        return False
    return barring.counts(inbound) and (conversation is None or conversation.customer_id == customer.pk)


def held_until(inbound: InboundMessage, customer: Customer, most: int, team_id: int | None) -> datetime | None:
    """Return until when a message waits of whom ``most`` a day come before us, None for one that does not.

    The day is that of the team, or else of the company. What others may have written under the customer's name does not
    hold back what they write themselves.
    """
    hours = _hours(team_id)
    here = inbound.counts_at.astimezone(hours.zone)
    today = datetime.combine(here.date(), time(), hours.zone)
    lately = Conversation.objects.filter(customer=customer, last_message_at__gte=today)
    written = Message.objects.filter(conversation__in=lately, customer=customer, direction=Direction.IN)
    written = written.filter(created_at__gte=today, mail_class=HUMAN, is_spam=False, is_history=False)
    if inbound.verdict == Verdict.VERIFIED:
        written = written.filter(verdict=Verdict.VERIFIED)
    if written.count() < most:
        return None
    tomorrow = datetime.combine(here.date() + timedelta(days=1), time(), hours.zone)
    return hours.next_opening(tomorrow) or datetime.combine(tomorrow.date(), MORNING, hours.zone)


def is_before_us(conversation: Conversation) -> bool:
    """Whether the team has it before it: somebody waits there, and it is in sight."""
    is_open = conversation.resolved_at is None and conversation.snoozed_until is None
    return is_open and conversation.waiting_since is not None


def put_off(inbound: InboundMessage, conversation: Conversation) -> Iterator[ConversationSnoozed]:
    """Put a conversation off as long as a message waits that is held, and yield what says so.

    What somebody has put off for longer comes back when the message does, unless it was to stay away in any case.
    """
    until, before = inbound.held_until, conversation.snoozed_until
    if until is None or (before is not None and conversation.wakes_on == WakesOn.NOTHING):
        return
    conversation.put_off(min(until, before or until), WakesOn.NOTHING)
    yield ConversationSnoozed(
        **conversation.heading(None),
        at=inbound.counts_at,
        until=conversation.snoozed_until or until,
        wakes_on=WakesOn.NOTHING,
    )


def _hours(team_id: int | None) -> Hours:
    own = Calendar.objects.filter(team=team_id).first() if team_id else None
    return (own or Calendar.objects.all().company()).hours
