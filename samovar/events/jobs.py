"""What a worker does for the log: it lets every module of the wiring table read on."""

import random
from collections.abc import Callable

from django.db import connection

from samovar.events import clock, reading, setting_aside
from samovar.events.announcing import CHANNEL
from samovar.events.effects import installed
from samovar.events.reading import Outcome
from samovar.jobs.sources import IDLE_SECONDS, Source, register

# Rows above the horizon become readable when some transaction ends, of which nobody is notified.
HELD_SECONDS = 0.02
# Each look costs as much as half a reply; nobody notices what follows a twentieth of a second later.
APART_SECONDS = 0.05
# One query for all modules, because it is asked every second of an idle installation.
UNREAD = """
SELECT c.module, first.tx < events_horizon()
FROM events_cursor c
CROSS JOIN LATERAL (
    SELECT tx FROM events_event e WHERE (e.tx, e.id) > (c.tx, c.event_id) ORDER BY e.tx, e.id LIMIT 1
) first
WHERE c.module = ANY(%s)
UNION ALL
SELECT '', true FROM events_setaside WHERE module = ANY(%s) AND retry_at <= now()
"""


def turn(found: Callable[[], None] = lambda: None) -> float:
    """Read one batch for one module, or try one event again; returns how long there will be nothing to do."""
    modules = list(installed().modules)
    if not modules:
        return IDLE_SECONDS
    unread = _unread(modules)
    readable = [module for module, is_readable in unread.items() if is_readable]
    # Several threads and workers ask at once; each begins with another module.
    random.shuffle(readable)
    if len(readable) > 1:
        found()
    if any(_advance(module, modules) for module in readable):
        return 0.0
    return HELD_SECONDS if len(readable) < len(unread) else IDLE_SECONDS


def _advance(module: str, modules: list[str]) -> bool:
    if not module:
        return setting_aside.retry_next(modules)
    return reading.read_batch(module) is Outcome.READ


def _unread(modules: list[str]) -> dict[str, bool]:
    with connection.cursor() as cursor:
        cursor.execute(UNREAD, [modules, modules])
        return dict(cursor.fetchall())


register(Source("events", CHANNEL, clock.start_cursors, turn, apart_seconds=APART_SECONDS))
