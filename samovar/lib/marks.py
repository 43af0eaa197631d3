"""Marks that say in an address where a page of a list has ended: a moment and a key, for lists sorted by both."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
# The year 2286, and the largest key of PostgreSQL less one digit.
MOST_DIGITS = (16, 18)


def mark(moment: datetime, pk: int) -> str:
    """Return the mark of a row."""
    return f"{(moment - EPOCH) // MICROSECOND}.{pk}"


def read_mark(text: str) -> tuple[datetime, int] | None:
    """Return what a mark says; None for what is none."""
    parts = text.split(".")
    if len(parts) != 2 or not all(
        part.isascii() and part.isdigit() and len(part) <= most for part, most in zip(parts, MOST_DIGITS, strict=True)
    ):
        return None
    return EPOCH + int(parts[0]) * MICROSECOND, int(parts[1])
