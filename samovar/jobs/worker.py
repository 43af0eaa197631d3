"""The worker: one process, several threads, which do whatever is due until they are told to stop."""

import logging
import threading
import time

from django.db import Error, connection
from django.utils.module_loading import autodiscover_modules
from psycopg import sql

from samovar.jobs import sources
from samovar.jobs.loops import Loops
from samovar.jobs.rota import Rota
from samovar.lib.fence import Fence

log = logging.getLogger(__name__)
# How long work that has begun may go on after the order to stop; what is cut off then is done again by the next.
GRACE_SECONDS = 10.0
# How long to leave a database alone that does not answer: doubled each time, and never long enough to be noticed.
PAUSES = (0.1, 0.2, 0.5, 1.0, 2.0, 4.0)
PREPARE_EVERY = 60.0


def run(stop: threading.Event, threads: int = 4) -> None:
    """Work until ``stop`` is set. While the database is away, wait for it; any other fault of the worker is raised."""
    autodiscover_modules("jobs")
    worker = Worker(stop, threads)
    hands = [threading.Thread(target=worker.work, name=f"work {n}", daemon=True) for n in range(threads)]
    for hand in hands:
        hand.start()
    try:
        worker.watch()
    finally:
        stop.set()
        worker.rota.end()
        worker.loops.stop()
        deadline = time.monotonic() + GRACE_SECONDS
        for hand in [*hands, *worker.loops.threads]:
            hand.join(max(0.0, deadline - time.monotonic()))
    if worker.fault:
        raise worker.fault


class Worker:
    """What the threads of one worker share."""

    def __init__(self, stop: threading.Event, threads: int) -> None:
        self.stop = stop
        self.rota = Rota(sources.SOURCES.values(), threads)
        self.loops = Loops()
        self.fault: Exception | None = None

    def watch(self) -> None:
        """Listen for work to come, call for it, and see to what is prepared from time to time."""
        failures = 0
        while not self.stop.is_set():
            try:
                self._listen()
                failures = 0
            except Error as error:
                self.loops.stop()
                failures = self._pause(failures, error)

    def work(self) -> None:
        """Do whatever is due, in one of the threads."""
        with Fence() as fence:
            failures = 0
            while not self.stop.is_set():
                look = self.rota.take()
                if look is None:
                    break
                rest = 0.0
                try:
                    rest = look.source.turn(look.found)
                    failures = 0
                except Error as error:
                    failures = self._pause(failures, error)
                finally:
                    self.rota.give_back(look, rest)
        connection.close()
        if fence.error:
            self.fault = fence.error
            self.stop.set()

    def _listen(self) -> None:
        with connection.cursor() as cursor:
            for source in sources.SOURCES.values():
                cursor.execute(sql.SQL("LISTEN {}").format(sql.Identifier(source.channel)))
        prepared_at = float("-inf")
        while not self.stop.is_set():
            if time.monotonic() - prepared_at >= PREPARE_EVERY:
                for source in sources.SOURCES.values():
                    source.start()
                prepared_at = time.monotonic()
                self.rota.call()
            self.loops.take()
            for channel in self._heard():
                self.rota.call(channel)

    def _heard(self) -> set[str]:
        with connection.wrap_database_errors:
            found = connection.connection.notifies(timeout=sources.IDLE_SECONDS, stop_after=1)
            return {notification.channel for notification in found}

    def _pause(self, failures: int, error: Error) -> int:
        # The connection may be broken or in a state that nobody knows; the next one is new.
        connection.close()
        log.warning("the database does not answer", extra={"error": type(error).__name__, "failures": failures + 1})
        self.stop.wait(PAUSES[min(failures, len(PAUSES) - 1)])
        return failures + 1
