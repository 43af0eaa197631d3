"""Examining an installation: each check says in words what is well and what is not, with what to do about it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from django.db import DatabaseError

from samovar.lib import plugins
from samovar.lib.errors import Trouble
from samovar.operations import checks, measuring, readiness


class State(StrEnum):
    """How it is with something."""

    WELL = "well"
    WARNING = "warning"
    BROKEN = "broken"


@dataclass(frozen=True)
class Finding:
    """What was found: how it is, in words, and what to do when it is not well."""

    state: State
    words: str
    remedy: str = ""


@dataclass(frozen=True)
class Check:
    """Something to look at; one that ``needs_database`` is left out while there is none."""

    title: str
    look: Callable[[], Iterable[Finding]]
    needs_database: bool = False


@dataclass(frozen=True)
class Examined:
    """What was found about one thing."""

    title: str
    findings: list[Finding]


def well(words: str) -> Finding:
    """Return a finding that needs no attention."""
    return Finding(State.WELL, words)


def warning(words: str, remedy: str) -> Finding:
    """Return a finding that will become a trouble."""
    return Finding(State.WARNING, words, remedy)


def broken(words: str, remedy: str) -> Finding:
    """Return a finding that is a trouble now."""
    return Finding(State.BROKEN, words, remedy)


@cache
def all_checks() -> list[Check]:
    """Return the checks of the folder."""
    return [module.CHECK for module in plugins.load(checks)]


def examine() -> Iterator[Examined]:
    """Look at everything, one thing after the other; what cannot be looked at is broken."""
    for check in all_checks():
        if not check.needs_database:
            yield _looked_at(check)
    reached = _looked_at(Check("Database", _reach))
    yield reached
    if any(finding.state is State.BROKEN for finding in reached.findings):
        return
    for check in all_checks():
        if check.needs_database:
            yield _looked_at(check)
    yield _looked_at(Check("Work", _gauges))


def _reach() -> Iterator[Finding]:
    readiness.reach()
    yield well(readiness.described())


def _gauges() -> Iterator[Finding]:
    """What the gauges complain of, which says by itself what to do."""
    if missing := readiness.pending():
        yield warning(f"{len(missing)} changes of the tables are missing.", "Any other samovar command makes them.")
        return
    measured = list(measuring.measure())
    problems = [problem for one in measured for problem in one.problems]
    yield from (warning(problem, "") for problem in problems)
    if not problems:
        yield well(f"{len(measured)} gauges show nothing wrong")


def _looked_at(check: Check) -> Examined:
    return Examined(check.title, list(_found(check)))


def _found(check: Check) -> Iterator[Finding]:
    try:
        yield from check.look()
    except Trouble as trouble:
        yield broken(str(trouble), "")
    except (OSError, DatabaseError) as error:
        yield broken(f"It could not be looked at: {str(error).strip()}", "")
