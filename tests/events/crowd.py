"""Processes for the great test of the log: writers that do all that transactions can do, and workers that react."""

import random
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from django.db import connection, transaction
from django.utils.module_loading import autodiscover_modules

from samovar.events.announcing import announce, announce_many
from samovar.events.effects import Effect, install, when
from samovar.jobs import registry, worker
from samovar.lib.processes import die_with_parent
from tests.events.kinds import KettleBoiled

MODULES = ("crowd.first", "crowd.second")


class Undone(Exception):
    """The writer changed its mind."""


def effects() -> list[Effect]:
    """Return the table of the test: two modules, each with a cursor of its own, note every event."""
    return [when(KettleBoiled, later=[_noting(module) for module in MODULES])]


def main(role: str, *arguments: str) -> None:
    """Write ``count`` events with the dice of ``seed``, or work until told to stop."""
    die_with_parent(signal.SIGKILL)
    if role == "write":
        _write(int(arguments[0]), int(arguments[1]))
    else:
        _work()


def _work() -> None:
    autodiscover_modules("jobs")
    registry.JOBS.clear()
    registry.LOOPS.clear()
    install(effects())
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda number, frame: stop.set())
    worker.run(stop, threads=2)


def _write(seed: int, count: int) -> None:
    dice = random.Random(seed)
    serial, kept = seed * 10**9, 0
    while kept < count:
        size = min(dice.randint(1, 40), count - kept)
        with suppress(Undone):
            kept += _transaction(dice, serial, size)
        serial += 10 * size


@transaction.atomic
def _transaction(dice: random.Random, serial: int, size: int) -> int:
    """Announce ``size`` events between pauses; the number of the transaction is drawn early or late."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        if dice.random() < 0.5:
            cursor.execute("SELECT pg_current_xact_id()")
    _pause(dice)
    left = size
    while left:
        part = dice.randint(1, left)
        _announce(dice, range(serial, serial + part))
        if dice.random() < 0.3:
            # What is announced here is undone alone; its numbers are used by nothing else.
            with suppress(Undone), transaction.atomic():
                _announce(dice, range(serial + 5 * size, serial + 5 * size + part))
                raise Undone
        serial, left = serial + part, left - part
        _pause(dice)
    if dice.random() < 0.1:
        raise Undone
    return size


def _announce(dice: random.Random, serials: range) -> None:
    events = [KettleBoiled(customer_id=1, cups=serial) for serial in serials]
    with transaction.atomic():
        if dice.random() < 0.7:
            announce_many(events)
        else:
            for event in events:
                announce(event)


def _pause(dice: random.Random) -> None:
    """Mostly nothing, sometimes long enough for many others to begin and end."""
    time.sleep(dice.choices([0, 0.001, 0.01, 0.1, 0.4], [60, 25, 10, 4, 1])[0])


def _noting(module: str) -> Callable[[KettleBoiled], None]:
    def note(event: KettleBoiled) -> None:
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO crowd_effect (module, serial) VALUES (%s, %s)", [module, event.cups])

    note.__module__ = module
    return note
