"""Spans of time in words, the same as the browser writes them."""

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

MINUTE, HOUR, DAY = 60, 3600, 86400
# A promise so near is pressing.
PRESSING = 20 * MINUTE


def distance(moment: datetime, now: datetime | None = None) -> str:
    """Return how far ``moment`` is away, before or after now: whole minutes below an hour, hours below two days."""
    seconds = abs(((now or timezone.now()) - moment).total_seconds())
    if seconds < MINUTE:
        return _("now")
    if seconds < HOUR:
        return _("%(n)s min") % {"n": int(seconds // MINUTE)}
    if seconds < 2 * DAY:
        return _("%(n)s hr") % {"n": int(seconds // HOUR)}
    days = int(seconds // DAY)
    return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}


def until(moment: datetime, now: datetime | None = None) -> str:
    """Return how long it is until ``moment``, or how late it is: "12 min", "late 4 min"."""
    now = now or timezone.now()
    if moment > now:
        return distance(moment, now)
    return late(distance(min(moment, now - timedelta(seconds=MINUTE)), now))


def late(span: str) -> str:
    """Return in words that something is so late."""
    return _("late %(span)s") % {"span": span}


def tone(moment: datetime, now: datetime | None = None) -> str:
    """Return the tone of a promise that is due at ``moment``: late, pressing, or "" for neither."""
    seconds = (moment - (now or timezone.now())).total_seconds()
    return "bad" if seconds <= 0 else "warn" if seconds < PRESSING else ""
