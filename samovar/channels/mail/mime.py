"""The parts of a mail as ranges of its bytes: no copies, no recursion without end, whatever the bytes say."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from samovar.channels.mail.headers import Headers, Parameters, parameters, read_headers

MOST_PARTS = 1000
DEEPEST = 20

BLANK_LINES = re.compile(rb"(?:[ \t\r]*\n)*")
AFTER_DELIMITER = re.compile(rb"(--)?[ \t\r]*+(?:\n|\Z)")
LINE_ENDS = b"\r\n"
LIKELY_BOUNDARY = re.compile(rb"^--(-*[A-Za-z0-9=_][^\s]{3,200})[ \t\r]*$", re.MULTILINE)
UNKNOWN = "application/octet-stream"
PLAIN = Parameters("text/plain")
MESSAGE = Parameters("message/rfc822")


@dataclass
class Part:
    """One part: its header, and where its body stands in the bytes of the mail."""

    headers: Headers
    content_type: Parameters
    start: int
    end: int
    parts: list["Part"] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def media_type(self) -> str:
        """The type and subtype, in small letters; what cannot be read as such is a file of unknown kind."""
        value = self.content_type.value
        if not value:
            return "text/plain"
        if value.count("/") == 1 and " " not in value:
            return value
        return {"text": "text/plain", "plain": "text/plain", "multipart": "multipart/mixed"}.get(value, UNKNOWN)

    @property
    def disposition(self) -> Parameters:
        """How the part wants to be shown, and under which name."""
        return parameters(self.headers.raw("content-disposition"))

    def walk(self) -> Iterator["Part"]:
        """Yield this part and all parts in it."""
        waiting = [self]
        while waiting:
            part = waiting.pop()
            yield part
            waiting.extend(reversed(part.parts))


def split(raw: bytes) -> Part:
    """Return the tree of parts of a whole mail. Linear in its length, whatever it holds.

    Attached messages stay leaves: what is in them is theirs. At most 1000 parts are told apart, 20 levels deep; what
    goes beyond stays in the part that it stands in.
    """
    beginning = BLANK_LINES.match(raw)
    root = _read(raw, beginning.end() if beginning else 0, len(raw), PLAIN)
    left = MOST_PARTS
    waiting = [(root, 1)]
    while waiting:
        part, depth = waiting.pop()
        if not part.media_type.startswith("multipart/"):
            continue
        if depth > DEEPEST or left <= 0:
            root.problems.append("parts nested too deep or too many: the innermost are read as text")
            part.content_type = PLAIN
            continue
        part.parts = _children(raw, part, left)
        left -= len(part.parts)
        waiting.extend((child, depth + 1) for child in part.parts)
    return root


def _read(raw: bytes, start: int, end: int, default: Parameters) -> Part:
    headers, body, problems = read_headers(raw, start, end)
    value = headers.raw("content-type")
    return Part(headers, parameters(value) if value else default, body, end, problems=problems)


def _children(raw: bytes, part: Part, most: int) -> list[Part]:
    boundary = part.content_type.get("boundary").rstrip().encode("utf-8", "replace")
    ranges, is_closed = _between(raw, boundary, part, most) if boundary else ([], False)
    if not ranges and (likely := LIKELY_BOUNDARY.search(raw, part.start, part.end)):
        part.problems.append("boundary missing or wrong: the likeliest one was used")
        ranges, is_closed = _between(raw, likely.group(1).removesuffix(b"--"), part, most)
    if not ranges:
        part.problems.append("multipart without parts: read as text")
        part.content_type = PLAIN
        return []
    if not is_closed:
        part.problems.append("the last part is not closed")
    if len(ranges) >= most:
        part.problems.append("too many parts: the last ones were not told apart")
    default = MESSAGE if part.media_type == "multipart/digest" else PLAIN
    return [_read(raw, start, end, default) for start, end in ranges]


def _between(raw: bytes, boundary: bytes, part: Part, most: int) -> tuple[list[tuple[int, int]], bool]:
    """Return the ranges between the delimiter lines, and whether the closing one was found."""
    delimiter = b"--" + boundary
    ranges: list[tuple[int, int]] = []
    begin, position, is_closed = -1, part.start, False
    while not is_closed and len(ranges) < most - 1 and (found := raw.find(delimiter, position, part.end)) >= 0:
        position = found + len(delimiter)
        tail = AFTER_DELIMITER.match(raw, position, part.end)
        if tail is None or (found > part.start and raw[found - 1] not in LINE_ENDS):
            continue
        if begin >= 0:
            ranges.append((begin, max(begin, _before_line_end(raw, found))))
        begin = position = tail.end()
        is_closed = tail.group(1) is not None
    if begin >= 0 and not is_closed:
        ranges.append((begin, part.end))
    return ranges, is_closed


def _before_line_end(raw: bytes, position: int) -> int:
    """Return where the line before ``position`` ends: its line end belongs to the delimiter."""
    if raw[position - 1 : position] == b"\n":
        position -= 1
        while raw[position - 1 : position] == b"\r":
            position -= 1
    return position
