"""What the commands of all apps have in common."""

import sys
from collections.abc import Callable
from typing import ParamSpec, TypeVar

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
