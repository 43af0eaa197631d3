"""The moments until which a conversation can be put off with one press, in the reader's time zone."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MORNING = time(9)
LATER = timedelta(hours=3)
# "Later today" is offered while it is still on this day.
END_OF_DAY = time(21)


@dataclass(frozen=True)
class Choice:
    """One entry of the menu; ``is_usual`` marks the one that Enter takes."""

    name: str
    label: Promise
    until: datetime
    is_usual: bool = False


def choices(now: datetime) -> list[Choice]:
    """Return what can be chosen at ``now``, the nearest first."""
    here = timezone.localtime(now)
    later = (here + LATER).replace(minute=0, second=0, microsecond=0)
    days_to_monday = 7 - here.weekday()
    found = [Choice("tomorrow", _("Tomorrow"), _morning(here, 1), is_usual=True)]
    if days_to_monday > 1:
        found.append(Choice("next-week", _("Next week"), _morning(here, days_to_monday)))
    is_today = later.date() == here.date() and later.time() <= END_OF_DAY
    return [Choice("later", _("Later today"), later), *found] if is_today else found


def moment(name: str, now: datetime) -> datetime | None:
    """Return the moment of the choice called ``name``, None when it is not offered at ``now``."""
    return next((choice.until for choice in choices(now) if choice.name == name), None)


def _morning(here: datetime, days: int) -> datetime:
    return datetime.combine(here.date() + timedelta(days=days), MORNING, tzinfo=here.tzinfo)
