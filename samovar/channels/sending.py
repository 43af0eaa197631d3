"""Sending messages of ours: tried until the provider takes them, refuses them for good, or two days have passed.

Nothing is asked of the network inside a transaction. The Message-ID was fixed when the message was written, so that a
message which had to be sent twice is recognised as one. A server that cannot be used is left alone for a while by all
that waits for it, and what has waited does not leave in one burst.
"""

import contextlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from random import uniform

from django.db import Error, connection, transaction
from django.db.models import DateTimeField, Exists, ExpressionWrapper, OuterRef, Value
from django.db.models.functions import Random
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from samovar.channels import letters, smtp
from samovar.channels.errors import ChannelTrouble, NotNow, Refused, Unclear
from samovar.channels.models import ChannelAccount, Delivery
from samovar.channels.models.delivery import DeliveryQuerySet
from samovar.jobs import holding
from samovar.lib import faults, sayings
from samovar.lib.fence import Fence, reason

# Minutes until a message that was put off is tried again; from the last on it stays the same.
PAUSES_MINUTES = (1, 2, 4, 8, 15)
# How long to wait when the mailbox has sent as much as it may in a minute.
WAIT_SECONDS = (20, 60)
# How long to wait when a person has to do something first.
HINDERED_SECONDS = (900, 1800)
MOST_LOOKED_AHEAD = 3000
# What one mailbox sends within a minute; providers shut out those who send in bursts.
MOST_A_MINUTE = 100
MINUTE = timedelta(minutes=1)
# Why nothing leaves before a person acts.
HELD = sayings.kept(_("Sending is held, as it is in a restored copy, until an administrator lets it go on."))
NO_SERVER = sayings.kept(_("This inbox has no mail server. An administrator can connect one."))
PAUSED = sayings.kept(_("This inbox is paused. It sends again when an administrator resumes it."))
# The first number of the advisory locks that say which deliveries are being sent; the second is the delivery.
LOCKS = 5_107


def send(pk: int) -> datetime | None:
    """Try once to send the delivery ``pk``; return when to try again.

    None when there is nothing more to do, and when a person has to act first: what they do hurries all that waits, and
    the sweep looks from time to time whether they have.
    """
    with _alone(pk) as is_alone:
        # What was read before the lock may have been sent by whoever held it.
        delivery = _waiting(pk) if is_alone else None
        return _send(delivery) if delivery else None


def _waiting(pk: int) -> Delivery | None:
    rows = Delivery.objects.unsettled().select_related("message__inbox", "message__conversation__customer")
    return rows.filter(pk=pk).first()


def _send(delivery: Delivery) -> datetime | None:
    account = ChannelAccount.objects.select_related("inbox").filter(inbox=delivery.message.inbox_id).first()
    if problem := _held() or _hindrance(account):
        _wait(delivery, problem, HINDERED_SECONDS)
        return None
    if account is None or _is_at_limit(account):
        return _wait(delivery, delivery.problem, _place_in_line(delivery))
    with Fence() as fence:
        account.check_sending(timezone.now())
        _hand_over(delivery, account)
    match fence.error:
        case None:
            return _settle(delivery, account)
        case Refused() as refusal:
            return _give_up(delivery, refusal.kept)
        case ChannelTrouble() as trouble:
            return _put_off(delivery, account, trouble)
        case Error() as error:
            raise error
        case error:
            trouble = NotNow(_("Something went wrong on our side: %(error)s"), error=reason(error))
            return _put_off(delivery, account, trouble)


def let_wait() -> None:
    """Put off all that cannot leave before a person acts and says so already: thousands cost one statement."""
    now = timezone.now()
    earliest, latest = (timedelta(seconds=seconds) for seconds in HINDERED_SECONDS)
    at = ExpressionWrapper(Value(now + earliest) + Random() * Value(latest - earliest), DateTimeField())
    for problem, deliveries in _hindered():
        deliveries.unsettled().filter(next_try_at__lt=now, problem=problem, message__failure=problem).update(
            next_try_at=at
        )


def _hindered() -> Iterator[tuple[str, DeliveryQuerySet]]:
    everything = Delivery.objects.all()
    if problem := _held():
        yield problem, everything
        return
    accounts = ChannelAccount.objects.filter(inbox=OuterRef("message__inbox"))
    yield NO_SERVER, everything.filter(~Exists(accounts))
    yield PAUSED, everything.filter(Exists(accounts.exclude(paused_at=None)))


