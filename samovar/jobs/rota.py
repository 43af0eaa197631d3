"""Who looks for work next, and where: one thread a source, and the next as soon as that one has found something."""

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from samovar.jobs.sources import Source


@dataclass
class _Turn:
    """How one source stands: from which moment on (of the monotonic clock) it is worth a look, and who may."""

    source: Source
    places: int
    due_at: float = 0.0
    not_before: float = 0.0
    calls: int = 0
    is_looked_at: bool = False


@dataclass(frozen=True)
class Look:
    """One look of one thread at one source. ``found`` is called once it has something to do, before it does it."""

    rota: "Rota"
    turn: _Turn
    calls: int
    has_found: list[bool] = field(default_factory=list)

    @property
    def source(self) -> Source:
        """What is looked at."""
        return self.turn.source

    def found(self) -> None:
        """Let the next thread look at the same source: where one piece of work was, there may be more."""
        if not self.has_found:
            self.has_found.append(True)
            self.rota.pass_on(self.turn)


class Rota:
    """The sources of one worker, shared by its ``threads``. No call is missed, also not one during a look."""

    def __init__(self, sources: Iterable[Source], threads: int) -> None:
        self._turns = [_Turn(source, max(1, threads - source.spare)) for source in sources]
        self._condition = threading.Condition()
        self._is_over = False

    def call(self, channel: str | None = None) -> None:
        """Say that there is work in the sources of ``channel``, or perhaps in all."""
        with self._condition:
            for turn in self._turns:
                if channel in (None, turn.source.channel):
                    turn.due_at = turn.not_before
                    turn.calls += 1
            self._condition.notify_all()

    def end(self) -> None:
        """Send home all who wait."""
        with self._condition:
            self._is_over = True
            self._condition.notify_all()

    def take(self) -> Look | None:
        """Wait until a source is worth a look, and take it; None at the end."""
        with self._condition:
            while not self._is_over:
                look = self.take_now()
                if look:
                    return look
                self._condition.wait(self._rest())
        return None

    def take_now(self) -> Look | None:
        """Take a source that is worth a look at this moment; None when there is none."""
        with self._condition:
            turn = min(self._free(), key=lambda turn: turn.due_at, default=None)
            if turn is None or turn.due_at > time.monotonic():
                return None
            turn.is_looked_at = True
            turn.places -= 1
            return Look(self, turn, turn.calls)

    def _free(self) -> list[_Turn]:
        return [turn for turn in self._turns if turn.places and not turn.is_looked_at]

    def _rest(self) -> float | None:
        due_at = min((turn.due_at for turn in self._free()), default=None)
        return None if due_at is None else max(0.0, due_at - time.monotonic())

    def pass_on(self, turn: _Turn) -> None:
        """Let somebody else look at a source although whoever found work there is not done with it."""
        with self._condition:
            turn.is_looked_at = False
            turn.due_at = 0.0
            self._condition.notify()

    def give_back(self, look: Look, rest: float) -> None:
        """Note that a look is over, and that there will be nothing more for ``rest`` seconds."""
        turn = look.turn
        with self._condition:
            turn.places += 1
            if not look.has_found:
                now = time.monotonic()
                turn.is_looked_at = False
                turn.not_before = now + turn.source.apart_seconds if rest else 0.0
                turn.due_at = now + rest if turn.calls == look.calls else turn.not_before
            self._condition.notify()
