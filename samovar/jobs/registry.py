"""Jobs: the functions that tasks name, and the loops that run as long as the worker does."""

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Generic, TypeVarTuple, overload

Ids = TypeVarTuple("Ids")
UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
SPAN = re.compile(r"(\d+) (second|minute|hour|day)s?")
TRIES = 5


@dataclass(frozen=True)
class Job(Generic[*Ids]):
    """A function that tasks can name; calling it runs it at once.

    Without ``lease`` it runs in the transaction that removes its task: effect and task exist together or not at
    all, and it must be over within a second. With ``lease`` it runs outside of any transaction and may use the
    network; if its worker dies, the task is taken again when the lease is over, so its effect must be repeatable.
    """

    name: str
    function: Callable[[*Ids], None]
    every: timedelta | None
    lease: timedelta | None
    tries: int

    def __call__(self, *ids: *Ids) -> None:
        self.function(*ids)


@dataclass(frozen=True)
class Loop:
    """Something that runs as long as the worker, in one worker of the installation at a time."""

    name: str
    function: Callable[[threading.Event], None]


JOBS: dict[str, Job[*tuple[Any, ...]]] = {}
LOOPS: dict[str, Loop] = {}


@overload
def job(function: Callable[[*Ids], None], /) -> Job[*Ids]:
    """``@job``"""


@overload
def job(
    *, every: str | None = None, lease: str | None = None, tries: int = TRIES
) -> Callable[[Callable[[*Ids], None]], Job[*Ids]]:
    """``@job(…)``"""


def job(
    function: Callable[..., None] | None = None,
    /,
    *,
    every: str | None = None,
    lease: str | None = None,
    tries: int = TRIES,
) -> Any:
    """Make a function a job: ``@job``, ``@job(every="1 minute")``, ``@job(lease="5 minutes")``.

    After ``tries`` failures the task is set aside; a periodic job goes on with its next turn instead.
    """

    def register(function: Callable[..., None]) -> Job[*tuple[Any, ...]]:
        name = f"{function.__module__}.{function.__name__}"
        made = Job(name, function, every=span(every), lease=span(lease), tries=tries)
        if JOBS.setdefault(name, made) is not made:
            raise ValueError(f"There are two jobs named {name}.")
        return made

    return register(function) if function else register


def loop(function: Callable[[threading.Event], None]) -> Callable[[threading.Event], None]:
    """Make a function a loop: it returns when the event that it is given is set; if it fails, it is started again."""
    name = f"{function.__module__}.{function.__name__}"
    LOOPS[name] = Loop(name, function)
    return function


def span(text: str | None) -> timedelta | None:
    """Return ``"90 seconds"``, ``"1 minute"``, ``"2 hours"`` as a span of time; raises ValueError for other words."""
    if text is None:
        return None
    found = SPAN.fullmatch(text)
    if not found or int(found[1]) == 0:
        raise ValueError(f"{text!r} is not a span of time; write it as '1 minute' or '2 hours'.")
    return timedelta(seconds=int(found[1]) * UNITS[found[2]])
