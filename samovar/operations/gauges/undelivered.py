"""Whether messages of ours leave."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Min
from django.utils import timezone

from samovar.channels.models import Delivery
from samovar.operations.measuring import Gauge, Reading

LATE = timedelta(minutes=30)


def read() -> Iterator[Reading]:
    """Tell the age of the oldest message of ours that has neither left nor been given up."""
    waiting = Delivery.objects.filter(sent_at=None, failed_at=None).aggregate(since=Min("created_at"))["since"]
    age = timezone.now() - waiting if waiting else timedelta(0)
    minutes = age // timedelta(minutes=1)
    problem = f"A message has been waiting to leave for {minutes} minutes: look at the mailboxes." if age > LATE else ""
    yield Reading(age.total_seconds(), problem=problem)


GAUGE = Gauge("samovar_oldest_undelivered_message_seconds", "Age of the oldest message not sent.", read)
