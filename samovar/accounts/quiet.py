"""Quiet hours: when somebody does not want to hear of anything that can wait."""

from collections.abc import Iterable
from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.conf import settings

from samovar.accounts import time_zones
from samovar.accounts.models import Calendar, Team, User
from samovar.lib.business_time import DAYS, LOOKED_AHEAD, Hours, Span


def quiet_until(user: User, now: datetime) -> datetime | None:
    """Return when the quiet hours end in which ``user`` is at ``now``; None when they may be told.

    They are those of their profile, in their time zone, and where they chose so, when their team does not work: that is
    the first of theirs by name, or else the company, and is asked of the database. What touches is one. Quiet that
    never ends is told as ending in about two weeks.
    """
    zone = ZoneInfo(user.time_zone if user.time_zone in time_zones.known() else settings.TIME_ZONE)
    days = (Span(day, time(), time()) for day in _days(user.quiet_days))
    own = Hours(zone, (*_nights(user.quiet_from, user.quiet_to), *days))
    work = _work_of(user) if user.is_quiet_with_team else None
    ends = now
    while ends < now + LOOKED_AHEAD and (later := own.closes_at(ends) or _begins_after(work, ends)):
        ends = later
    return ends.astimezone(zone) if ends > now else None


def _begins_after(work: Hours | None, moment: datetime) -> datetime | None:
    """Return when work begins that is not done at ``moment``."""
    if work is None or work.is_open(moment):
        return None
    return work.next_opening(moment) or moment + LOOKED_AHEAD


def _work_of(user: User) -> Hours:
    first = Team.objects.all().in_use().filter(members=user).order_by("name", "pk").first()
    return Calendar.objects.all().of_team(first).hours


def _nights(begins: time | None, ends: time | None) -> Iterable[Span]:
    return (Span(day, begins, ends) for day in range(DAYS)) if begins is not None and ends is not None else ()


def _days(told: str) -> list[int]:
    return [int(sign) for sign in told]
