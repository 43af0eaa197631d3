"""Working hours as people type them for a day of the week: "9-13, 14-18"; nothing when it is closed."""

import re
from collections.abc import Sequence
from datetime import time
from zoneinfo import ZoneInfo

from samovar.lib.business_time import DAYS, Hours, Span

# Of each day of the week, Monday first, from when to when, as the clock shows it; until "00:00" is until midnight.
Week = list[list[list[str]]]
CLOCK = r"(\d{1,2})(?:[:.](\d{2}))?"
SPAN = re.compile(rf"\s*{CLOCK}\s*[-–—−]\s*{CLOCK}\s*", re.ASCII)
BETWEEN = re.compile(r"[,;\n]|\s(?:and|и)\s")
MOST_A_DAY = 8
MINUTES_A_DAY = 24 * 60
MINUTES_A_WEEK = DAYS * MINUTES_A_DAY


class NotUnderstood(ValueError):
    """What was typed is no list of hours."""


def usual_week() -> Week:
    """Return the hours by which everybody works until somebody decides otherwise."""
    return [[["09:00", "18:00"]] if weekday < 5 else [] for weekday in range(DAYS)]


def understood(text: str) -> list[list[str]]:
    """Return from when to when a day is open; raises NotUnderstood."""
    pieces = [piece for piece in BETWEEN.split(text) if piece.strip()]
    if len(pieces) > MOST_A_DAY:
        raise NotUnderstood
    return sorted(_span(piece) for piece in pieces)


def shown(day: Sequence[Sequence[str]]) -> str:
    """Return a day as it is typed and read: "09:00–13:00, 14:00–18:00"."""
    return ", ".join(f"{opens}–{'24:00' if closes == '00:00' else closes}" for opens, closes in day)


def as_hours(week: Week, zone: str) -> Hours:
    """Return a week with which one can count."""
    spans = (
        Span(weekday, time.fromisoformat(opens), time.fromisoformat(closes))
        for weekday, day in enumerate(week)
        for opens, closes in day
    )
    return Hours(ZoneInfo(zone), tuple(spans))


def overlapping(week: Week) -> int | None:
    """Return the first day of the week on which hours begin before others have ended; None for none."""
    spans = sorted(
        (begins, begins + length, weekday)
        for weekday, day in enumerate(week)
        for begins, length in (_minutes(weekday, *span) for span in day)
    )
    if not spans:
        return None
    # The night of a Sunday runs into the Monday.
    first = (spans[0][0] + MINUTES_A_WEEK, 0, spans[0][2])
    pairs = zip(spans, [*spans[1:], first], strict=True)
    return next((following[2] for one, following in pairs if following[0] < one[1]), None)


def _span(piece: str) -> list[str]:
    found = SPAN.fullmatch(piece)
    if not found:
        raise NotUnderstood
    opens, closes = _clock(found[1], found[2]), _clock(found[3], found[4])
    # From eight to eight: a whole day only where it begins at midnight, and a slip of the hand otherwise.
    if opens == "24:00" or (opens == closes and opens != "00:00"):
        raise NotUnderstood
    return [opens, "00:00" if closes == "24:00" else closes]


def _clock(hour: str, minute: str | None) -> str:
    told = f"{int(hour):02}:{minute or '00'}"
    if told != "24:00" and (int(hour) > 23 or int(minute or 0) > 59):
        raise NotUnderstood
    return told


def _minutes(weekday: int, opens: str, closes: str) -> tuple[int, int]:
    """Return when in the week a span begins, and how long it is."""
    begins, ends = (int(told[:2]) * 60 + int(told[3:]) for told in (opens, closes))
    length = ends - begins
    return weekday * MINUTES_A_DAY + begins, length if length > 0 else length + MINUTES_A_DAY
