"""Gauges: numbers about the installation as a whole, read from the database when somebody asks."""

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache

from django.db import DatabaseError

from samovar.lib import plugins
from samovar.operations import gauges

SHARED_SECONDS = 1.0


@dataclass(frozen=True)
class Reading:
    """One value of a gauge: of what (an id or a name of ours, never a person's), and what is wrong, if anything."""

    value: float
    of: str = ""
    problem: str = ""


@dataclass(frozen=True)
class Gauge:
    """A number to watch. ``name`` carries its unit; ``kind`` says what its readings are about, if there are several.

    Without what is ``is_vital`` no page can be served; everything else is for a person to mend, while others work on.
    """

    name: str
    words: str
    read: Callable[[], Iterable[Reading]]
    kind: str = ""
    is_vital: bool = False


@dataclass(frozen=True)
class Measured:
    """What a gauge showed when it was read."""

    gauge: Gauge
    readings: list[Reading]

    @property
    def problems(self) -> list[str]:
        """What is wrong, in words."""
        return [reading.problem for reading in self.readings if reading.problem]


@cache
def all_gauges() -> list[Gauge]:
    """Return the gauges of the folder."""
    return [module.GAUGE for module in plugins.load(gauges)]


@dataclass
class SharedLook:
    """The gauges as they were a moment ago: anybody may ask, as often as they like, and costs us one look a second."""

    _at: float = -SHARED_SECONDS
    _found: list[Measured] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def at(self, moment: float) -> list[Measured]:
        """Return what the gauges show at ``moment`` of the monotonic clock, or showed less than a second before."""
        with self._lock:
            if not 0 <= moment - self._at < SHARED_SECONDS:
                self._found, self._at = list(measure()), moment
            return self._found


def measure() -> Iterator[Measured]:
    """Read every gauge; one that the database does not answer shows that as its problem."""
    for gauge in all_gauges():
        try:
            yield Measured(gauge, list(gauge.read()))
        except DatabaseError as error:
            yield Measured(gauge, [Reading(float("nan"), problem=f"The database does not answer: {_first(error)}")])


def _first(error: DatabaseError) -> str:
    return str(error).strip().partition("\n")[0]
