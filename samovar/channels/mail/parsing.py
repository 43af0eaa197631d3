"""Bytes of a mail into facts. Nothing that a mail can contain makes this raise, run long or take much memory."""

import base64
import binascii
import hashlib
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

from samovar.channels.mail.addresses import NOBODY, Address, addresses
from samovar.channels.mail.bodies import Body, read_body
from samovar.channels.mail.dates import moment, sortable
from samovar.channels.mail.headers import Headers
from samovar.channels.mail.mime import PLAIN, Part, split
from samovar.channels.mail.parsed import ParsedMail
from samovar.lib.text import tidy

LARGEST = 60_000_000
"""In bytes. Of a larger mail only the header is read."""
LONGEST_ID = 998
"""In bytes. An index takes no longer ones, and a mail that names one names it in the same way."""
MOST_IDS = 500
MOST_PROBLEMS = 50
LONGEST_SUBJECT = 5000
THREAD_ROOT_BYTES = 22

DELIVERED_TO = ("delivered-to", "x-original-to", "envelope-to", "x-forwarded-to")
IN_BRACKETS = re.compile(r"<([^<>]*+)>")
BLANKS = re.compile(r"\s+")
END_OF_HEADER = re.compile(rb"\n\r*+\n")
# Whatever goes wrong in one field or part must not cost the others; named, so that real faults are not hidden.
BROKEN_INPUT = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError)

T = TypeVar("T")


def parse(raw: bytes, arrived_at: datetime | None = None) -> ParsedMail:
    """Return what the mail says, with what was wrong with it in ``problems``. Never raises.

    ``arrived_at`` is when we got it (now, if not given); a mail without a date, or from the future, is sorted there.
    """
    return _Reading(raw).finish(arrived_at or datetime.now(UTC))


class _Reading:
    """A mail while it is read; each step stands behind its own fence."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.problems: list[str] = []
        data = _with_line_feeds(raw)
        if len(data) > LARGEST:
            self.problems.append("mail larger than 60 MB: only its header was read")
            end = END_OF_HEADER.search(data)
            data = data[: end.end() if end else LARGEST]
        self.root = self.fenced("structure", lambda: split(data), Part(Headers(), PLAIN, 0, 0))
        self.body = self.fenced("body", lambda: read_body(data, self.root), Body())
        self.headers = self.root.headers
        if not self.headers.fields:
            self.problems.append("no header: this is no mail")

    def fenced(self, what: str, read: Callable[[], T], otherwise: T) -> T:
        """Return what ``read`` finds; what it cannot read is noted."""
        try:
            return read()
        except BROKEN_INPUT as error:
            self.problems.append(f"{what} could not be read: {type(error).__name__}")
            return otherwise

    def finish(self, arrived_at: datetime) -> ParsedMail:
        sha256 = hashlib.sha256(self.raw).hexdigest()
        date_header = tidy(self.headers.raw("date"))[:200]
        sent_at = self.fenced("date", self._sent_at, None)
        senders = self._people("from") or self._people("sender")
        if not senders:
            self.problems.append("no sender")
        return ParsedMail(
            sha256=sha256,
            headers=self.headers,
            from_=senders[0] if senders else NOBODY,
            reply_to=self._people("reply-to"),
            to=self._people("to"),
            cc=self._people("cc"),
            delivered_to=self._delivered_to(),
            subject=self.fenced("subject", lambda: self.headers.text("subject"), "")[:LONGEST_SUBJECT],
            date=sortable(sent_at, arrived_at),
            sent_at=sent_at,
            date_header=date_header,
            message_id=self.fenced("message-id", self._message_id, "") or f"{sha256}@generated",
            in_reply_to=self._ids("in-reply-to"),
            references=self._ids("references"),
            thread_root=self.fenced("thread-index", self._thread_root, ""),
            text=self.body.text,
            html=self.body.html,
            attachments=tuple(self.body.attachments),
            media_type=tidy(self.root.media_type)[:100],
            report_type=tidy(self.root.content_type.get("report-type")).lower()[:100],
            problems=self._all_problems(),
        )

    def _sent_at(self) -> datetime | None:
        value = self.headers.raw("date")
        if found := moment(value):
            return found
        self.problems.append("date that cannot be read" if value else "no date")
        received = self.headers.raw("received").rpartition(";")[2]
        return moment(received) if received else None

    def _people(self, name: str) -> tuple[Address, ...]:
        values = self.headers.all_raw(name)[:20]
        return self.fenced(name, lambda: tuple(found for value in values for found in addresses(value)), ())

    def _delivered_to(self) -> tuple[str, ...]:
        found = [person.address for name in DELIVERED_TO for person in self._people(name) if person.address]
        return tuple(dict.fromkeys(found))

    def _message_id(self) -> str:
        value = self.headers.raw("message-id")
        match = IN_BRACKETS.search(value)
        found = kept_id(BLANKS.sub("", match.group(1) if match else value).strip("<>"))
        if not found:
            self.problems.append("no message-id")
        return found

    def _ids(self, name: str) -> tuple[str, ...]:
        value = self.headers.raw(name)
        return self.fenced(name, lambda: message_ids(value), ()) if value else ()

    def _thread_root(self) -> str:
        value = BLANKS.sub("", self.headers.raw("thread-index"))
        try:
            data = binascii.a2b_base64(value.encode("ascii", "ignore")[:200])[:THREAD_ROOT_BYTES]
        except binascii.Error:
            return ""
        return base64.b64encode(data).decode("ascii") if len(data) == THREAD_ROOT_BYTES else ""

    def _all_problems(self) -> tuple[str, ...]:
        found = [*self.problems, *(p for part in self.root.walk() for p in part.problems), *self.body.problems]
        return tuple(dict.fromkeys(found))[:MOST_PROBLEMS]


def kept_id(found: str) -> str:
    """Return the form in which an id is kept and compared, wherever it stands: storable, and of an endless one a hash.

    Nothing in it is cut off, so that two ids with the same beginning stay two.
    """
    text = tidy(found)
    if len(text) * 4 <= LONGEST_ID or len(text.encode()) <= LONGEST_ID:
        return text
    return f"{hashlib.sha256(text.encode()).hexdigest()}@generated"


def message_ids(value: str) -> tuple[str, ...]:
    """Return the ids in a header value, without brackets and blanks, each once; of too many, the first and the last."""
    found = IN_BRACKETS.findall(value) or [word for word in value.split() if "@" in word]
    ids = dict.fromkeys(kept_id(BLANKS.sub("", text).strip("<>\"',;")) for text in found)
    ids.pop("", None)
    kept = list(ids)
    return tuple(kept if len(kept) <= MOST_IDS else [kept[0], *kept[1 - MOST_IDS :]])


def _with_line_feeds(raw: bytes) -> bytes:
    """Return a mail that has carriage returns for line ends, as old Macs wrote them, with line feeds instead."""
    head = raw[:4000]
    return raw.replace(b"\r", b"\n") if b"\r" in head and b"\n" not in head else raw
