"""Reading what an IMAP server answers to FETCH, in every form that servers give it; no network, no database."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

UID = re.compile(rb"\bUID (\d+)")
SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)")
DATE = re.compile(rb'\bINTERNALDATE "([^"]*)"')
# An empty mail comes as an empty string or as nothing instead of a counted literal.
EMPTY = re.compile(rb'\bBODY\[\](?:<\d+>)? (?:""|NIL)')
DATE_FORM = "%d-%b-%Y %H:%M:%S %z"


@dataclass(frozen=True)
class Fetched:
    """One mail as the server handed it over; ``at`` is when it came there, None without a usable date."""

    uid: int
    content: bytes
    at: datetime | None


@dataclass(frozen=True)
class Listed:
    """What a server says of a mail: its size in bytes, 0 where it does not say, and when it came there."""

    size: int
    at: datetime | None


def read_mails(answer: Iterable[object]) -> Iterator[Fetched]:
    """Yield the mails of an answer; what belongs to none (flags that changed meanwhile, nothing at all) is left out."""
    for head, content in _items(answer):
        uid = UID.search(head)
        if uid and (content is not None or EMPTY.search(head)):
            yield Fetched(int(uid[1]), content or b"", _date(head))


def read_list(answer: Iterable[object]) -> dict[int, Listed]:
    """Return what is said of each mail by UID."""
    found = {}
    for head, _content in _items(answer):
        if uid := UID.search(head):
            size = SIZE.search(head)
            found[int(uid[1])] = Listed(int(size[1]) if size else 0, _date(head))
    return found


def read_numbers(answer: Iterable[object]) -> list[int]:
    """Return the numbers that an answer to SEARCH consists of, in order."""
    words = b" ".join(part for part in answer if isinstance(part, bytes)).split()
    return sorted({int(word) for word in words if word.isdigit()})


def _items(answer: Iterable[object]) -> Iterator[tuple[bytes, bytes | None]]:
    """Yield (all that is said of a mail, its bytes): servers put words before the bytes, after them, or both."""
    head, content = b"", None
    for part in answer:
        match part:
            case (bytes() as before, bytes() as literal):
                if content is not None:
                    yield head, content
                head, content = before, literal
            case bytes() if content is not None:
                yield head + b" " + part, content
                head, content = b"", None
            case bytes():
                yield part, None
    if content is not None:
        yield head, content


def _date(head: bytes) -> datetime | None:
    found = DATE.search(head)
    try:
        # A date before the first day of the calendar cannot be counted in UTC.
        return datetime.strptime(found[1].decode().strip(), DATE_FORM).astimezone(UTC) if found else None
    except (ValueError, OverflowError):
        return None
