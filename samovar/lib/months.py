"""Months of the calendar, which are not all of one length."""

from calendar import monthrange
from datetime import datetime


def months_before(moment: datetime, months: int) -> datetime:
    """Return the same day and time so many months earlier; the last day of a month that is shorter."""
    years, month = divmod(moment.year * 12 + moment.month - 1 - months, 12)
    return moment.replace(year=years, month=month + 1, day=min(moment.day, monthrange(years, month + 1)[1]))


def months_after(moment: datetime, months: int) -> datetime:
    """Return the same day and time so many months later; the last day of a month that is shorter."""
    return months_before(moment, -months)
