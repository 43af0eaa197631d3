"""A bell that wakes resting threads without ever being missed."""

import threading


class Bell:
    """Rung when there is work for all; a nudge asks only one thread to have a look.

    Who looked for work before a ring is woken by it, even if not yet asleep.
    """

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._rings = 0
        self._is_nudged = False

    @property
    def rings(self) -> int:
        """How often it has been rung: to be read before looking for work, and handed to ``wait``."""
        return self._rings

    def ring(self) -> None:
        """Wake all who rest."""
        with self._condition:
            self._rings += 1
            self._condition.notify_all()

    def nudge(self) -> None:
        """Wake one of those who rest, or the next who is going to."""
        with self._condition:
            self._is_nudged = True
            self._condition.notify()

    def wait(self, heard: int, seconds: float | None = None) -> None:
        """Rest until the bell is rung after ring number ``heard``, or nudged, or ``seconds`` are over."""
        with self._condition:
            self._condition.wait_for(lambda: self._is_nudged or self._rings != heard, timeout=seconds)
            self._is_nudged = False
