"""Time during which work is done: adding it, measuring it, and when it begins and ends. Without a database.

Spans are as a clock on the wall shows them. A time that the clock skips counts as if it had not been moved yet, and of
one that it shows twice the first counts; so a span is as long as it says, except where the clock is moved inside it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

DAYS = 7
# What is never closed is told in pieces of this length.
LOOKED_AHEAD = timedelta(days=15)


class NeverOpen(ValueError):
    """No work is done at any time, so that working hours never pass."""


@dataclass(frozen=True)
class Span:
    """Working time that begins on a day of the week (0 is Monday); closing at or before ``opens`` is the next day."""

    weekday: int
    opens: time
    closes: time

    @property
    def is_overnight(self) -> bool:
        """Whether it ends on the next day, at midnight at the earliest."""
        return self.closes <= self.opens


@dataclass(frozen=True)
class Stretch:
    """From one moment until another."""

    begins: datetime
    ends: datetime


@dataclass(frozen=True)
class Hours:
    """The working hours of a week in one time zone; spans may touch, overlap and run over midnight."""

    zone: ZoneInfo
    spans: tuple[Span, ...]

    def is_open(self, moment: datetime) -> bool:
        """Whether work is done at ``moment``; at the moment of closing it is not."""
        return self.closes_at(moment) is not None

    def next_opening(self, moment: datetime) -> datetime | None:
        """Return when work is done next, ``moment`` itself while it is; None for what is never open."""
        found = next(self.stretches(moment), None)
        return max(found.begins, moment) if found else None

    def closes_at(self, moment: datetime) -> datetime | None:
        """Return when the work that is done at ``moment`` ends; None while none is.

        Of what is open around the clock an end is told that lies about LOOKED_AHEAD away.
        """
        found = next(self.stretches(moment), None)
        return found.ends if found and found.begins <= moment else None

    def add(self, moment: datetime, amount: timedelta) -> datetime:
        """Return the earliest moment at which ``amount`` of working time has passed since ``moment``.

        Raises NeverOpen, and ValueError for a negative amount.
        """
        if amount < timedelta():
            raise ValueError("Working time can be added only forwards.")
        reached = moment.astimezone(UTC)
        if not amount:
            return reached.astimezone(self.zone)
        for stretch in self.stretches(moment):
            begins = max(stretch.begins, reached)
            if amount <= stretch.ends - begins:
                return (begins + amount).astimezone(self.zone)
            amount -= stretch.ends - begins
        raise NeverOpen

    def difference(self, begins: datetime, ends: datetime) -> timedelta:
        """Return how much working time lies between two moments; negative when ``ends`` comes first."""
        if ends < begins:
            return -self.difference(ends, begins)
        # Two moments of one zone would be subtracted as their clocks show them.
        begins, ends = begins.astimezone(UTC), ends.astimezone(UTC)
        total = timedelta()
        for stretch in self.stretches(begins):
            if stretch.begins >= ends:
                break
            total += min(stretch.ends, ends) - max(stretch.begins, begins)
        return total

    def stretches(self, moment: datetime) -> Iterator[Stretch]:
        """Yield, without an end, the stretches of work that end after ``moment``, in UTC; what touches is one.

        One without an end is told in pieces of LOOKED_AHEAD.
        """
        if not self.spans:
            return
        day = moment.astimezone(self.zone).date() - timedelta(days=1)
        current: Stretch | None = None
        while True:
            for found in sorted(self._of_day(day), key=lambda one: one.begins):
                if current is None:
                    current = found
                elif self._belongs_to(current, found):
                    current = Stretch(current.begins, max(current.ends, found.ends))
                else:
                    if current.ends > moment:
                        yield current
                    current = Stretch(max(found.begins, current.ends), found.ends)
            day += timedelta(days=1)

    @staticmethod
    def _belongs_to(current: Stretch, found: Stretch) -> bool:
        if found.ends <= current.ends:
            return True
        return found.begins <= current.ends and current.ends - current.begins < LOOKED_AHEAD

    def _of_day(self, day: date) -> list[Stretch]:
        """Return what begins on a day, in UTC; nothing is left of a span that the clock skips."""
        following = day + timedelta(days=1)
        found = (
            Stretch(self._at(day, span.opens), self._at(following if span.is_overnight else day, span.closes))
            for span in self._by_weekday[day.weekday()]
        )
        return [stretch for stretch in found if stretch.begins < stretch.ends]

    def _at(self, day: date, clock: time) -> datetime:
        return datetime.combine(day, clock, self.zone).astimezone(UTC)

    @cached_property
    def _by_weekday(self) -> Sequence[Sequence[Span]]:
        return [[span for span in self.spans if span.weekday == weekday] for weekday in range(DAYS)]
