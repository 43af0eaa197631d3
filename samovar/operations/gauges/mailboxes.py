"""Whether mail is fetched."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.utils import timezone

from samovar.channels.models import ChannelAccount
from samovar.operations.measuring import Gauge, Reading

LATE = timedelta(minutes=5)


def read() -> Iterator[Reading]:
    """Tell for each mailbox in use, by its number, how long ago it was read to its end."""
    in_use = ChannelAccount.objects.in_use().order_by("pk")
    for number, fetched_at, created_at in in_use.values_list("pk", "fetched_at", "created_at"):
        since: datetime = fetched_at or created_at
        age = timezone.now() - since
        minutes = age // timedelta(minutes=1)
        problem = f"Mailbox {number} was not read for {minutes} minutes: its settings say why." if age > LATE else ""
        yield Reading(age.total_seconds(), str(number), problem)


GAUGE = Gauge("samovar_mailbox_fetch_age_seconds", "Time since a mailbox was read to its end.", read, kind="mailbox")
