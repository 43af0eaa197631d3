"""Mail as workers see it: letters that leave, mailboxes that are watched."""

import threading
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from samovar.channels import sending, taking_in, watching
from samovar.channels.models import ChannelAccount, Delivery, RawMail
from samovar.jobs.queue import enqueue
from samovar.jobs.registry import job, loop

# Who is so late has lost their task together with a worker.
LATE = timedelta(seconds=30)
# An import is never so far ahead of itself: whoever began this one has given up.
GIVEN_UP = timedelta(hours=1)
AT_ONCE = 500


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


@job(every="1 minute", lease="10 minutes")
def take_in_left() -> None:
    """Take in what waits although nobody else does: a command delivered it, its mailbox rests, its import broke off."""
    is_left = Q(is_from_archive=False) | Q(arrived_at__lt=timezone.now() - GIVEN_UP)
    left = RawMail.objects.filter(is_left).exclude(account__in=ChannelAccount.objects.in_use())
    taking_in.take_in_each(left)


@loop
def watch_mailboxes(stop: threading.Event) -> None:
    """Read all mailboxes as long as a worker runs."""
    watching.watch_all(stop)


def key_of(delivery_id: int) -> str:
    """Return what keeps a delivery from standing in the queue twice."""
    return f"delivery {delivery_id}"
