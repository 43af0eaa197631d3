"""Which reaction follows which event: the table that the wiring hands down at start."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from samovar.events.domain import KINDS, DomainEvent
from samovar.events.encoding import shape

E = TypeVar("E", bound=DomainEvent)
Reaction = Callable[[Any], None]


@dataclass(frozen=True)
class Effect:
    """The reactions to one class of events (and its subclasses), in the order in which they run."""

    event: type[DomainEvent]
    now: tuple[Reaction, ...]
    later: tuple[Reaction, ...]


def when(
    event: type[E], *, now: Iterable[Callable[[E], None]] = (), later: Iterable[Callable[[E], None]] = ()
) -> Effect:
    """Return a line of the wiring table. ``now`` runs in the transaction of the change, ``later`` from the log.

    The later reactions of one Python module share one cursor, which is kept under the module's name: a module
    that is renamed needs a migration of its cursor.
    """
    return Effect(event, tuple(now), tuple(later))


class Table:
    """The whole list of reactions, looked up by the kind of an event and by the module that reads the log."""

    def __init__(self, effects: Sequence[Effect]) -> None:
        """Raises TypeError when an event of the table cannot be stored."""
        for effect in effects:
            shape(effect.event)
        self.effects = tuple(effects)
        self.modules = tuple(dict.fromkeys(one.__module__ for effect in effects for one in effect.later))
        self._now: dict[str, tuple[Reaction, ...]] = {}
        self._later: dict[tuple[str, str], tuple[Reaction, ...]] = {}

    def now(self, kind: str) -> tuple[Reaction, ...]:
        """Return what runs in the transaction of an event of ``kind``."""
        if kind not in self._now:
            self._now[kind] = tuple(one for effect in self._about(kind) for one in effect.now)
        return self._now[kind]

    def later(self, module: str, kind: str) -> tuple[Reaction, ...]:
        """Return what ``module`` does about an event of ``kind`` that it reads; nothing for an unknown kind."""
        if (module, kind) not in self._later:
            found = (one for effect in self._about(kind) for one in effect.later)
            self._later[module, kind] = tuple(one for one in found if one.__module__ == module)
        return self._later[module, kind]

    def _about(self, kind: str) -> list[Effect]:
        return [effect for effect in self.effects if kind in KINDS and issubclass(KINDS[kind], effect.event)]


def install(effects: Sequence[Effect]) -> None:
    """Make ``effects`` the reactions of this process, in place of those installed before."""
    global _installed
    _installed = Table(effects)


def installed() -> Table:
    """Return the reactions of this process."""
    return _installed


_installed = Table([])
