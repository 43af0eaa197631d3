"""The time zones among which people choose."""

from collections.abc import Sequence
from functools import cache
from zoneinfo import available_timezones


@cache
def known() -> frozenset[str]:
    """Return the names of all zones; what somebody or a browser says is believed only when it stands there."""
    # Reading the list takes 20 ms.
    return frozenset(available_timezones())


@cache
def places() -> Sequence[tuple[str, str]]:
    """Return the zones that bear the name of a place, each with how it is written."""
    return tuple((zone, shown(zone)) for zone in sorted(filter(_is_place, known())))


def shown(zone: str) -> str:
    """Return how the name of a zone is written for people."""
    return zone.replace("_", " ")


def _is_place(zone: str) -> bool:
    return "/" in zone and not zone.startswith(("Etc/", "SystemV/"))
