"""Questions about the log as a whole: who is behind, and by how much."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import connection

from samovar.events.effects import installed

# The moment of an event may lie long before it was written (an imported mail), so the time counts at most since the
# module last moved on.
LAGS = """
SELECT c.module,
       CASE WHEN first.at IS NOT NULL
            THEN greatest(clock_timestamp() - greatest(first.at, c.moved_at), interval '0') END
FROM events_cursor c
LEFT JOIN LATERAL (
    SELECT at FROM events_event e WHERE (e.tx, e.id) > (c.tx, c.event_id) ORDER BY e.tx, e.id LIMIT 1
) first ON true
WHERE c.module = ANY(%s)
ORDER BY c.module
"""


@dataclass(frozen=True)
class Lag:
    """For how long the first event that a module has not read has been waiting; None when it has read everything."""

    module: str
    waiting: timedelta | None


def lags() -> list[Lag]:
    """Return how far each module of the wiring table is behind."""
    with connection.cursor() as cursor:
        cursor.execute(LAGS, [list(installed().modules)])
        return [Lag(*row) for row in cursor.fetchall()]
