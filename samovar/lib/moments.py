"""A moment as people type it, in English or in Russian: "15", "tomorrow 10", "пт 14", "через 2 ч", "+2d", "24.11".

A time alone is the next one in the reader's zone, a day alone is its morning, and nothing that has passed is a moment.
"""

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

MORNING, END_OF_TODAY = time(10), time(17)
LONGEST = 60
SPAN = re.compile(r"(?:in|через|\+)\s*(.+)")
AMOUNT = re.compile(r"(\d{0,4})\s*([a-zа-я]+)\s*", re.ASCII)
UNITS = {
    "minutes": ("m", "min", "mins", "minute", "minutes", "мин", "минуту", "минуты", "минут"),
    "hours": ("h", "hr", "hrs", "hour", "hours", "ч", "час", "часа", "часов"),
    "days": ("d", "day", "days", "д", "дн", "день", "дня", "дней"),
    "weeks": ("w", "week", "weeks", "н", "нед", "неделю", "недели", "недель"),
}
UNIT_OF = {word: unit for unit, words in UNITS.items() for word in words}
HALF_AN_HOUR = {"half an hour", "полчаса"}
FILLERS = {"a", "an", "and", "at", "by", "on", "the", "в", "во", "до", "и", "к", "ч", "час", "часа", "часов", "г", "г."}
DAYS = {"today": 0, "сегодня": 0, "tomorrow": 1, "tmr": 1, "завтра": 1, "overmorrow": 2, "послезавтра": 2}
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WEEKDAY_STEMS = ("понедельник", "вторник", "сред", "четверг", "пятниц", "суббот", "воскресен")
WEEKDAY_SIGNS = ("пн", "вт", "ср", "чт", "пт", "сб", "вс")
MONTHS: tuple[str, ...] = ("january", "february", "march", "april", "may", "june", "july", "august", "september")
MONTHS += ("october", "november", "december")
MONTH_STEMS = ("янв", "фев", "мар", "апр", "ма", "июн", "июл", "авг", "сен", "окт", "ноя", "дек")
TIMES = {"noon": time(12), "полдень": time(12), "morning": time(9), "утром": time(9), "утра": time(9)}
TIMES |= {"evening": time(18), "вечером": time(18)}
CLOCK = re.compile(r"(\d{1,2})(?:[:.-](\d{2}))?(am|pm)?|(\d{2})(\d{2})", re.ASCII)
DOTTED = re.compile(r"(\d{1,2})[./](\d{1,2})(?:[./](\d{4}|\d{2}))?", re.ASCII)
ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
NUMBER = re.compile(r"\d{1,2}", re.ASCII)
YEAR = re.compile(r"20\d{2}", re.ASCII)


class UnclearMoment(ValueError):
    """Nobody can tell which moment is meant."""


class PassedMoment(ValueError):
    """The moment has passed."""


@dataclass(frozen=True)
class _Said:
    """What was said of a moment: in how many days, on which day of the week (0 is Monday) or date; at what time."""

    days: int | None = None
    weekday: int | None = None
    day: tuple[int, int, int | None] | None = None
    clock: time | None = None

    @property
    def has_day(self) -> bool:
        return (self.days, self.weekday, self.day) != (None, None, None)


def moment_of(text: str, now: datetime) -> datetime:
    """Return the moment that somebody means in whose zone and at whose time ``now`` is; it lies after ``now``.

    Raises UnclearMoment and PassedMoment.
    """
    said = " ".join(text.lower().replace("ё", "е").replace(",", " ").split())
    if not said or len(said) > LONGEST:
        raise UnclearMoment(text)
    if span := SPAN.fullmatch(said):
        return _after(span[1], now)
    words = said.replace("day after tomorrow", "overmorrow").split()
    return _resolved(_read([word for word in words if word not in FILLERS]), now)


def _after(span: str, now: datetime) -> datetime:
    """Return the moment a span away: days by the calendar, hours by the clock."""
    if span in HALF_AN_HOUR:
        return now + timedelta(minutes=30)
    rest, amounts = re.sub(r"\b(an?|and|и)\b\s*", "", span), dict[str, int]()
    while rest:
        found = AMOUNT.match(rest)
        unit = UNIT_OF.get(found[2]) if found else None
        if not found or unit is None or unit in amounts:
            raise UnclearMoment(span)
        amounts[unit], rest = int(found[1] or 1), rest[found.end() :]
    days = timedelta(days=amounts.pop("days", 0), weeks=amounts.pop("weeks", 0))
    at = _at(now.date() + days, now.time(), now) if days else now
    at = (at.astimezone(UTC) + timedelta(**amounts)).astimezone(now.tzinfo)
    if at <= now:
        raise PassedMoment(span)
    return at


def _read(words: list[str]) -> _Said:
    said = _Said()
    while words:
        said, words = _with_day(said, words) or _with_time(said, words)
    return said


