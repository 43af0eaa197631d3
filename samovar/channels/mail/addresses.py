"""Names and addresses out of header values, however they are written."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from samovar.channels.mail.headers import words_decoded
from samovar.lib.text import tidy

MOST_ADDRESSES = 1000
LONGEST_NAME = 1000
# Each mark that is never closed costs a look at all that stands behind it; after so many they are letters like others.
MOST_UNCLOSED = 20

# By far the most addresses look like one of these two.
PLAIN = re.compile(r"\s*+([^\s<>()\[\],;:\"@\\]++@[^\s<>()\[\],;:\"@\\]++)\s*+")
NAMED = re.compile(r"\s*+\"?([^\"<>()\[\],;:@\\]*+)\"?\s*+<" + PLAIN.pattern + r">\s*+")

PIECE = re.compile(
    r"\"((?:[^\"\\]|\\.)*+)\"|\(((?:[^()\\]|\\.)*+)\)|<([^<>]*+)>?|([,;])|(:)|(\[[^\[\]]*+\])|([^\"(<,;:\[]++|.)",
    re.DOTALL,
)
UNQUOTED_PIECE = re.compile(r"((?!))|((?!))|<([^<>]*+)>?|([,;])|(:)|(\[[^\[\]]*+\])|([^<,;:\[]++|.)", re.DOTALL)
ESCAPED = re.compile(r"\\(.)", re.DOTALL)
ROUTE = re.compile(r"^@[^:]*+:")
MAILTO = re.compile(r"^mailto:", re.IGNORECASE)
LOOKS_LIKE_ADDRESS = re.compile(r"(?<![^\s@])[^\s@]{1,320}+@[^\s@]{1,320}+")


@dataclass(frozen=True)
class Address:
    """Who somebody says to be, and the address; both may be empty, and the address is as it was written."""

    name: str
    address: str

    @property
    def domain(self) -> str:
        """What stands behind the last @, in small letters."""
        return self.address.rpartition("@")[2].lower() if "@" in self.address else ""

    @property
    def local_part(self) -> str:
        """What stands before the last @, in small letters."""
        return self.address.rpartition("@")[0].lower()


NOBODY = Address("", "")


def addresses(value: str) -> list[Address]:
    """Return the addresses in an unfolded header value; groups are opened, and what has no address keeps its name."""
    if match := PLAIN.fullmatch(value):
        return [Address("", tidy(match.group(1)))]
    if match := NAMED.fullmatch(value):
        return [Address(_name(match.group(1)), tidy(match.group(2)))]
    found: list[Address] = []
    entry = _Entry()
    for match in _pieces(value):
        quoted, comment, angle, separator, colon, literal, text = match.groups()
        if separator:
            entry.give_to(found)
            entry = _Entry()
        elif colon:
            entry = entry.after_colon()
        elif angle is not None:
            entry.take_address(angle)
        else:
            entry.take(quoted, comment, literal or text)
        if len(found) >= MOST_ADDRESSES:
            return found
    entry.give_to(found)
    return found


def _pieces(value: str) -> Iterator[re.Match[str]]:
    position, left = 0, MOST_UNCLOSED
    while match := (PIECE if left > 0 else UNQUOTED_PIECE).match(value, position):
        left -= match.group() in {'"', "("}
        yield match
        position = match.end()


class _Entry:
    """One address while it is being read: words that are its name or, without brackets, the address itself."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self.comments: list[str] = []
        self.address = ""
        self.is_quoted = False

    def after_colon(self) -> "_Entry":
        """Return the entry to go on with: before the colon stood the name of a group, or ``mailto``."""
        return self if self.address else _Entry()

    def take_address(self, text: str) -> None:
        """Take what stood in angle brackets; of several, the last that looks like an address."""
        text = MAILTO.sub("", ROUTE.sub("", text.strip()))
        if not self.address or "@" in text:
            self.address = re.sub(r"\s+", "", text)

    def take(self, quoted: str | None, comment: str | None, text: str | None) -> None:
        """Take a word, a quoted text or a comment."""
        if quoted is not None:
            self.is_quoted = True
            self.words.append(ESCAPED.sub(r"\1", quoted))
        elif comment is not None:
            self.comments.append(ESCAPED.sub(r"\1", comment))
        elif text:
            self.words.append(text)

    def give_to(self, found: list[Address]) -> None:
        """Add the finished entry to ``found``, unless there is nothing in it."""
        text = "".join(self.words).strip()
        address = self.address
        if not address and not self.is_quoted and (match := LOOKS_LIKE_ADDRESS.search(text)):
            address = match.group()
            text = (text[: match.start()] + text[match.end() :]).strip()
        elif not address and "@" in text:
            address, text = text, ""
        name = _name(text) or _name(" ".join(self.comments))
        if name or address:
            found.append(Address(name, tidy(address)))


def _name(text: str) -> str:
    """Return a display name, without the quotation marks that some programs leave around it."""
    name = tidy(words_decoded(text))[:LONGEST_NAME]
    while len(name) > 1 and name[0] == name[-1] and name[0] in "\"'":
        name = name[1:-1].strip()
    return name
