"""The time zones among which people choose."""

from zoneinfo import available_timezones


def places() -> list[tuple[str, str]]:
    """Return the zones that bear the name of a place."""
    found = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "SystemV/")))
    return [(zone, zone.replace("_", " ")) for zone in found]