def _with_day(said: _Said, words: list[str]) -> tuple[_Said, list[str]] | None:
    """Take the day off the beginning of ``words``; None where none stands there, or one is known already."""
    first, rest = words[0], words[1:]
    if said.has_day:
        return None
    if first in DAYS:
        return replace(said, days=DAYS[first]), rest
    if (weekday := _weekday(first)) is not None:
        return replace(said, weekday=weekday), rest
    if found := _numbers(first):
        return replace(said, day=found), rest
    return _with_month(said, words)


def _with_month(said: _Said, words: list[str]) -> tuple[_Said, list[str]] | None:
    if len(words) < 2:
        return None
    day, month = (words[1], _month(words[0])) if _month(words[0]) else (words[0], _month(words[1]))
    if month is None or not NUMBER.fullmatch(day):
        return None
    has_year = len(words) > 2 and YEAR.fullmatch(words[2])
    year = int(words[2]) if has_year else None
    return replace(said, day=(int(day), month, year)), words[3 if has_year else 2 :]


def _with_time(said: _Said, words: list[str]) -> tuple[_Said, list[str]]:
    """Take the time off the beginning of ``words``."""
    if said.clock is not None:
        raise UnclearMoment(words[0])
    first, rest = words[0], words[1:]
    if rest and rest[0] in ("am", "pm"):
        first, rest = first + rest[0], rest[1:]
    if first in TIMES:
        return replace(said, clock=TIMES[first]), rest
    if not (found := CLOCK.fullmatch(first)):
        raise UnclearMoment(first)
    hour, minute, half, packed_hour, packed_minute = found.groups()
    try:
        return replace(said, clock=time(_hour(int(hour or packed_hour), half), int(minute or packed_minute or 0))), rest
    except ValueError as error:
        raise UnclearMoment(first) from error


def _hour(hour: int, half: str | None) -> int:
    if half is None:
        return hour
    if not 1 <= hour <= 12:
        raise ValueError(hour)
    return hour % 12 + (12 if half == "pm" else 0)


def _weekday(word: str) -> int | None:
    if word in WEEKDAY_SIGNS:
        return WEEKDAY_SIGNS.index(word)
    found = [day for day, name in enumerate(WEEKDAYS) if len(word) > 2 and name.startswith(word)]
    found += [day for day, stem in enumerate(WEEKDAY_STEMS) if word.startswith(stem)]
    return found[0] if found else None


def _month(word: str) -> int | None:
    found = [number for number, name in enumerate(MONTHS, 1) if len(word) > 2 and name.startswith(word)]
    found += [number for number, stem in enumerate(MONTH_STEMS, 1) if len(word) > 2 and word.startswith(stem)]
    return found[0] if found else None


def _numbers(word: str) -> tuple[int, int, int | None] | None:
    """Return day, month and year of a date in figures; what cannot be a date may be a time."""
    if found := ISO.fullmatch(word):
        return int(found[3]), int(found[2]), int(found[1])
    if not (found := DOTTED.fullmatch(word)):
        return None
    day, month, year = int(found[1]), int(found[2]), int(found[3]) if found[3] else None
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    return day, month, year + 2000 if year is not None and year < 100 else year


def _resolved(said: _Said, now: datetime) -> datetime:
    if said.day is not None:
        return _on_date(said.day, said.clock or MORNING, now)
    today = now.date()
    if said.weekday is not None:
        day = today + timedelta(days=(said.weekday - now.weekday()) % 7)
        return _next(day, said.clock or MORNING, timedelta(weeks=1), now)
    if said.days is None:
        return _next(today, said.clock or MORNING, timedelta(days=1), now)
    usual = MORNING if said.days else END_OF_TODAY
    return _ahead(_at(today + timedelta(days=said.days), said.clock or usual, now), now)


def _next(day: date, at: time, step: timedelta, now: datetime) -> datetime:
    first = _at(day, at, now)
    return first if first > now else _at(day + step, at, now)


def _on_date(given: tuple[int, int, int | None], at: time, now: datetime) -> datetime:
    day, month, year = given
    try:
        found = date(year or now.year, month, day)
        if year is None and found < now.date():
            found = found.replace(year=now.year + 1)
        return _ahead(_at(found, at, now), now)
    except PassedMoment:
        raise
    except ValueError as error:
        raise UnclearMoment(f"{day}.{month}") from error


def _ahead(moment: datetime, now: datetime) -> datetime:
    if moment <= now:
        raise PassedMoment(moment.isoformat())
    return moment


def _at(day: date, at: time, now: datetime) -> datetime:
    # A time that the clocks leave out is moved on, as they are.
    return datetime.combine(day, at, tzinfo=now.tzinfo).astimezone(UTC).astimezone(now.tzinfo)
