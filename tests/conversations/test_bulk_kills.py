"""Acting on many conversations while workers are killed, and while several people do so at once."""

import signal
import subprocess
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic, perf_counter
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import Count
from django.test import Client

from samovar.accounts.models import User
from samovar.conversations import bulk_runs
from samovar.conversations.bulk_runs import Wish
from samovar.conversations.jobs import run_bulk
from samovar.conversations.models import BulkItem, BulkRun, Conversation
from samovar.events.models import Event
from samovar.jobs.queue import enqueue
from tests import make
from tests.postgres import process, until

pytestmark = pytest.mark.django_db(transaction=True)
WORKER = "tests.channels.working"
FEW, MANY = 2_000, 50_000
KILLS = 3
CLONE = """
INSERT INTO conversations_conversation ({names}) SELECT {names}
FROM conversations_conversation CROSS JOIN generate_series(2, %s) WHERE id = %s
"""


def many(number: int) -> None:
    """Make so many conversations, of which all but the first have no message of their own."""
    first = make.conversation()
    columns = [field.column for field in Conversation._meta.concrete_fields if not field.primary_key]
    names = ", ".join(f'"{name}"' for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(CLONE.replace("{names}", names), [number, first.pk])


def begun(by: User, *steps: Sequence[str]) -> BulkRun:
    """Let workers do ``steps`` to all that nobody has taken."""
    wish = Wish(key=uuid4(), steps=steps, title="All", source={"query": "view=unassigned"})
    run, _is_new = bulk_runs.begin(wish, by)
    enqueue(run_bulk, run.pk)
    return run


def far(run: BulkRun) -> int:
    """Return how far a run has come."""
    run.refresh_from_db()
    return run.gone_through


def come(run: BulkRun, wanted: int) -> None:
    """Wait until a run has come so far, for as long as it moves at all."""
    while (before := far(run)) < wanted:
        until(lambda: far(run) > before)


def under_kills(run: BulkRun, number: int, url: str) -> None:
    """Have a worker at it that is killed again and again, each time after it has done something."""
    midway = 0
    for share in range(1, KILLS + 1):
        wanted = max(far(run) + 1, number * share // (KILLS + 2))
        with process(WORKER, DATABASE_URL=url) as worker:
            come(run, min(wanted, number))
            worker.send_signal(signal.SIGKILL)
            worker.wait()
        midway += far(run) < number
    # A quick worker may be through before the last of them.
    assert midway
    with process(WORKER, DATABASE_URL=url):
        come(run, number)
        until(lambda: not _is_working(run))


def _is_working(run: BulkRun) -> bool:
    run.refresh_from_db()
    return run.is_working


def often(kind: str) -> set[int]:
    """Return how often something has happened in conversations in which it has happened."""
    rows = Event.objects.filter(kind=kind).values("conversation_id").annotate(often=Count("pk"))
    return set(rows.values_list("often", flat=True))


def test_killed_anywhere_it_goes_on_there_and_so_does_undoing_it(database_url: str) -> None:
    many(FEW)
    olga = make.agent("olga")
    run = begun(olga, ("resolve", ""))

    under_kills(run, FEW, database_url)

    assert (run.done, run.skipped, run.failed) == (FEW, 0, 0)
    assert Conversation.objects.all().resolved().count() == FEW
    assert often("ConversationResolved") == {1}
    assert bulk_runs.undo(run, olga)
    enqueue(run_bulk, run.pk)
    under_kills(run, FEW, database_url)
    assert (run.undone, run.kept) == (FEW, 0)
    assert not Conversation.objects.all().resolved().exists()
    assert often("ConversationReopened") == {1}
    assert set(BulkItem.objects.values_list("state", flat=True)) == {"u"}


def test_what_the_queue_has_lost_is_picked_up(database_url: str) -> None:
    many(3)
    run = begun(make.agent("olga"), ("resolve", ""))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM jobs_task")
    BulkRun.objects.update(moved_at="2026-01-01T00:00Z")

    with process(WORKER, DATABASE_URL=database_url):
        until(lambda: not _is_working(run))

    assert run.done == 3


def at_once(*works: Callable[[], object]) -> None:
    """Do all of it at the same time, each on a connection of its own."""

    def alone(work: Callable[[], object]) -> None:
        work()
        connection.close()

    with ThreadPoolExecutor(len(works)) as people:
        for done in [people.submit(alone, work) for work in works]:
            done.result()


def test_two_people_who_act_on_the_same_rows_both_come_to_an_end() -> None:
    many(60)
    olga, pavel = make.agent("olga"), make.agent("pavel")
    ids = list(Conversation.objects.values_list("pk", flat=True))
    wish = {"title": "Mine", "steps": [("assign", "me"), ("priority", "2")]}
    runs = [
        bulk_runs.begin(Wish(key=uuid4(), source={"ids": order}, **wish), by)[0]  # type: ignore[arg-type]  # by name
        for by, order in ((olga, ids), (pavel, ids[::-1]))
    ]

    at_once(*(lambda run=run: until(lambda: bulk_runs.finish(run.pk)) for run in runs))

    for run in runs:
        run.refresh_from_db()
    assert [(run.done, run.failed, run.is_working) for run in runs] == [(60, 0, False)] * 2
    # Of each one of them was the last. Whoever takes theirs back leaves what the other has now, and gives back to them
    # what they had before.
    held = Conversation.objects.filter(assignee=olga).count()
    assert bulk_runs.undo(runs[0], olga)
    until(lambda: bulk_runs.finish(runs[0].pk))
    runs[0].refresh_from_db()
    assert (runs[0].undone, runs[0].kept) == (held, 60 - held)
    assert Conversation.objects.filter(assignee=pavel).count() == 60


def test_workers_that_are_at_the_same_run_do_each_conversation_once() -> None:
    many(250)
    run = begun(make.agent("olga"), ("resolve", ""))

    at_once(*(lambda: bulk_runs.finish(run.pk) for _worker in range(3)))

    until(lambda: bulk_runs.finish(run.pk) and not _is_working(run))
    assert run.done == 250
    assert often("ConversationResolved") == {1}


def test_one_form_that_arrives_twice_at_once_begins_one_run() -> None:
    many(2)
    olga = make.agent("olga")
    wish = Wish(key=uuid4(), steps=[("resolve", "")], title="", source={"query": "view=unassigned"})

    at_once(*(lambda: bulk_runs.finish(bulk_runs.begin(wish, olga)[0].pk) for _tab in range(2)))

    assert BulkRun.objects.count() == 1
    assert often("ConversationResolved") == {1}


@pytest.mark.slow
def test_fifty_thousand_are_done_and_undone_under_kills(
    database_url: str, client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    many(MANY)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE conversations_conversation")
    olga = make.agent("olga")
    client.force_login(olga)
    run = begun(olga, ("assign", str(make.agent("pavel").pk)))
    began, lists = monotonic(), list[float]()
    with process(WORKER, DATABASE_URL=database_url) as worker:
        while far(run) < 8_000:
            start = perf_counter()
            assert client.get("/?view=resolved").status_code == 200
            lists.append(perf_counter() - start)
        rate, memory = far(run) / (monotonic() - began), _memory(worker)
    p95 = sorted(lists)[int(len(lists) * 0.95)] * 1000
    with capsys.disabled():
        print(f"\n{rate:.0f} rows/s, worker {memory} MB, list p95 {p95:.0f} ms of {len(lists)}")  # noqa: T201 - figures
    under_kills(run, MANY, database_url)

    assert (run.done, run.failed) == (MANY, 0)
    assert often("ConversationAssigned") == {1}
    assert bulk_runs.undo(run, olga)
    enqueue(run_bulk, run.pk)
    under_kills(run, MANY, database_url)
    assert (run.undone, run.kept) == (MANY, 0)
    assert not Conversation.objects.filter(assignee__isnull=False).exists()


def _memory(worker: subprocess.Popen[bytes]) -> int:
    """Return the most that a process has held, in megabytes."""
    lines = Path(f"/proc/{worker.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM"))