def _held() -> str:
    return HELD if holding.held(holding.SENDING) else ""


def _hindrance(account: ChannelAccount | None) -> str:
    if account is None:
        return NO_SERVER
    return PAUSED if account.paused_at else ""


def _is_at_limit(account: ChannelAccount) -> bool:
    recent = Delivery.objects.of_inbox(account.inbox_id).filter(attempted_at__gt=timezone.now() - MINUTE)
    return recent.count() >= MOST_A_MINUTE


def _place_in_line(delivery: Delivery) -> tuple[int, int]:
    """Return when it may be the turn of one of many: who asks each minute for thousands would do nothing else."""
    before = Delivery.objects.unsettled().of_inbox(delivery.message.inbox_id).filter(pk__lt=delivery.pk)
    minutes = before[:MOST_LOOKED_AHEAD].count() // MOST_A_MINUTE
    earliest, latest = WAIT_SECONDS
    return earliest + 60 * minutes, latest + 60 * minutes


def _hand_over(delivery: Delivery, account: ChannelAccount) -> None:
    recipient = letters.recipient_of(delivery.message)
    letter = letters.write(delivery.message, account, recipient)
    _begin(delivery, recipient)
    faults.point("send.begun")
    smtp.send(account, letter)
    faults.point("send.taken")


@transaction.atomic
def _begin(delivery: Delivery, recipient: letters.Recipient) -> None:
    message = delivery.message
    message.recipients = {"to": [[recipient.name, recipient.address]]}
    message.save(update_fields=["recipients"])
    delivery.may_be_twice = delivery.may_be_twice or delivery.attempted_at is not None
    delivery.attempted_at, delivery.tries = timezone.now(), delivery.tries + 1
    delivery.save(update_fields=["may_be_twice", "attempted_at", "tries"])


@transaction.atomic
def _settle(delivery: Delivery, account: ChannelAccount) -> None:
    delivery.sent_at, delivery.problem = timezone.now(), ""
    delivery.save(update_fields=["sent_at", "problem"])
    delivery.message.note_handed_over(delivery.sent_at)
    account.note_sending_works()
    faults.point("send.settled")


@transaction.atomic
def _give_up(delivery: Delivery, problem: str) -> None:
    delivery.failed_at, delivery.attempted_at, delivery.problem = timezone.now(), None, problem
    delivery.save(update_fields=["failed_at", "attempted_at", "problem"])
    delivery.message.note_failed(problem, delivery.failed_at)


def _put_off(delivery: Delivery, account: ChannelAccount, trouble: ChannelTrouble) -> datetime | None:
    now = timezone.now()
    if now > delivery.give_up_at:
        return _give_up(delivery, trouble.kept)
    if isinstance(trouble, NotNow):
        minutes = PAUSES_MINUTES[min(max(delivery.tries, 1), len(PAUSES_MINUTES)) - 1]
        at = now + timedelta(minutes=minutes * _jitter())
    else:
        at = account.note_sending_problem(trouble.kept, now, _jitter()) + timedelta(seconds=uniform(0, 10))
    if not isinstance(trouble, Unclear):
        delivery.attempted_at = None
    return _defer(delivery, at, trouble.kept)


def _wait(delivery: Delivery, problem: str, seconds: tuple[int, int]) -> datetime:
    return _defer(delivery, timezone.now() + timedelta(seconds=uniform(*seconds)), problem)


@transaction.atomic
def _defer(delivery: Delivery, at: datetime, problem: str) -> datetime:
    delivery.next_try_at = at
    if problem and problem != delivery.message.failure:
        delivery.message.note_deferred(problem)
    delivery.problem = problem
    delivery.save(update_fields=["next_try_at", "attempted_at", "problem"])
    return at


def _jitter() -> float:
    # It keeps a provider that comes back from being asked by everything at once.
    return uniform(0.8, 1.0)


@contextlib.contextmanager
def _alone(pk: int) -> Iterator[bool]:
    """Hold the lock of a delivery; yields whether nobody else holds it. A dead worker holds nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCKS, pk % 2**31])
        row = cursor.fetchone()
    is_alone = bool(row and row[0])
    try:
        yield is_alone
    finally:
        if is_alone:
            # With a broken connection the lock is gone as well.
            with contextlib.suppress(Error), connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCKS, pk % 2**31])
