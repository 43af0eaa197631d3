"""Quiet hours: when somebody does not want to hear of anything that can wait."""

from collections.abc import Iterable
from datetime import datetime, time
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings

from samovar.accounts.models import User
from samovar.lib.business_time import DAYS, Hours, Span


def quiet_until(user: User, now: datetime) -> datetime | None:
    """Return when the quiet hours end in which ``user`` is at ``now``; None when they may be told.

    They are those of their profile, in their time zone; whole quiet days and the hours before and after are one. Quiet
    that never ends is told as ending in about two weeks.
    """
    spans = [*_nights(user.quiet_from, user.quiet_to), *(Span(day, time(), time()) for day in _days(user.quiet_days))]
    if not spans:
        return None
    zone = ZoneInfo(user.time_zone if user.time_zone in _zones() else settings.TIME_ZONE)
    ends = Hours(zone, tuple(spans)).closes_at(now)
    return ends and ends.astimezone(zone)


def _nights(begins: time | None, ends: time | None) -> Iterable[Span]:
    return (Span(day, begins, ends) for day in range(DAYS)) if begins is not None and ends is not None else ()


def _days(told: str) -> list[int]:
    return [int(sign) for sign in told]


@cache
def _zones() -> set[str]:
    return available_timezones()
