"""Questions about the log as a whole: who is behind, and by how much."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import connection
from django.db.models import BigIntegerField, Func

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

# Behind every event of the transactions before the horizon, whatever its id.
LAST_ID = 2**63 - 1


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


class Horizon(Func):
    """The last transaction before the horizon, to be asked together with something else; see position()."""

    template = "events_horizon() - 1"
    output_field = BigIntegerField()


def position() -> str:
    """Return the place in the log, as streams name it, up to which all that comes after this question is seen.

    A page asks for it before its own questions and has its stream begin there: what happens in between reaches it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT events_horizon() - 1")
        return place_of(cursor.fetchone()[0])


def place_of(tx: int) -> str:
    """Return the place behind all events of the transaction ``tx``."""
    return f"{tx}-{LAST_ID}"
