"""Whether every module of the wiring reads the log of events."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

from samovar.operations.measuring import Gauge, Reading

LATE = timedelta(minutes=2)
OLDEST = """
SELECT module, (SELECT at FROM events_event WHERE (tx, id) > (c.tx, c.event_id) ORDER BY tx, id LIMIT 1)
FROM events_cursor c ORDER BY module
"""


def read() -> Iterator[Reading]:
    """Tell the age of the oldest event that each module has not read."""
    with connection.cursor() as cursor:
        cursor.execute(OLDEST)
        rows: list[tuple[str, datetime | None]] = cursor.fetchall()
    for module, at in rows:
        age = timezone.now() - at if at else timedelta(0)
        minutes = age // timedelta(minutes=1)
        problem = f"{module} is {minutes} minutes behind: is samovar work running?" if age > LATE else ""
        yield Reading(max(age.total_seconds(), 0.0), module, problem)


GAUGE = Gauge("samovar_oldest_unread_event_seconds", "Age of the oldest event not read.", read, kind="module")
