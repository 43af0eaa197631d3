"""Questions about the queue as a whole."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Min, Q
from django.db.models.functions import Now
from django.utils import timezone

from samovar.jobs.models import Task

# A periodic job that fails is not set aside; after so many failures in a row somebody should look at it.
WORRYING_TRIES = 3


@dataclass(frozen=True)
class Queue:
    """How the queue stands: tasks whose time has come, the delay of the oldest, and what waits for a person."""

    due: int
    delay: timedelta
    set_aside: int
    failing: int


def queue() -> Queue:
    """Return how the queue stands; tasks that a worker is at are not counted as due."""
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=Now())
    is_due = free & Q(set_aside_at__isnull=True, run_at__lte=Now())
    found = Task.objects.aggregate(
        due=Count("pk", filter=is_due),
        oldest=Min("run_at", filter=is_due),
        set_aside=Count("pk", filter=Q(set_aside_at__isnull=False)),
        failing=Count("pk", filter=Q(every_seconds__isnull=False, tries__gte=WORRYING_TRIES)),
    )
    delay = timezone.now() - found["oldest"] if found["oldest"] else timedelta(0)
    return Queue(found["due"], max(delay, timedelta(0)), found["set_aside"], found["failing"])
