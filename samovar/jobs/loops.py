"""Keeping the loops running: each in a thread of its own, in one worker of the installation at a time."""

import logging
import threading
from dataclasses import dataclass, field

from django.db import connection

from samovar.jobs.registry import LOOPS, Loop
from samovar.lib.fence import Fence

log = logging.getLogger(__name__)
# The first number of the advisory locks that say which worker keeps a loop; the second is made of its name.
LOCKS = 5_310_001
RESTART_SECONDS = 5.0


@dataclass
class Loops:
    """The loops that this worker keeps. The locks belong to the connection of the thread that takes them."""

    _stops: dict[str, threading.Event] = field(default_factory=dict)
    threads: list[threading.Thread] = field(default_factory=list)

    def take(self) -> None:
        """Start every loop that no other worker keeps."""
        for loop in LOOPS.values():
            if not self._is_kept(loop) and _is_ours(loop):
                stop = self._stops[loop.name] = threading.Event()
                thread = threading.Thread(target=_keep, args=(loop, stop), name=loop.name, daemon=True)
                self.threads.append(thread)
                thread.start()

    def stop(self) -> None:
        """Tell all loops to end, because the worker stops or has lost its locks."""
        for stop in self._stops.values():
            stop.set()
        self._stops.clear()

    def _is_kept(self, loop: Loop) -> bool:
        self.threads = [thread for thread in self.threads if thread.is_alive()]
        # One that was told to stop may still be at it.
        return loop.name in self._stops or any(thread.name == loop.name for thread in self.threads)


def _is_ours(loop: Loop) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, hashtext(%s))", [LOCKS, loop.name])
        row = cursor.fetchone()
    return bool(row and row[0])


def _keep(loop: Loop, stop: threading.Event) -> None:
    while not stop.is_set():
        with Fence() as fence:
            loop.function(stop)
        connection.close()
        if not stop.is_set():
            log.warning("loop ended", extra={"loop": loop.name, "error": type(fence.error).__name__})
            stop.wait(RESTART_SECONDS)
