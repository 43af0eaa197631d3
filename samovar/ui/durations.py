"""Spans of time in words, the same as the browser writes them."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

MINUTE, HOUR, DAY = 60, 3600, 86400


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
