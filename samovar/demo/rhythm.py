"""When people write, and when they are answered: the rhythm of hours, days and seasons of a furniture shop.

Moments are those of the company's own zone, four hours ahead of UTC, whatever the machine believes.
"""

from bisect import bisect
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta, timezone
from itertools import accumulate
from random import Random

ZONE = timezone(timedelta(hours=4))
DAYS = 365
OPENS = time(10)
# How many people write, for one on an ordinary day or hour.
BY_WEEKDAY = (1.25, 1.15, 1.1, 1.05, 1.0, 0.65, 0.55)
BY_MONTH = (0.8, 0.9, 1.0, 1.05, 0.95, 0.9, 0.85, 1.05, 1.2, 1.15, 1.3, 1.2)
BY_HOUR = (
    0.15, 0.08, 0.05, 0.04, 0.05, 0.1, 0.25, 0.5, 0.9, 1.4, 1.7, 1.7,
    1.5, 1.3, 1.4, 1.4, 1.3, 1.2, 1.2, 1.3, 1.4, 1.2, 0.8, 0.4,
)  # fmt: skip
HOLIDAYS = 0.3
GROWTH = (0.8, 1.2)
# Hours in which customers are answered: on working days, at weekends.
SHIFTS = ((9, 20), (9, 18))
AWAKE_FROM = 7


def reference(now: datetime) -> datetime:
    """Return the moment at which the invented year ends: the last time it was ten in the morning at the company.

    Whoever fills a company twice on one day gets the same; and an inbox in the morning looks like one.
    """
    here = now.astimezone(ZONE)
    opening = datetime.combine(here.date(), OPENS, ZONE)
    return opening if opening <= here else opening - timedelta(days=1)


@dataclass(frozen=True)
class Year:
    """The year of letters that ends at ``end``."""

    end: datetime
    _hours: list[float] = field(init=False)

    def __post_init__(self) -> None:
        weights = (_weight(self.start + timedelta(hours=number), number) for number in range(DAYS * 24))
        object.__setattr__(self, "_hours", list(accumulate(weights)))

    @property
    def start(self) -> datetime:
        """The moment at which it begins."""
        return self.end - timedelta(days=DAYS)

    def moment(self, share: float) -> datetime:
        """Return the moment by which ``share`` (0 to 1) of all letters of the year have come."""
        wanted = share * self._hours[-1]
        hour = min(bisect(self._hours, wanted), len(self._hours) - 1)
        before = self._hours[hour - 1] if hour else 0.0
        within = (wanted - before) / (self._hours[hour] - before)
        return self.start + timedelta(hours=hour + min(within, 0.999))


def _weight(at: datetime, number: int) -> float:
    here = at.astimezone(ZONE)
    low, high = GROWTH
    grown = low + (high - low) * number / (DAYS * 24)
    holidays = HOLIDAYS if here.month == 1 and here.day <= 8 else 1.0
    return BY_WEEKDAY[here.weekday()] * BY_MONTH[here.month - 1] * BY_HOUR[here.hour] * holidays * grown


def after_work(at: datetime, minutes: float) -> datetime:
    """Return the moment that comes ``minutes`` of working time after ``at``."""
    here, left = at.astimezone(ZONE), timedelta(minutes=minutes)
    while True:
        opens, closes = _shift(here)
        here = max(here, opens)
        if here + left <= closes:
            return here + left
        left -= max(closes - here, timedelta())
        here = datetime.combine(here.date() + timedelta(days=1), time(), ZONE)


def _shift(here: datetime) -> tuple[datetime, datetime]:
    opens, closes = SHIFTS[here.weekday() >= 5]
    day = datetime.combine(here.date(), time(), ZONE)
    return day + timedelta(hours=opens), day + timedelta(hours=closes)


def when_awake(at: datetime, random: Random) -> datetime:
    """Return ``at``, or a moment of the next morning when it is night."""
    here = at.astimezone(ZONE)
    if here.hour >= AWAKE_FROM:
        return here
    return here.replace(hour=AWAKE_FROM, minute=0) + timedelta(minutes=random.uniform(0, 150))


def around(random: Random, median: float, spread: float) -> float:
    """Return a number that is mostly near ``median`` and sometimes far above it."""
    return median * random.lognormvariate(0, spread)
