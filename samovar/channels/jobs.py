"""Mail as workers see it: letters that leave, mailboxes that are watched."""

import threading
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from samovar.channels import digests, heartbeats, pushing, sending, staff_letters, taking_in, trying, watching
from samovar.channels.models import ChannelAccount, Delivery, RawMail, StaffLetter, Trial
from samovar.jobs.queue import enqueue
from samovar.jobs.registry import job, loop

# Who is so late has lost their task together with a worker.
LATE = timedelta(seconds=30)
# An import is never so far ahead of itself: whoever began this one has given up.
GIVEN_UP = timedelta(hours=1)
AT_ONCE = 500
# A try that has not ended by then never will; the password that it holds goes with it.
TRIED_FOR = timedelta(minutes=30)


@job(lease="10 minutes")
def send_mail(delivery_id: int) -> None:
    """Try to send one message, and again when it is time."""
    again_at = sending.send(delivery_id)
    if again_at:
        enqueue(send_mail, delivery_id, run_at=again_at, key=key_of(delivery_id))


@job(every="1 minute")
def take_up_deliveries() -> None:
    """Go on with what the death of a worker interrupted; who still works at it holds its lock and is left alone."""
    sending.let_wait()
    for pk in Delivery.objects.overdue(timezone.now() - LATE).values_list("pk", flat=True)[:AT_ONCE]:
        enqueue(send_mail, pk, key=key_of(pk))


@job(lease="10 minutes")
def send_staff_letter(letter_id: int) -> None:
    """Try to send one letter to a member of staff, and again when it is time."""
    again_at = staff_letters.send(letter_id)
    if again_at:
        enqueue(send_staff_letter, letter_id, run_at=again_at, key=key_of_letter(letter_id))


@job(every="1 minute")
def take_up_staff_letters() -> None:
    """Go on with letters to the staff that the death of a worker interrupted."""
    for pk in StaffLetter.objects.overdue(timezone.now() - LATE).values_list("pk", flat=True)[:AT_ONCE]:
        enqueue(send_staff_letter, pk, key=key_of_letter(pk))


@job(every="1 minute", lease="10 minutes")
def write_digests() -> None:
    """Write to the staff what they were told and have not looked at."""
    digests.write_due()


@job(lease="2 minutes")
def push_news(subscription_id: int) -> None:
    """Tell a device what is new for its owner, and again when it is time."""
    again_at = pushing.push(subscription_id)
    if again_at:
        enqueue(push_news, subscription_id, run_at=again_at, key=key_of_push(subscription_id))


@job(lease="2 minutes", tries=1)
def push_trial(subscription_id: int) -> None:
    """Tell a device that it is told."""
    pushing.try_out(subscription_id)


@job(every="1 minute", lease="10 minutes")
def take_in_left() -> None:
    """Take in what waits although nobody else does: a command delivered it, its mailbox rests, its import broke off."""
    is_left = Q(is_from_archive=False) | Q(arrived_at__lt=timezone.now() - GIVEN_UP)
    left = RawMail.objects.filter(is_left).exclude(account__in=ChannelAccount.objects.in_use())
    taking_in.take_in_each(left)


@job(every="1 minute")
def beat_hearts() -> None:
    """Let the mailboxes write to themselves whose time it is."""
    for account_id in heartbeats.due():
        enqueue(beat_heart, account_id, key=f"heartbeat {account_id}")


@job(lease="3 minutes", tries=1)
def beat_heart(account_id: int) -> None:
    """Let a mailbox write to itself."""
    heartbeats.beat(account_id)


@job(lease="3 minutes", tries=1)
def try_mailbox(trial_id: int) -> None:
    """Try out a mailbox."""
    trying.run(trial_id)


@job(every="10 minutes")
def forget_trials() -> None:
    """Forget what was found out when mailboxes were tried."""
    Trial.objects.filter(began_at__lt=timezone.now() - TRIED_FOR).delete()


@loop
def watch_mailboxes(stop: threading.Event) -> None:
    """Read all mailboxes as long as a worker runs."""
    watching.watch_all(stop)


def key_of(delivery_id: int) -> str:
    """Return what keeps a delivery from standing in the queue twice."""
    return f"delivery {delivery_id}"


def key_of_push(subscription_id: int) -> str:
    """Return what keeps a device from standing in the queue twice."""
    return f"push {subscription_id}"


def key_of_letter(letter_id: int) -> str:
    """Return what keeps a letter to the staff from standing in the queue twice."""
    return f"staff letter {letter_id}"
