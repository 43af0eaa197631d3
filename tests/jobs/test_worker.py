"""The worker: real processes that are stopped, killed and cut off from the database."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from samovar.jobs import sources, worker
from samovar.jobs.models import Task
from samovar.jobs.queue import enqueue
from samovar.jobs.sources import Source
from samovar.lib.postgres.cluster import Cluster
from samovar.lib.postgres.place import embedded_address
from tests.jobs import hands
from tests.postgres import PATIENCE_SECONDS, ROOT, another_connection, process, until

HANDS = "tests.jobs.hands"
ENQUEUE = "INSERT INTO jobs_task (job, args, run_at) VALUES (%s, %s, now())"


@pytest.fixture
def url(database_url: str) -> Iterator[str]:
    """Return the address for the workers, whose traces are kept for one test."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE hands_trace (id serial, pid integer, trace text)")
    yield database_url
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE hands_trace")


def traces(kind: str = "%") -> list[tuple[int, str]]:
    """Return the traces left so far, each with the process that left it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pid, trace FROM hands_trace WHERE trace LIKE %s ORDER BY id", [kind])
        return list(cursor.fetchall())


def test_a_worker_does_what_it_is_notified_of_and_stops_when_it_is_told(url: str) -> None:
    with process(HANDS, "2", DATABASE_URL=url) as one:
        until(lambda: traces() == [(one.pid, "loop began")])
        enqueue(hands.trace, "hello")
        until(lambda: traces("hello") == [(one.pid, "hello")])
        one.send_signal(signal.SIGTERM)

        assert one.wait(PATIENCE_SECONDS) == 0
    assert [trace for _, trace in traces()] == ["loop began", "hello", "loop ended"]


def test_a_periodic_job_fires_once_a_slot_however_many_workers_there_are(url: str) -> None:
    slots = 20
    with ExitStack() as stack:
        for _ in range(4):
            stack.enter_context(process(HANDS, "2", DATABASE_URL=url))
        hourly = Task.objects.filter(job=hands.trace_each_hour.name)
        until(hourly.exists)
        for slot in range(slots):
            hourly.update(run_at="2026-01-01T00:00Z")
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_notify('samovar_jobs', '')")
            until(lambda: hourly.filter(run_at__gt=timezone.now()).exists())
            assert len(traces("hour")) == slot + 1

    assert len(traces("hour")) == slots


def test_a_short_task_of_a_killed_worker_is_undone_and_runs_again(url: str) -> None:
    enqueue(hands.trace_behind_the_gate, "passed")
    with another_connection() as test:
        test.execute("SELECT pg_advisory_lock(%s)", [hands.GATE])
        with process(HANDS, "2", DATABASE_URL=url):
            until(lambda: _waiting_at_the_gate() == 1)
        test.execute("SELECT pg_advisory_unlock(%s)", [hands.GATE])

    assert traces("passed") == []
    with process(HANDS, "2", DATABASE_URL=url) as second:
        until(lambda: traces("passed") == [(second.pid, "passed")])
    assert not Task.objects.filter(job=hands.trace_behind_the_gate.name).exists()


def test_a_leased_task_of_a_killed_worker_is_taken_again_when_its_lease_is_over(url: str) -> None:
    enqueue(hands.begin_and_end)
    task = Task.objects.filter(job=hands.begin_and_end.name)
    with another_connection(autocommit=True) as test:
        test.execute("SELECT pg_advisory_lock(%s)", [hands.GATE])
        with process(HANDS, "2", DATABASE_URL=url) as first:
            until(lambda: traces("began") == [(first.pid, "began")])

    assert task.get().tries == 1
    with process(HANDS, "2", DATABASE_URL=url) as second:
        until(lambda: (second.pid, "loop began") in traces())
        assert len(traces("began")) == 1, "claimed until the lease is over"
        task.update(claimed_until=timezone.now())
        until(lambda: not task.exists())
    pairs = [(first.pid, "began"), (second.pid, "began"), (second.pid, "ended")]
    assert [one for one in traces() if "loop" not in one[1]] == pairs


def test_a_loop_runs_in_one_worker_and_moves_to_another_when_that_is_killed(url: str) -> None:
    with process(HANDS, "1", DATABASE_URL=url) as first, process(HANDS, "1", DATABASE_URL=url) as second:
        until(lambda: len(traces("loop began")) == 1)
        [(keeper, _)] = traces("loop began")
        os.kill(keeper, signal.SIGKILL)
        heir = second if keeper == first.pid else first
        until(lambda: traces("loop began") == [(keeper, "loop began"), (heir.pid, "loop began")])


def test_a_worker_whose_connections_are_cut_goes_on_by_itself(url: str) -> None:
    with process(HANDS, "3", DATABASE_URL=url) as one:
        for number in range(5):
            enqueue(hands.trace, f"before {number}")
            until(lambda: len(traces("before%")) == number + 1)  # noqa: B023 - it is asked within this turn of the loop
            _cut_off_all_workers()

        assert one.poll() is None
    assert [trace for _, trace in traces("before%")] == [f"before {number}" for number in range(5)]


@pytest.mark.slow
def test_a_worker_waits_for_a_database_that_is_away_and_goes_on_by_itself(home: Path) -> None:
    """On a cluster of its own, which is stopped and started again."""
    cluster = Cluster(home)
    cluster.start(durable=False)
    variables = {"SAMOVAR_HOME": str(home), "DATABASE_URL": ""}
    migrate = [sys.executable, "-m", "samovar", "manage", "migrate", "-v0"]
    subprocess.run(migrate, env={**os.environ, **variables}, cwd=ROOT, check=True)
    with _of(home) as own:
        own.execute("CREATE TABLE hands_trace (id serial, pid integer, trace text)")

    with process(HANDS, "2", **variables) as one:
        for number in (1, 2):
            with _of(home) as own:
                own.execute(
                    "INSERT INTO jobs_task (job, args, run_at) VALUES (%s, %s, now())",
                    [hands.trace.name, f'["{number}"]'],
                )
                until(lambda: _count(own) == number)  # noqa: B023 - it is asked within this turn of the loop
            cluster.stop()
            assert one.poll() is None
            cluster.start(durable=False)
        one.send_signal(signal.SIGTERM)
        assert one.wait(PATIENCE_SECONDS) == 0


def test_a_fault_of_the_worker_itself_stops_it_and_is_raised(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(found: Callable[[], None]) -> float:
        raise LookupError("lost")

    monkeypatch.setattr("samovar.jobs.loops.LOOPS", {})
    monkeypatch.setattr(sources, "SOURCES", {"broken": Source("broken", "nobody", lambda: None, fail)})
    with pytest.raises(LookupError, match="lost"):
        worker.run(threading.Event(), threads=2)


def _of(home: Path) -> psycopg.Connection[tuple[int]]:
    address = embedded_address(home)
    return psycopg.connect(host=address["HOST"], user=address["USER"], dbname=address["NAME"], autocommit=True)


def _count(own: psycopg.Connection[tuple[int]]) -> int:
    row = own.execute("SELECT count(*) FROM hands_trace WHERE trace IN ('1', '2')").fetchone()
    return row[0] if row else 0


def _waiting_at_the_gate() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND NOT granted", [hands.GATE]
        )
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def _cut_off_all_workers() -> None:
    """End the database's side of all their connections."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity"
            " WHERE application_name = 'samovar work' AND datname = current_database()"
        )
