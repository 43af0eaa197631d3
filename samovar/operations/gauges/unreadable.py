"""Whether mail stands here that could not be read."""

from collections.abc import Iterator
from datetime import timedelta

from samovar.conversations.queries import unread_mail
from samovar.operations.measuring import Gauge, Reading

LATE = timedelta(hours=1)


def read() -> Iterator[Reading]:
    """Tell for how long the oldest one has been waiting for a person; what somebody has settled waits no more."""
    found = unread_mail()
    hours = found.age // timedelta(hours=1)
    said = f"Messages that could not be read: {found.count}, the oldest for {hours} h. Look at them in the inbox."
    yield Reading(found.age.total_seconds(), problem=said if found.age > LATE else "")


GAUGE = Gauge("samovar_oldest_unreadable_message_seconds", "For how long the oldest mail could not be read.", read)
