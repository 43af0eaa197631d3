"""The great test of the log: many writers, readers that are killed, and every event has its effect exactly once.

``SAMOVAR_CROWD_EVENTS`` sets the number of events. With 200,000 it passed while 160 workers were killed and 805
connections of theirs were cut; that took eleven minutes.
"""

import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from django.db import connection

from samovar.events.clock import start_cursors
from samovar.events.effects import install
from samovar.events.models import Event, SetAside
from samovar.wiring.table import EFFECTS
from tests.events import crowd
from tests.postgres import process

EVENTS = int(os.environ.get("SAMOVAR_CROWD_EVENTS", "8000"))
WRITERS = 8
WORKERS = 3
PATIENCE_SECONDS = 120 + EVENTS / 20
# How many effects there are, on average, from one kill and from one cut to the next: a busy machine is not harassed
# more than it can bear.
KILL_EVERY, CUT_EVERY = 3000, 500
TERMINATE = """
SELECT pg_terminate_backend(pid) FROM (
    SELECT pid FROM pg_stat_activity WHERE application_name = 'samovar work' AND datname = current_database()
    ORDER BY random() LIMIT 1
) one
"""
PROGRESS = "SELECT last_value FROM crowd_effect_id_seq"
UNREAD = """
SELECT EXISTS (SELECT FROM events_cursor c JOIN events_event e ON (e.tx, e.id) > (c.tx, c.event_id))
       OR EXISTS (SELECT FROM events_setaside)
"""


@pytest.fixture
def url(database_url: str) -> Iterator[str]:
    """Return the address for the crowd, with its table of effects and its cursors."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE crowd_effect (id bigserial, module text, serial bigint)")
    install(crowd.effects())
    start_cursors()
    yield database_url
    install(EFFECTS)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE crowd_effect")


@pytest.mark.slow
def test_every_event_of_a_crowd_has_its_effect_once_whatever_dies(
    url: str, record_property: Callable[[str, object], None]
) -> None:
    each = EVENTS // WRITERS
    with ExitStack() as stack:
        writers = [
            stack.enter_context(
                process("tests.events.crowd", "write", str(seed), str(each), DATABASE_URL=url, SAMOVAR_ROLE="command")
            )
            for seed in range(1, WRITERS + 1)
        ]
        kills, cuts = _harass_workers(writers, url)
        assert [writer.wait() for writer in writers] == [0] * WRITERS

    announced = set(Event.objects.values_list("data__cups", flat=True))
    record_property("crowd", f"{len(announced)} events, {kills} workers killed, {cuts} connections cut")
    assert len(announced) == Event.objects.count() == each * WRITERS
    assert kills and cuts
    assert not SetAside.objects.exists()
    for module in crowd.MODULES:
        times = _effects(module)
        skipped, invented = announced - times.keys(), times.keys() - announced
        doubled = [serial for serial, count in times.items() if count > 1]
        assert (len(skipped), len(invented), len(doubled)) == (0, 0, 0)


def _harass_workers(writers: list[subprocess.Popen[bytes]], url: str) -> tuple[int, int]:
    """Keep workers running until everything is read, killing them and cutting their connections all the while."""
    dice, deadline = random.Random(1), time.monotonic() + PATIENCE_SECONDS
    kills = cuts = kill_at = cut_at = 0
    with ExitStack() as stack:
        workers = [_worker(stack, url) for _ in range(WORKERS)]
        while any(writer.poll() is None for writer in writers) or _ask(UNREAD):
            assert time.monotonic() < deadline, "the crowd does not come to an end"
            time.sleep(dice.uniform(0.02, 0.2))
            effects = _ask(PROGRESS)
            if effects >= cut_at:
                cut_at = effects + dice.randint(1, 2 * CUT_EVERY)
                cuts += _ask(TERMINATE)
            if effects >= kill_at:
                kill_at = effects + dice.randint(1, 2 * KILL_EVERY)
                place = dice.randrange(WORKERS)
                workers[place].send_signal(signal.SIGKILL)
                workers[place].wait()
                workers[place] = _worker(stack, url)
                kills += 1
    return kills, cuts


def _worker(stack: ExitStack, url: str) -> subprocess.Popen[bytes]:
    return stack.enter_context(process("tests.events.crowd", "work", DATABASE_URL=url))


def _ask(question: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(question)
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def _effects(module: str) -> Counter[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT serial FROM crowd_effect WHERE module = %s", [module])
        return Counter(serial for (serial,) in cursor.fetchall())
