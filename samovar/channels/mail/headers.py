"""What stands in the header of a mail or of a part: found in the bytes, and decoded only when asked for."""

import binascii
import re
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from samovar.channels.mail.charsets import MEANT, decoded, guess
from samovar.lib.text import tidy

END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
MOST_HEADER_BYTES = 1_000_000
LONGEST_VALUE = 100_000

FIELD = re.compile(rb"([!-9;-~]{1,300}+)[ \t]*:((?:[^\n]*+\n[ \t])*+[^\n]*+)(?:\n|\Z)")
BLANK_LINE = re.compile(rb"\r*(?:\n|\Z)")
ENVELOPE_LINE = re.compile(rb">?From [^\n]*+(?:\n|\Z)")
LINE = re.compile(rb"[^\n]*+(?:\n|\Z)")
KNOWN_FIELD = re.compile(
    rb"(?:from|to|cc|subject|date|message-id|mime-version|content-[a-z-]+|received|return-path|reply-to"
    rb"|references|in-reply-to|x-[a-z-]+)[ \t]*:",
    re.IGNORECASE,
)
FOLD = re.compile(rb"\r*\n[ \t]+|[\r\n]+")
ENCODED_WORD = re.compile(r"=\?([^?\s]{1,80})\?([bBqQ])\?([^?]*+)\?=")
PARAMETER = re.compile(
    r";\s*+([^\s=;\"*]{1,100}+)(\*\d{1,3}+)?(\*)?\s*+=\s*+(?:\"((?:[^\"\\]|\\.)*+)\"|([^;]*+))", re.DOTALL
)
ESCAPED = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True)
class Headers:
    """The fields of one header, by name in small letters, each with its values as bytes in their order."""

    fields: dict[str, list[bytes]] = field(default_factory=dict)

    def __contains__(self, name: str) -> bool:
        return name in self.fields

    def raw(self, name: str) -> str:
        """Return the first value, unfolded, not decoded ("" for none): for fields that are not meant for people."""
        values = self.fields.get(name)
        return unfolded(values[0]) if values else ""

    def all_raw(self, name: str) -> list[str]:
        """Return all values as ``raw`` does, the topmost first."""
        return [unfolded(value) for value in self.fields.get(name, ())]

    def text(self, name: str) -> str:
        """Return the first value decoded, as one storable line ("" for none)."""
        values = self.fields.get(name)
        return tidy(words_decoded(unfolded(values[0]))) if values else ""


@dataclass(frozen=True)
class Parameters:
    """A value such as ``text/plain; charset=utf-8``: what it says first, in small letters, and its parameters."""

    value: str
    given: dict[str, str] = field(default_factory=dict)

    def get(self, name: str) -> str:
        """Return the parameter, "" when it is not given."""
        return self.given.get(name, "")


def head_of(raw: bytes) -> bytes:
    """Return what stands before the first empty line, without a copy of what comes after it, which may be large."""
    end = END_OF_HEAD.search(raw)
    return raw[: end.start()] if end else raw


def read_headers(raw: bytes, start: int, end: int) -> tuple[Headers, int, list[str]]:
    """Return the header at ``start``, where its body begins, and what was wrong. Linear in the header's length."""
    fields: dict[str, list[bytes]] = {}
    problems: list[str] = []
    limit = min(end, start + MOST_HEADER_BYTES)
    position = start
    while position < limit:
        match = FIELD.match(raw, position, limit)
        if match:
            fields.setdefault(match.group(1).decode("ascii").lower(), []).append(match.group(2))
            position = match.end()
            continue
        if blank := BLANK_LINE.match(raw, position, end):
            return Headers(fields), blank.end(), problems
        line = LINE.match(raw, position, limit)
        after = line.end() if line else limit
        if not (ENVELOPE_LINE.match(raw, position, limit) and position == start):
            problems.append("a line in the header that is no field")
            if not KNOWN_FIELD.match(raw, after, limit):
                return Headers(fields), position, problems
        position = after
    if limit < end:
        problems.append("header longer than 1 MB: its end was not read")
        position = _end_of_header(raw, position, end)
    return Headers(fields), position, problems


def _end_of_header(raw: bytes, position: int, end: int) -> int:
    match = re.compile(rb"\n\r*\n").search(raw, position, end)
    return match.end() if match else end


def unfolded(value: bytes) -> str:
    """Return a value as one line. Bytes above ASCII, which should not be there, are read as the likeliest charset."""
    if len(value) > LONGEST_VALUE:
        value = value[:LONGEST_VALUE]
    value = FOLD.sub(b" ", value).strip()
    return value.decode("ascii") if value.isascii() else guess(value)[0]


def words_decoded(text: str) -> str:
    """Return ``text`` with its encoded words (RFC 2047) read; those that cannot be read stay as they are.

    Neighbours of one charset are joined before they are read: some senders cut characters in two.
    """
    if "=?" not in text:
        return text
    found: list[str] = []
    waiting: list[bytes] = []
    charset, position = "", 0
    for match in ENCODED_WORD.finditer(text):
        data = _word_bytes(*match.groups())
        if data is None:
            continue
        between = text[position : match.start()]
        word_charset = match.group(1).split("*")[0].lower()
        is_neighbour = bool(waiting) and not between.strip()
        if not is_neighbour or word_charset != charset:
            found += [decoded(b"".join(waiting), charset)[0], "" if is_neighbour else between]
            waiting, charset = [], word_charset
        waiting.append(data)
        position = match.end()
    return "".join([*found, decoded(b"".join(waiting), charset)[0], text[position:]])


def _word_bytes(charset: str, encoding: str, text: str) -> bytes | None:
    try:
        raw = text.encode("ascii" if text.isascii() else MEANT.get(charset.lower(), charset))
    except (UnicodeError, LookupError):
        raw = text.encode("utf-8", "replace")
    if encoding in "qQ":
        return binascii.a2b_qp(raw, header=True)
    letters = raw.strip().rstrip(b"=").replace(b" ", b"")
    if len(letters) % 4 == 1:
        letters = letters[:-1]
    try:
        return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))
    except binascii.Error:
        return None


def parameters(value: str) -> Parameters:
    """Return what a structured value says, with parameters in pieces or another charset (RFC 2231) put together."""
    main, separator, rest = value.partition(";")
    if not separator:
        return Parameters(main.strip().lower())
    given: dict[str, str] = {}
    pieces: dict[str, list[tuple[int, str, bool]]] = {}
    for match in PARAMETER.finditer(separator + rest):
        name, number, star, quoted, bare = match.groups()
        text = ESCAPED.sub(r"\1", quoted) if quoted is not None else bare.strip().strip('"')
        if number or star:
            pieces.setdefault(name.lower(), []).append((int((number or "*0")[1:]), text, bool(star)))
        else:
            given.setdefault(name.lower(), words_decoded(text))
    for name, parts in pieces.items():
        given[name] = _joined(sorted(parts, key=lambda part: part[0]))
    return Parameters(main.strip().lower(), given)


def _joined(parts: list[tuple[int, str, bool]]) -> str:
    """Return the pieces of one parameter as text; the first encoded one names the charset."""
    charset, found = "", b""
    for index, (_, text, is_encoded) in enumerate(parts):
        if is_encoded and index == 0 and text.count("'") >= 2:
            charset, _, text = text.split("'", 2)
        found += unquote_to_bytes(text) if is_encoded else text.encode("utf-8", "replace")
    text = decoded(found, charset)[0]
    return text if charset else words_decoded(text)
