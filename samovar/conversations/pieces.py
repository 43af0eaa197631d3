"""The text of a message as a page shows it: paragraphs, links, folded quotes, nothing longer than a page can bear."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

LINK = re.compile(r"https?://[^\s<>\"«»]+", re.IGNORECASE)
# What stands after a link in a sentence and does not belong to it.
AFTER_LINK = ".,;:!?'*_"
MANY_LINES = re.compile(r"\n[ \t\r]*\n(?:[ \t\r]*\n)+")
BLANK_ENDS = re.compile(r"^(?:[ \t\r]*\n)+|\s+$")


@dataclass(frozen=True)
class Piece:
    """A piece of text; with ``url`` it is a link, which shows where it leads."""

    text: str
    url: str = ""


@dataclass(frozen=True)
class Passage:
    """A run of text that is either shown or folded away; ``is_cut`` says that it goes on."""

    is_hidden: bool
    pieces: tuple[Piece, ...]
    is_cut: bool = False


def passages(parts: Iterable[tuple[bool, str]], most_shown: int, most_hidden: int) -> list[Passage]:
    """Return the parts of a text, (is hidden, text) each, as passages.

    At most ``most_shown`` characters are shown and ``most_hidden`` are folded; what is cut off there says so.
    """
    left = {False: most_shown, True: most_hidden}
    found = []
    for is_hidden, text in parts:
        tidied = MANY_LINES.sub("\n\n", BLANK_ENDS.sub("", text))
        kept = tidied[: left[is_hidden]]
        left[is_hidden] -= len(kept)
        if tidied:
            found.append(Passage(is_hidden, tuple(_pieces(kept)), is_cut=len(kept) < len(tidied)))
    return found


def _pieces(text: str) -> Iterator[Piece]:
    last = 0
    for match in LINK.finditer(text):
        url = _trimmed(match.group())
        if match.start() > last:
            yield Piece(text[last : match.start()])
        yield Piece(url, url)
        last = match.start() + len(url)
    if last < len(text):
        yield Piece(text[last:])


def _trimmed(url: str) -> str:
    while url.endswith(tuple(AFTER_LINK)) or (url.endswith((")", "]")) and not _is_closing(url)):
        url = url[:-1]
    return url


def _is_closing(url: str) -> bool:
    opening = {")": "(", "]": "["}[url[-1]]
    return url.count(opening) >= url.count(url[-1])
