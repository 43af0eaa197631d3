"""The text of a message as a page shows it: paragraphs, links, folded quotes, nothing longer than a page can bear."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from samovar.conversations.naming import names_in
from samovar.lib.links import LINK, trimmed

MANY_LINES = re.compile(r"\n[ \t\r]*+\n(?:[ \t\r]*+\n)++")
# Blank lines go, so more is looked at than is shown.
LOOKED_AT = 4


@dataclass(frozen=True)
class Piece:
    """A piece of text; with ``url`` it is a link, which shows where it leads, or the name of a colleague."""

    text: str
    url: str = ""
    is_name: bool = False


@dataclass(frozen=True)
class Passage:
    """A run of text that is either shown or folded away; ``is_cut`` says that it goes on."""

    is_hidden: bool
    pieces: tuple[Piece, ...]
    is_cut: bool = False


def passages(
    parts: Iterable[tuple[bool, str]], most_shown: int, most_hidden: int, names: Sequence[str] = ()
) -> list[Passage]:
    """Return the parts of a text, (is hidden, text) each, as passages.

    At most ``most_shown`` characters are shown and ``most_hidden`` are folded; what is cut off there says so. Of
    colleagues who are called by ``names``, it is said where they are named.
    """
    left = {False: most_shown, True: most_hidden}
    found = []
    for is_hidden, text in parts:
        whole = _without_blank_ends(text)
        looked_at = whole[: LOOKED_AT * left[is_hidden]]
        tidied = MANY_LINES.sub("\n\n", looked_at)
        kept = tidied[: left[is_hidden]]
        left[is_hidden] -= len(kept)
        if whole:
            is_cut = len(kept) < len(tidied) or len(looked_at) < len(whole)
            found.append(Passage(is_hidden, tuple(_pieces(kept, names)), is_cut))
    return found


def _without_blank_ends(text: str) -> str:
    text = text.rstrip()
    indented = text.lstrip(" \t\r\n")
    return text[text.rfind("\n", 0, len(text) - len(indented)) + 1 :]


def _pieces(text: str, names: Sequence[str]) -> Iterator[Piece]:
    for piece in _linked(text):
        if names and not piece.url:
            yield from _named(piece.text, names)
        else:
            yield piece


def _named(text: str, names: Sequence[str]) -> Iterator[Piece]:
    last = 0
    for match in names_in(names).finditer(text):
        if match.start() > last:
            yield Piece(text[last : match.start()])
        yield Piece(match.group(), is_name=True)
        last = match.end()
    if last < len(text):
        yield Piece(text[last:])


def _linked(text: str) -> Iterator[Piece]:
    last = 0
    for match in LINK.finditer(text):
        url = trimmed(match.group())
        if match.start() > last:
            yield Piece(text[last : match.start()])
        yield Piece(url, url)
        last = match.start() + len(url)
    if last < len(text):
        yield Piece(text[last:])
