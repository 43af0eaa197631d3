"""A worker process whose jobs leave a trace in the database, which the test then reads."""

import os
import signal
import threading

from django.db import connection
from django.utils.module_loading import autodiscover_modules

from samovar.jobs import registry, worker
from samovar.jobs.registry import job, loop
from samovar.lib.processes import die_with_parent

# A lock that the test holds while a job is to be in the middle of its work.
GATE = 20_261_121


def leave(trace: str) -> None:
    """Write ``trace`` and the number of this process where the test finds them."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO hands_trace (pid, trace) VALUES (%s, %s)", [os.getpid(), trace])


def pass_the_gate() -> None:
    """Wait until the test lets everybody through."""
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '60s'")
        cursor.execute("SELECT pg_advisory_lock_shared(%s)", [GATE])
        cursor.execute("SELECT pg_advisory_unlock_shared(%s)", [GATE])


@job
def trace(text: str) -> None:
    """Leave a trace."""
    leave(text)


@job
def trace_behind_the_gate(text: str) -> None:
    """Leave a trace, in one transaction with a long wait behind it."""
    leave(text)
    pass_the_gate()


@job(lease="10 minutes")
def begin_and_end() -> None:
    """Leave a trace before and one after a long wait."""
    leave("began")
    pass_the_gate()
    leave("ended")


@job(every="1 hour")
def trace_each_hour() -> None:
    """Leave a trace each hour."""
    leave("hour")


@loop
def stay(stop: threading.Event) -> None:
    """Say that it runs, and run until it is told to stop."""
    leave("loop began")
    stop.wait()
    leave("loop ended")


def main(threads: str) -> None:
    """Work until the process is told to stop."""
    die_with_parent(signal.SIGKILL)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda number, frame: stop.set())
    # Only what this file holds: the jobs and loops of the apps have tests of their own.
    autodiscover_modules("jobs")
    for known in (registry.JOBS, registry.LOOPS):
        for name in [name for name in known if not name.startswith(__name__)]:
            del known[name]
    worker.run(stop, threads=int(threads))
