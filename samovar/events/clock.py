"""The clock of the log: numbers of transactions, comparable across clusters because a shift is added to them."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import connection, transaction

from samovar.events.effects import installed

# A reader waits for every transaction that may still write; over this age somebody should be told.
TOO_OLD = timedelta(seconds=5)
# How far the clock is behind what is stored. In the cluster in which it was written, everything stored has a number
# below the snapshot's end; only when that is not so the clock is wrong, and then by the snapshot's beginning, from
# which on somebody may still write.
BEHIND = """
SELECT CASE WHEN stored >= shift + pg_snapshot_xmax(now)::text::bigint
            THEN stored + 1 - shift - pg_snapshot_xmin(now)::text::bigint ELSE 0 END
FROM events_clock, pg_current_snapshot() AS now,
     greatest((SELECT max(tx) FROM events_event), (SELECT max(tx) FROM events_cursor), 0) AS stored
"""
START = """
INSERT INTO events_cursor (module, tx, event_id)
SELECT module, events_horizon() - 1, 9223372036854775807 FROM unnest(%s::text[]) AS given(module)
ON CONFLICT (module) DO NOTHING
"""
# Locks show who has a transaction number in the whole cluster, prepared transactions included, to every role; their
# ages are shown to members of pg_monitor, and to others for their own connections.
WRITING = """
SELECT coalesce(a.datname, p.database, ''), coalesce(a.application_name, ''), coalesce(l.pid, 0),
       clock_timestamp() - coalesce(a.xact_start, p.prepared)
FROM pg_locks l
LEFT JOIN pg_stat_activity a ON a.pid = l.pid
LEFT JOIN pg_prepared_xacts p ON p.transaction = l.transactionid
WHERE l.locktype = 'transactionid' AND l.mode = 'ExclusiveLock' AND l.granted
  AND l.pid IS DISTINCT FROM pg_backend_pid() AND coalesce(a.xact_start, p.prepared) IS NOT NULL
ORDER BY 4 DESC LIMIT 1
"""


@dataclass(frozen=True)
class WritingTransaction:
    """A transaction of the cluster that has begun to write and has not ended: every reader waits for it."""

    database: str
    application: str
    pid: int
    age: timedelta

    @property
    def is_too_old(self) -> bool:
        """Whether it holds the readers back for longer than anything of ours may last."""
        return self.age > TOO_OLD


@transaction.atomic
def raise_shift() -> int:
    """Lift the clock above everything that is stored; returns by how much, 0 when it was right already.

    ``migrate`` and ``restore`` call it before anything writes: in another cluster numbers begin anew, and what is
    written there would count as read long ago. Whoever writes all the same is waited for and held up.
    """
    if not _is_behind():
        return 0
    with connection.cursor() as cursor:
        # A writer that began by the old clock has to end before a reader looks at the new one.
        cursor.execute("LOCK TABLE events_event IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute(BEHIND)
        [behind] = cursor.fetchone()
        cursor.execute("UPDATE events_clock SET shift = shift + %s", [behind])
    return int(behind)


def start_cursors() -> None:
    """Give every module of the wiring table a cursor; a new one begins with the events that come from now on."""
    with connection.cursor() as cursor:
        cursor.execute(START, [list(installed().modules)])


def oldest_writing_transaction() -> WritingTransaction | None:
    """Return the oldest transaction of the whole cluster, other databases included, that has begun to write."""
    with connection.cursor() as cursor:
        cursor.execute(WRITING)
        row = cursor.fetchone()
    return WritingTransaction(*row) if row else None


def _is_behind() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(BEHIND)
        [behind] = cursor.fetchone()
    return bool(behind)
