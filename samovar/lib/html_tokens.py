"""HTML from outside cut into texts and tags: in one pass, whatever the input, without a tree that could be too deep.

A tree parser gives up on pages that are nested too deep, and loses what stands behind; and the time that a browser's
algorithm needs for unclosed tags grows with the square of their number. Reading token by token does neither.
"""

import re
from collections.abc import Iterator
from html import unescape
from typing import NamedTuple

# A tag ends at the first ">" outside a quoted value. The possessive "++" and "*+" keep a failing match linear.
TAG = re.compile(r"<(/?)([A-Za-z][^\s/>]*+)((?:[^>=]++|=\s*+(?:\"[^\"]*+\"|'[^']*+')|=)*+)>")
OPENING = re.compile(r"</?[A-Za-z]")
BROKEN_TAG = re.compile(r"</?[A-Za-z!?][^<>]*+>?")
COMMENT_END = re.compile(r"--!?>")
DECLARATION_END = re.compile(r">")
ATTRIBUTE = re.compile(r"([^\s\"'>/=]++)(?:\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'>]++)))?")

# Python refuses to read a number of more than 4300 digits, and no character has one.
ENDLESS_NUMBER = re.compile(r"&#\d{4000,}+")

# What stands inside these is not HTML, up to their end tag.
OPAQUE = frozenset({"script", "style", "title", "xmp", "iframe", "noembed", "noframes", "template"})
VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"}
)


class Token(NamedTuple):
    """A piece of a page: a text (no name), a start tag, or an end tag."""

    name: str
    is_end: bool
    text: str
    """The text as it stands, entities not resolved; of a tag: its attributes as they stand."""


def tokens(html: str) -> Iterator[Token]:
    """Yield the texts and tags of ``html`` in order; comments, declarations, scripts and styles are left out.

    Time is linear in the length of ``html``.
    """
    position, unclosed = 0, set[str]()
    while (start := html.find("<", position)) >= 0:
        if start > position:
            yield Token("", False, html[position:start])
        match = TAG.match(html, start)
        if match:
            token = Token(match.group(2).lower(), match.group(1) == "/", match.group(3))
            position = match.end()
            end = _end_of_opaque(html, token, position, unclosed)
            if end:
                position = end
            else:
                yield token
        elif OPENING.match(html, start):
            yield from _without_tags(html, start)
            return
        else:
            position, text = _past_markup(html, start)
            yield Token("", False, text)
    yield Token("", False, html[position:])


def attributes(text: str) -> dict[str, str]:
    """Return the attributes of a start tag, the first of each name, entities resolved."""
    found: dict[str, str] = {}
    for name, double, single, bare in ATTRIBUTE.findall(text):
        found.setdefault(name.lower(), resolved(double or single or bare))
    return found


def resolved(text: str) -> str:
    """Return ``text`` with its entities resolved; never raises."""
    return unescape(ENDLESS_NUMBER.sub("\ufffd", text) if "&#" in text else text)


def _past_markup(html: str, start: int) -> tuple[int, str]:
    """Return where the comment or declaration at ``start`` ends; a lone "<" is text."""
    if html.startswith("<!--", start):
        if html.startswith((">", "->"), start + 4):
            return html.index(">", start) + 1, ""
        end = COMMENT_END.search(html, start + 4)
        return (end.end() if end else len(html)), ""
    if html.startswith(("<!", "<?", "</"), start):
        end = DECLARATION_END.search(html, start)
        return (end.end() if end else len(html)), ""
    return start + 1, "<"


def _end_of_opaque(html: str, token: Token, position: int, unclosed: set[str]) -> int:
    """Return where the element ends that began with ``token``, 0 when its content is to be read like any other."""
    if token.is_end or token.name not in OPAQUE or token.name in unclosed:
        return 0
    end = re.compile(rf"</{token.name}[\s/>]", re.IGNORECASE).search(html, position)
    if end is None:
        unclosed.add(token.name)
        return 0
    close = html.find(">", end.end() - 1)
    return close + 1 if close >= 0 else len(html)


def _without_tags(html: str, start: int) -> Iterator[Token]:
    """Yield the rest of a page whose tag at ``start`` never ends, with all that looks like a tag left out."""
    position = start
    for match in BROKEN_TAG.finditer(html, start):
        if match.start() > position:
            yield Token("", False, html[position : match.start()])
        position = match.end()
    if position < len(html):
        yield Token("", False, html[position:])
