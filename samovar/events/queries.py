"""Questions about the log as a whole: who is behind, and by how much."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import connection

from samovar.events.effects import installed

# The moment of an event may lie long before it was written (an imported mail), so the time counts at most since the
# module last moved on.
BEHIND = """
SELECT c.module, greatest(clock_timestamp() - greatest(first.at, c.moved_at), interval '0')
FROM events_cursor c
CROSS JOIN LATERAL (
    SELECT at FROM events_event e WHERE (e.tx, e.id) > (c.tx, c.event_id) ORDER BY e.tx, e.id LIMIT 1
) first
WHERE c.module = ANY(%s)
ORDER BY 2 DESC
"""


@dataclass(frozen=True)
class Lag:
    """A module with unread events: for how long the first of them has been waiting."""

    module: str
    waiting: timedelta


def lags() -> list[Lag]:
    """Return the modules that have something to read, the one that is furthest behind first."""
    with connection.cursor() as cursor:
        cursor.execute(BEHIND, [list(installed().modules)])
        return [Lag(*row) for row in cursor.fetchall()]
