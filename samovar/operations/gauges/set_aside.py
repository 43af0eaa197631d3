"""Work that failed too often and waits for a person."""

from collections.abc import Iterator

from samovar.events.models import SetAside
from samovar.jobs.models import Task
from samovar.operations.measuring import Gauge, Reading


def read() -> Iterator[Reading]:
    """Count the events and the tasks that were set aside. They hold up nothing, so they are no reason not to serve."""
    yield Reading(SetAside.objects.stuck().count(), "event")
    yield Reading(Task.objects.set_aside().count(), "task")


GAUGE = Gauge("samovar_set_aside", "Events and tasks that failed too often and wait for a person.", read, kind="what")
