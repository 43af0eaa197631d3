"""How a text names a colleague: by a sign and the whole name behind it."""

import re
from collections.abc import Iterable

SIGN = "@"


def names_in(names: Iterable[str]) -> re.Pattern[str]:
    """Return what finds one of ``names`` after the sign."""
    longest_first = sorted(names, key=len, reverse=True)
    return re.compile(rf"(?<![^\s(«\"“]){SIGN}({'|'.join(map(re.escape, longest_first))})(?!\w)", re.IGNORECASE)
