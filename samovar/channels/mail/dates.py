"""The moment that a mail names, made safe to store and to sort by."""

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz

LONGEST_HEAD = 100_000
DATE_FIELD = re.compile(rb"^date[ \t]*:((?:[^\n]*\n[ \t])*[^\n]*)", re.IGNORECASE | re.MULTILINE)
RECEIVED_FIELD = re.compile(rb"^received[ \t]*:(?:[^\n]*\n[ \t])*[^\n]*;([^\n;]*)$", re.IGNORECASE | re.MULTILINE)
EARLIEST = datetime(1971, 1, 1, tzinfo=UTC)
"""There was no e-mail before: an earlier date is a clock that was never set."""


def moment(value: str) -> datetime | None:
    """Return the moment in UTC that a date header names; None when there is none, or none that can be."""
    try:
        parts = parsedate_tz(value[:200])
    except (ValueError, LookupError, TypeError):
        return None
    if parts is None:
        return None
    year, month, day, hour, minute, second = parts[:6]
    offset = timedelta(seconds=parts[9] or 0)
    if abs(offset) >= timedelta(hours=24):
        offset = timedelta()
    try:
        local = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=timezone(offset))
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def sortable(sent_at: datetime | None, arrived_at: datetime) -> datetime:
    """Return the moment by which a mail is sorted: when it says it was sent, but not after it arrived."""
    if sent_at is None or sent_at < EARLIEST:
        return arrived_at
    return min(sent_at, arrived_at)


def dated(raw: bytes) -> datetime | None:
    """Return the moment at which a mail says it was sent, from the beginning of its header alone; None without one."""
    head = raw[:LONGEST_HEAD].replace(b"\r\n", b"\n").replace(b"\r", b"\n").partition(b"\n\n")[0]
    for pattern in (DATE_FIELD, RECEIVED_FIELD):
        if match := pattern.search(head):
            found = moment(" ".join(match.group(1).decode("ascii", "replace").split()))
            if found is not None:
                return found if found > EARLIEST else None
    return None
