"""The moments until which a conversation can be put off, or by which somebody is reminded, with one press.

A day begins when work does: at the first opening of the calendar on that day, and at nine where it does not open then.
"""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from samovar.lib.business_time import Hours, NeverOpen

MORNING = time(9)
# What opens earlier, or is open around the clock, does not say when people begin.
EARLIEST = time(5)
LATER = timedelta(hours=3)
# "Later today" is offered while it is still on this day.
END_OF_DAY = time(21)
WORKING_HOURS = (2, 4, 8)
HOURS = "plus-"
LONGEST = timedelta(days=3653)
# As a field for a moment sends it, and as an address has it.
MOMENTS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S%z"]
# As people type it: "+6", "+1,5", "+6 рабочих часов".
TYPED = re.compile(r"\+?\s*(\d{1,3})(?:[.,](\d))?(?:\s*(?:working|business|рабоч)[\w\s]*)?", re.IGNORECASE)


@dataclass(frozen=True)
class Choice:
    """One entry of the menu; ``is_usual`` marks the one that Enter takes, ``is_dated`` what only its date tells."""

    name: str
    label: str | Promise
    until: datetime
    is_usual: bool = False
    is_dated: bool = False

    @property
    def is_day(self) -> bool:
        """Whether it is a day or a part of one, and not so many working hours or what was chosen before."""
        return not (self.is_dated or self.name.startswith(HOURS))


def choices(now: datetime, hours: Hours, before: datetime | None = None) -> list[Choice]:
    """Return what can be chosen at ``now``: days, working hours, and the moment that was chosen ``before``."""
    here, later = timezone.localtime(now), _later(now)
    days_to_monday = 7 - here.weekday()
    found = [Choice("tomorrow", _("Tomorrow"), _morning(here, 1, hours), is_usual=True)]
    if days_to_monday > 1:
        found.append(Choice("next-week", _("Next week"), _morning(here, days_to_monday, hours)))
    if later.date() == here.date() and later.time() <= END_OF_DAY:
        found.insert(0, Choice("later", _("Later today"), later))
    found += _working_hours(here, hours)
    if before is not None and before > now:
        found.append(Choice(before.isoformat(), _("As before"), timezone.localtime(before), is_dated=True))
    return found


def moment(name: str, now: datetime, hours: Hours) -> datetime | None:
    """Return the moment of the choice called ``name``, None when none is called so.

    What was chosen before is called as the moment is written. "Later" is later also when the day has ended meanwhile,
    or is another one for whoever opened the menu.
    """
    if name == "later":
        return _later(now)
    found = next((choice.until for choice in choices(now, hours) if choice.name == name), None)
    return found or _written(name)


def typed(text: str, now: datetime, hours: Hours) -> datetime | None:
    """Return the moment at which as many working hours have passed as "+6" says; None for anything else.

    Raises NeverOpen.
    """
    found = TYPED.fullmatch(text.strip())
    if not found:
        return None
    return hours.add(now, timedelta(hours=int(found[1]), minutes=6 * int(found[2] or 0)))


def _later(now: datetime) -> datetime:
    return (timezone.localtime(now) + LATER).replace(minute=0, second=0, microsecond=0)


def _written(name: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(name)
    except ValueError:
        return None
    return found if timezone.is_aware(found) else None


def _working_hours(here: datetime, hours: Hours) -> list[Choice]:
    try:
        moments = [(count, hours.add(here, timedelta(hours=count))) for count in WORKING_HOURS]
    except NeverOpen:
        return []
    return [
        Choice(
            f"{HOURS}{count}",
            ngettext("+%(count)d working hour", "+%(count)d working hours", count) % {"count": count},
            until.astimezone(here.tzinfo).replace(second=0, microsecond=0),
        )
        for count, until in moments
    ]


def _morning(here: datetime, days: int, hours: Hours) -> datetime:
    day = here.date() + timedelta(days=days)
    earliest, nine = (datetime.combine(day, clock, tzinfo=here.tzinfo) for clock in (EARLIEST, MORNING))
    for stretch in hours.stretches(earliest):
        if stretch.begins >= earliest:
            opens = stretch.begins.astimezone(here.tzinfo)
            return opens if opens.date() == day else nine
    return nine
