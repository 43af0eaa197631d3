"""What a worker looks after besides loops: sources of work, asked in turn for one piece of it."""

from collections.abc import Callable
from dataclasses import dataclass

from samovar.jobs import queue, running

# How long a source that has nothing to do may be left alone when nobody notifies.
IDLE_SECONDS = 1.0
SOURCES: dict[str, "Source"] = {}


@dataclass(frozen=True)
class Source:
    """Work that comes again and again: ``turn`` does one piece and may run in several threads at once.

    ``turn`` is given a function to call as soon as it has found something to do, so that another thread can look for
    more meanwhile; it returns for how many seconds there will be nothing more, 0 when there may be more at once.
    ``start`` prepares the source whenever the worker (again) reaches the database, and each minute. A source whose
    pieces may last leaves ``spare`` threads to the others. After a look that found nothing more, the next comes
    ``apart_seconds`` later at the earliest: what many call for in quick succession is then done together.
    """

    name: str
    channel: str
    start: Callable[[], None]
    turn: Callable[[Callable[[], None]], float]
    spare: int = 0
    apart_seconds: float = 0.0


def register(source: Source) -> None:
    """Have every worker look after ``source``."""
    SOURCES[source.name] = source


def _nothing() -> None:
    """Need no preparation."""


register(
    Source(
        "tasks", queue.CHANNEL, running.plant_periodic, lambda found: 0.0 if running.run_short(found) else IDLE_SECONDS
    )
)
register(
    Source(
        "errands", queue.CHANNEL, _nothing, lambda found: 0.0 if running.run_leased(found) else IDLE_SECONDS, spare=1
    )
)
