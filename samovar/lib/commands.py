"""What the commands of all apps have in common."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

P = ParamSpec("P")
R = TypeVar("R")

_without_database: set[Callable[..., object]] = set()


def without_database(command: Callable[P, R]) -> Callable[P, R]:
    """Mark a command that needs no database or sees to it itself; all others find it running and up to date."""
    _without_database.add(command)
    return command


def needs_database(command: Callable[..., object]) -> bool:
    """Tell whether ``command`` is to find the database ready."""
    return command not in _without_database


def say(text: str) -> None:
    """Tell the person at the keyboard what is going on, beside the results, which go to standard output."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


@contextmanager
def watching(title: str, size: int | None = None) -> Iterator[Callable[[int], None]]:
    """Show how many bytes of ``size`` are done; the function that comes back is told of each further piece.

    Nothing is shown before the first piece, and nothing stays at the end. Without a terminal nothing is shown at all.
    """
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    progress = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    task = progress.add_task(title, total=size)

    def advance(count: int) -> None:
        progress.start()
        progress.advance(task, count)

    try:
        yield advance
    finally:
        progress.stop()
