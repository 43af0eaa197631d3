"""Gauges: numbers about the installation as a whole, read from the database when somebody asks."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from django.db import DatabaseError

from samovar.lib import plugins
from samovar.operations import gauges


@dataclass(frozen=True)
class Reading:
    """One value of a gauge: of what (an id or a name of ours, never a person's), and what is wrong, if anything."""

    value: float
    of: str = ""
    problem: str = ""


@dataclass(frozen=True)
class Gauge:
    """A number to watch. ``name`` carries its unit; ``kind`` says what its readings are about, if there are several."""

    name: str
    words: str
    read: Callable[[], Iterable[Reading]]
    kind: str = ""


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


def measure() -> Iterator[Measured]:
    """Read every gauge; one that the database does not answer shows that as its problem."""
    for gauge in all_gauges():
        try:
            yield Measured(gauge, list(gauge.read()))
        except DatabaseError as error:
            yield Measured(gauge, [Reading(float("nan"), problem=f"The database does not answer: {_first(error)}")])


def _first(error: DatabaseError) -> str:
    return str(error).strip().partition("\n")[0]
