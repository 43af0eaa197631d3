"""Sending messages of ours: tried until the provider takes them, refuses them for good, or two days have passed.

Nothing is asked of the network inside a transaction. The Message-ID was fixed when the message was written, so that a
message which had to be sent twice is recognised as one. A server that cannot be used is left alone for a while by all
that waits for it, and what has waited does not leave in one burst.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import uniform

from django.db import Error, transaction
from django.db.models import DateTimeField, Exists, ExpressionWrapper, OuterRef, Value
from django.db.models.functions import Random
from django.utils.translation import gettext_noop as _

from samovar.channels import copies, fates, letters, returned, smtp
from samovar.channels.alone import alone
from samovar.channels.errors import ChannelTrouble, NotNow, RecipientRefused, Refused, Unclear
from samovar.channels.models import ChannelAccount, Delivery, StaffLetter
from samovar.channels.models.delivery import DeliveryQuerySet
from samovar.conversations.models.circle import circle_of
from samovar.conversations.recipients import Audience, recipients
from samovar.jobs import holding
from samovar.lib import clock, faults, sayings
from samovar.lib.fence import Fence, reason

# Minutes until a message that was put off is tried again; from the last on it stays the same.
PAUSES_MINUTES = (1, 2, 4, 8, 15)
# How long to wait when the mailbox has sent as much as it may in a minute.
WAIT_SECONDS = (20, 60)
# How long to wait when a person has to do something first.
HINDERED_SECONDS = (900, 1800)
MOST_LOOKED_AHEAD = 3000
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
# How long to wait when the mailbox has sent as much as it may in a day.
DAY_SECONDS = (840, 1200)
# Why nothing leaves before a person acts.
HELD = sayings.kept(_("Sending is held, as it is in a restored copy, until an administrator lets it go on."))
NO_SERVER = sayings.kept(_("This inbox has no mail server. An administrator can connect one."))
PAUSED = sayings.kept(_("This inbox is paused. It sends again when an administrator resumes it."))
FULL_DAY = _("This inbox has sent as many mails as it may in a day (%(count)s). It goes on by itself.")
NOBODY = _("This customer has no e-mail address. Add one to their card and try again.")
STOPPED = sayings.kept(_("Automatic mail to this address is stopped: too much of it came back, or it was unwanted."))
# The first number of the advisory locks that say which deliveries are being sent; the second is the delivery.
LOCKS = 5_107


def send(pk: int) -> datetime | None:
    """Try once to send the delivery ``pk``; return when to try again.

    None when there is nothing more to do, and when a person has to act first: what they do hurries all that waits, and
    the sweep looks from time to time whether they have.
    """
    with alone(LOCKS, pk) as is_alone:
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
    assert account is not None
    if wait := _limit(account, delivery):
        return _wait(delivery, *wait)
    if delivery.message.is_automatic and returned.is_stopped(delivery.address):
        return _give_up(delivery, STOPPED)
    return _try(delivery, account)


def _try(delivery: Delivery, account: ChannelAccount) -> datetime | None:
    with Fence() as fence:
        account.check_sending(clock.now())
        _hand_over(delivery, account)
    match fence.error:
        case None:
            return _settle(delivery, account)
        case RecipientRefused() as refusal:
            return _give_up(delivery, returned.note_refusal(delivery, refusal))
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
    now = clock.now()
    earliest, latest = (timedelta(seconds=seconds) for seconds in HINDERED_SECONDS)
    at = ExpressionWrapper(Value(now + earliest) + Random() * Value(latest - earliest), DateTimeField())
    for problem, deliveries in _hindered():
        deliveries.unsettled().filter(next_try_at__lt=now, problem=problem).update(next_try_at=at)


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


def most_a_minute(account: ChannelAccount) -> int:
    """Return how many mails may leave a mailbox within a minute; providers shut out those who send in bursts."""
    return max(account.most_a_minute, 1)


def _limit(account: ChannelAccount, delivery: Delivery) -> tuple[str, tuple[int, int]] | None:
    """Return why and how long to wait because the mailbox has sent as much as it may."""
    if is_full(account, DAY):
        return sayings.kept(FULL_DAY, count=account.most_a_day or 0), DAY_SECONDS
    if is_full(account, MINUTE):
        return delivery.problem, _place_in_line(delivery, most_a_minute(account))
    return None


def is_full(account: ChannelAccount, span: timedelta) -> bool:
    """Whether a mailbox has sent as much as it may within a day or a minute; letters to the staff count as well."""
    most = account.most_a_day if span == DAY else most_a_minute(account)
    if most is None:
        return False
    since = clock.now() - span
    tried = Delivery.objects.of_inbox(account.inbox_id).filter(attempted_at__gt=since).count()
    return tried + StaffLetter.objects.filter(account=account, attempted_at__gt=since).count() >= most


def _place_in_line(delivery: Delivery, a_minute: int) -> tuple[int, int]:
    """Return when it may be the turn of one of many: who asks each minute for thousands would do nothing else."""
    before = Delivery.objects.unsettled().of_inbox(delivery.message.inbox_id).filter(pk__lt=delivery.pk)
    minutes = before[:MOST_LOOKED_AHEAD].count() // a_minute
    earliest, latest = WAIT_SECONDS
    return earliest + 60 * minutes, latest + 60 * minutes


def _hand_over(delivery: Delivery, account: ChannelAccount) -> None:
    if not delivery.address:
        _find_address(delivery)
    letter = letters.write(delivery, account)
    _begin(delivery)
    faults.point("send.begun")
    smtp.send(account, letter)
    faults.point("send.taken")
    copies.want(delivery.message_id, account.pk, letter.content, clock.now())


@transaction.atomic
def _find_address(delivery: Delivery) -> None:
    """Fix whom a message goes to that nobody could be found for when it was written; raises Refused."""
    message = delivery.message
    found = recipients(circle_of(message.conversation_id), Audience.AUTHOR)
    if not found.to:
        raise Refused(NOBODY)
    message.recipients, delivery.address = found.as_kept, found.to[0].address
    message.save(update_fields=["recipients"])
    delivery.save(update_fields=["address"])


def _begin(delivery: Delivery) -> None:
    delivery.may_be_twice = delivery.may_be_twice or delivery.attempted_at is not None
    delivery.attempted_at, delivery.tries = clock.now(), delivery.tries + 1
    delivery.save(update_fields=["may_be_twice", "attempted_at", "tries"])


@transaction.atomic
def _settle(delivery: Delivery, account: ChannelAccount) -> None:
    delivery.sent_at, delivery.problem = clock.now(), ""
    delivery.save(update_fields=["sent_at", "problem"])
    fates.tell(delivery.message, delivery.sent_at)
    account.note_sending_works()
    faults.point("send.settled")


@transaction.atomic
def _give_up(delivery: Delivery, problem: str) -> None:
    delivery.failed_at, delivery.attempted_at, delivery.problem = clock.now(), None, problem
    delivery.save(update_fields=["failed_at", "attempted_at", "problem", "status", "action", "diagnostic"])
    fates.tell(delivery.message, delivery.failed_at)


def _put_off(delivery: Delivery, account: ChannelAccount, trouble: ChannelTrouble) -> datetime | None:
    now = clock.now()
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
    return _defer(delivery, clock.now() + timedelta(seconds=uniform(*seconds)), problem)


@transaction.atomic
def _defer(delivery: Delivery, at: datetime, problem: str) -> datetime:
    is_news = problem != delivery.problem
    delivery.next_try_at, delivery.problem = at, problem
    delivery.save(update_fields=["next_try_at", "attempted_at", "problem"])
    if is_news:
        fates.tell(delivery.message, clock.now())
    return at


def _jitter() -> float:
    # It keeps a provider that comes back from being asked by everything at once.
    return uniform(0.8, 1.0)
