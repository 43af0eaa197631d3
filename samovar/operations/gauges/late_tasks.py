"""Whether tasks are done when they are due."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Min
from django.utils import timezone

from samovar.jobs.models import Task
from samovar.operations.measuring import Gauge, Reading

LATE = timedelta(minutes=5)


def read() -> Iterator[Reading]:
    """Tell for how long the oldest task has been due."""
    due = Task.objects.filter(set_aside_at=None, run_at__lte=timezone.now()).aggregate(since=Min("run_at"))["since"]
    age = timezone.now() - due if due else timedelta(0)
    minutes = age // timedelta(minutes=1)
    yield Reading(
        age.total_seconds(),
        problem=f"A task has been due for {minutes} minutes: is samovar work running?" if age > LATE else "",
    )


GAUGE = Gauge("samovar_oldest_due_task_seconds", "For how long the oldest task has been due.", read)
