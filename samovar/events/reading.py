"""Reading the log: each module in batches behind a durable cursor, effect and cursor in one transaction.

Rows become visible in another order than that of their ids, so a reader goes by (tx, id) and stops at the horizon,
below which no transaction can write any more. Nothing is skipped and, inside the database, nothing is done twice.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from django.db import connection, transaction
from django.db.models.functions import Now

from samovar.events import setting_aside
from samovar.events.effects import installed
from samovar.events.models import Cursor, Event, SetAside
from samovar.jobs.attempt import TransactionLost, check_constraints_at_once, on_new_connection

BATCH_ROWS = 500
# A writing transaction holds back every reader of the cluster, so a batch must be short.
BATCH_SECONDS = 0.2
# The first number of the advisory locks of cursors; the second is made of the name of the module.
LOCKS = 5_310_002
POSITIONS = """
SELECT tx, id, kind FROM events_event
WHERE (tx, id) > (%s, %s) AND tx < events_horizon()
ORDER BY tx, id LIMIT %s
"""
# How many rows each module is likely to manage in the time of a batch: those behind them need not be fetched.
_paces: dict[str, int] = {}


class Outcome(Enum):
    """What came of one batch."""

    BUSY = auto()  # another worker reads for this module
    EMPTY = auto()  # nothing could be read
    READ = auto()


@dataclass(frozen=True, order=True)
class Position:
    """The place of an event in the log."""

    tx: int
    id: int
    kind: str = ""


def read_batch(module: str, rows: int = BATCH_ROWS) -> Outcome:
    """Let ``module`` react to the next events of the log, at most ``rows`` and for about 200 ms.

    Raises TransactionLost when the connection was lost in the middle: then nothing has happened, except that the
    event at which it was lost is set aside.
    """
    try:
        with transaction.atomic(durable=True):
            return _read_batch(module, rows)
    except TransactionLost as lost:
        cause = lost
        on_new_connection(lambda: _set_aside(module, cause))
        raise


def _read_batch(module: str, rows: int) -> Outcome:
    if not _is_taken(module):
        return Outcome.BUSY
    # Read only now, under the lock: whoever had it before has moved the cursor.
    cursor = Cursor.objects.get(module=module)
    batch = _positions(cursor, min(rows, _paces.get(module, rows)))
    if not batch:
        return Outcome.EMPTY
    check_constraints_at_once()
    done = _react(module, batch)
    _paces[module] = BATCH_ROWS if done == len(batch) else 2 * done
    last = batch[done - 1]
    Cursor.objects.filter(pk=cursor.pk).update(tx=last.tx, event_id=last.id, moved_at=Now())
    return Outcome.READ


def _react(module: str, batch: Sequence[Position]) -> int:
    """Run the reactions of ``module`` by id; returns how many of the first rows of ``batch`` are done with.

    When the time is over it stops at the next moment at which what is done is a whole beginning of the batch.
    """
    table = installed()
    wanted = [index for index, position in enumerate(batch) if table.later(module, position.kind)]
    numbers = [batch[index].id for index in wanted]
    events = Event.objects.in_bulk(numbers)
    aside = set(SetAside.objects.filter(module=module, event_id__in=numbers).values_list("event_id", flat=True))
    started, furthest = time.monotonic(), -1
    by_id = sorted(range(len(wanted)), key=lambda rank: batch[wanted[rank]].id)
    for done, rank in enumerate(by_id, start=1):
        event = events.get(batch[wanted[rank]].id)
        if event and event.pk not in aside:
            setting_aside.react(module, event)
        furthest = max(furthest, rank)
        if furthest == done - 1 and done < len(wanted) and time.monotonic() - started > BATCH_SECONDS:
            return wanted[furthest] + 1
    return len(batch)


def _set_aside(module: str, lost: TransactionLost) -> None:
    """Set aside the event at which a batch was lost, unless another worker has been luckier with it meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [LOCKS, module])
    event = Event.objects.get(pk=lost.row)
    if not Cursor.objects.get(module=module).is_past(event):
        setting_aside.put(module, event.pk, lost.cause)


def _is_taken(module: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, hashtext(%s))", [LOCKS, module])
        row = cursor.fetchone()
    return bool(row and row[0])


def _positions(after: Cursor, rows: int) -> list[Position]:
    with connection.cursor() as cursor:
        cursor.execute(POSITIONS, [after.tx, after.event_id, rows])
        return [Position(*row) for row in cursor.fetchall()]
