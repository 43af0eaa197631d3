"""Whether every module of the wiring reads the log of events."""

from collections.abc import Iterator
from datetime import timedelta

from samovar.events.queries import lags
from samovar.operations.measuring import Gauge, Reading

LATE = timedelta(minutes=2)
NO_MODULE = "none"


def read() -> Iterator[Reading]:
    """Tell for how long the oldest event that each module has not read has been waiting."""
    found = lags()
    if not found:
        # An empty answer would look as if nobody had measured.
        yield Reading(0.0, NO_MODULE)
    for lag in found:
        waiting = lag.waiting or timedelta(0)
        minutes = waiting // timedelta(minutes=1)
        problem = f"{lag.module} is {minutes} minutes behind: is samovar work running?" if waiting > LATE else ""
        yield Reading(waiting.total_seconds(), lag.module, problem)


GAUGE = Gauge("samovar_oldest_unread_event_seconds", "Age of the oldest event not read.", read, kind="module")
