"""A place in the log of events, as readers of streams name it: ``tx-id``."""

import re
from dataclasses import dataclass
from typing import Self

WRITTEN = re.compile(r"(\d{1,18})-(\d{1,19})")
LAST_ID = 2**63 - 1


@dataclass(frozen=True, order=True, slots=True)
class Position:
    """After the event ``id`` of the transaction ``tx``; the order is that in which the log can be read."""

    tx: int
    id: int

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Return the position that ``text`` names, or None when it names none."""
        found = WRITTEN.fullmatch(text)
        return cls(int(found[1]), min(int(found[2]), LAST_ID)) if found else None

    def __str__(self) -> str:
        return f"{self.tx}-{self.id}"
