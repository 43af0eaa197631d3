"""Putting tasks into the queue."""

import json
from datetime import datetime
from typing import TypeVarTuple

from samovar.jobs.registry import Job
from samovar.lib.prepared import prepared

Ids = TypeVarTuple("Ids")
# Notifications carry nothing: PostgreSQL collapses equal ones, so a transaction sends one whatever it enqueues.
CHANNEL = "samovar_jobs"
PUT = """
WITH put AS (
    INSERT INTO jobs_task (job, args, key, run_at) VALUES (%s, %s::jsonb, %s, coalesce(%s, now()))
    ON CONFLICT (key) DO UPDATE SET run_at = least(jobs_task.run_at, excluded.run_at)
    RETURNING run_at
)
SELECT pg_notify(%s, '') FROM put WHERE run_at <= now()
"""


def enqueue(job: Job[*Ids], *ids: *Ids, run_at: datetime | None = None, key: str | None = None) -> None:
    """Have ``job`` run with ``ids`` at ``run_at`` or as soon as the present transaction is committed.

    With ``key`` there is at most one such task waiting: another call only makes it run earlier, never later.
    """
    with prepared(PUT, [job.name, json.dumps(ids), key, run_at, CHANNEL]):
        pass
