"""Whether tasks are done when they are due."""

from collections.abc import Iterator
from datetime import timedelta

from samovar.jobs.queries import queue
from samovar.operations.measuring import Gauge, Reading

LATE = timedelta(minutes=5)


def read() -> Iterator[Reading]:
    """Tell for how long the oldest task has been due that no worker is at."""
    delay = queue().delay
    minutes = delay // timedelta(minutes=1)
    problem = f"A task has been due for {minutes} minutes: is samovar work running?" if delay > LATE else ""
    yield Reading(delay.total_seconds(), problem=problem)


GAUGE = Gauge("samovar_oldest_due_task_seconds", "For how long the oldest task has been due.", read)
