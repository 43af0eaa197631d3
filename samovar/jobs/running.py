"""Running tasks: each one once, whatever dies, and the periodic ones once a slot."""

import logging
import random
from collections.abc import Callable
from datetime import timedelta

from django.db import connection, models, transaction
from django.db.models.functions import Least, Now

from samovar.jobs.attempt import TransactionLost, attempt, check_constraints_at_once, on_new_connection
from samovar.jobs.models import Task
from samovar.jobs.registry import JOBS, Job
from samovar.lib.fence import Fence, reason

log = logging.getLogger(__name__)
FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(minutes=15)
# A periodic job may fail for years; its tries have to fit their column.
MOST_TRIES = 30_000
# A periodic job is one row that moves from slot to slot; slots begin at whole multiples of the span since 1970. A row
# beyond the next slot means that the clock was put back.
PLANT = """
INSERT INTO jobs_task (job, args, key, every_seconds, run_at)
SELECT %(job)s, '[]', %(job)s, %(every)s, date_bin(every, now(), 'epoch') + every
FROM make_interval(secs => %(every)s) AS every
ON CONFLICT (key) DO UPDATE SET every_seconds = excluded.every_seconds, run_at = excluded.run_at
WHERE jobs_task.every_seconds IS DISTINCT FROM excluded.every_seconds OR jobs_task.run_at > excluded.run_at
"""
MOVE = """
UPDATE jobs_task
SET run_at = date_bin(every, now(), 'epoch') + every, claimed_until = NULL, tries = %(tries)s, error = %(error)s
FROM make_interval(secs => %(every)s) AS every
WHERE id = %(task)s
"""


def plant_periodic() -> None:
    """Make sure that every periodic job has its one row, with a next slot that the clock can reach."""
    with connection.cursor() as cursor:
        for job in JOBS.values():
            if job.every:
                cursor.execute(PLANT, {"job": job.name, "every": int(job.every.total_seconds())})


def run_short(found: Callable[[], None] = lambda: None) -> bool:
    """Run the short task that is due the longest, in the transaction that removes it; returns whether there was one.

    ``found`` is called before it is run.
    """
    try:
        with transaction.atomic(durable=True):
            task = Task.objects.due(_names(leased=False)).select_for_update(skip_locked=True).first()
            if task is None:
                return False
            found()
            job = JOBS[task.job]
            check_constraints_at_once()
            _finish(task, job, attempt(lambda: job(*task.args), task.pk))
    except TransactionLost as lost:
        cause = lost
        on_new_connection(lambda: _count_lost(cause))
        raise
    return True


def run_leased(found: Callable[[], None] = lambda: None) -> bool:
    """Claim the leased task that is due the longest, run it outside of a transaction; tell whether there was one.

    ``found`` is called between the two.
    """
    with transaction.atomic(durable=True):
        task = Task.objects.due(_names(leased=True)).select_for_update(skip_locked=True).first()
        if task is None:
            return False
        job = JOBS[task.job]
        if not _claim(task, job):
            return True
    found()
    with Fence() as fence:
        job(*task.args)
    # The job may have lost the connection.
    connection.close_if_unusable_or_obsolete()
    with transaction.atomic(durable=True):
        # The moment of the claim says whose it is: after the lease another worker may have taken the task.
        own = Task.objects.filter(pk=task.pk, claimed_until=task.claimed_until).select_for_update().first()
        if own:
            _finish(own, job, fence.error)
    return True


def _count_lost(lost: TransactionLost) -> None:
    task = Task.objects.filter(pk=lost.row).select_for_update(skip_locked=True).first()
    if task:
        _finish(task, JOBS[task.job], lost.cause)


def _names(*, leased: bool) -> list[str]:
    return [name for name, job in JOBS.items() if (job.lease is not None) == leased]


def _claim(task: Task, job: Job[*tuple[object, ...]]) -> bool:
    """Note, before the work begins, that it was tried: work that kills its worker must not be tried for ever."""
    if task.tries >= job.tries and task.every_seconds is None:
        _set_aside(task, task.error or "The worker was lost each time while it was at this task.")
        return False
    Task.objects.filter(pk=task.pk).update(
        claimed_until=Now() + job.lease,
        tries=Least(models.F("tries") + 1, MOST_TRIES),
        key=task.key if task.every_seconds else None,
    )
    task.refresh_from_db(fields=["claimed_until", "tries"])
    return True


def _finish(task: Task, job: Job[*tuple[object, ...]], error: Exception | None) -> None:
    if error is None and task.every_seconds is None:
        task.delete()
    elif error is None:
        _to_next_slot(task, tries=0, error="")
    else:
        # A leased task counted this try when it was claimed.
        _failed(task, job, task.tries if job.lease else task.tries + 1, error)


def _failed(task: Task, job: Job[*tuple[object, ...]], tries: int, error: Exception) -> None:
    log.warning("job failed", extra={"job": job.name, "task": task.pk, "tries": tries, "error": type(error).__name__})
    if task.every_seconds is not None:
        _to_next_slot(task, tries=min(tries, MOST_TRIES), error=reason(error))
    elif tries >= job.tries:
        Task.objects.filter(pk=task.pk).update(tries=tries)
        _set_aside(task, reason(error))
    else:
        Task.objects.filter(pk=task.pk).update(
            tries=tries, error=reason(error), claimed_until=None, run_at=Now() + pause_after(tries)
        )


def pause_after(tries: int) -> timedelta:
    """Return how long to wait after failure number ``tries``: 10 s, doubling, up to 15 minutes, give or take 20 %."""
    pause = min(FIRST_PAUSE * 2 ** min(tries - 1, 10), LONGEST_PAUSE)
    return timedelta(seconds=pause.total_seconds() * random.uniform(0.8, 1.2))


def _set_aside(task: Task, error: str) -> None:
    # Its key is given up: what is asked for later must not wait for a person.
    Task.objects.filter(pk=task.pk).update(error=error, claimed_until=None, key=None, set_aside_at=Now())


def _to_next_slot(task: Task, *, tries: int, error: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(MOVE, {"every": task.every_seconds, "tries": tries, "error": error, "task": task.pk})
