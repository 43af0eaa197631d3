"""Working hours as people read them: what holds on which days, what it means now, when work begins next."""

from datetime import datetime
from itertools import groupby

from django.utils import dates, formats
from django.utils.translation import gettext as _

from samovar.accounts.working_hours import Week, shown
from samovar.lib import clock
from samovar.lib.business_time import DAYS, Hours


def days(week: Week) -> list[tuple[str, str]]:
    """Return the days of the week on which work is done, with the hours; days in a row that are alike together."""
    runs = [list(run) for _day, run in groupby(range(DAYS), key=week.__getitem__)]
    return [(_days(run), shown(week[run[0]])) for run in runs if week[run[0]]]


def line(week: Week) -> str:
    """Return the hours of a week on one line: "Mon–Fri 09:00–18:00; Sat 10:00–14:00"; "" for what is never open."""
    return "; ".join(f"{on} {open_at}" for on, open_at in days(week))


def now(hours: Hours) -> str:
    """Return whether work is done now and what comes next, as the clock of the calendar shows it."""
    moment = clock.now()
    if closes := hours.closes_at(moment):
        return _("Open now, until %(moment)s") % {"moment": _moment(closes.astimezone(hours.zone), moment)}
    if opens := hours.next_opening(moment):
        return _("Closed now, opens %(moment)s") % {"moment": _moment(opens.astimezone(hours.zone), moment)}
    return _("Never open")


def next_opening(hours: Hours) -> str:
    """Return when work begins next, the pause after what is open now included; "" where that never comes."""
    moment = clock.now()
    closes = hours.closes_at(moment)
    opens = hours.next_opening(closes or moment)
    # What never closes is told in pieces, and its next one begins where this one ends.
    return "" if opens is None or opens == closes else _moment(opens.astimezone(hours.zone), moment)


def _days(run: list[int]) -> str:
    first, last = str(dates.WEEKDAYS_ABBR[run[0]]), str(dates.WEEKDAYS_ABBR[run[-1]])
    if len(run) == 1:
        return first
    return f"{first}, {last}" if len(run) == 2 else f"{first}–{last}"


def _moment(moment: datetime, seen_at: datetime) -> str:
    if moment.date() == seen_at.astimezone(moment.tzinfo).date():
        return f"{moment:%H:%M}"
    return f"{formats.date_format(moment, 'D, j E')}, {moment:%H:%M}"
