"""HTML from outside made safe to show: no scripts, no requests, nothing that leaves its frame.

Two steps, each an allow list. The first writes the page anew from its tokens, nested properly and not too deep: the
algorithm of browsers, which the second follows, needs time and memory that grow with the square of what is nested or
left open. The second, nh3, reads what was written as a browser would, and has the last word.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape

import nh3

from samovar.lib.html_rules import (
    ATTRIBUTES,
    BLANKS,
    DATA_IMAGE,
    EVERYWHERE,
    INLINE,
    LINK_SCHEMES,
    OWN_IMAGE,
    STYLES,
    TAGS,
    safe_link,
    safe_style,
)
from samovar.lib.html_tokens import VOID, attributes, resolved, tokens

DEEPEST = 100
LONGEST = 2_000_000
"""In characters. What stands behind is not shown; a longer page is no letter."""
MOST_ATTRIBUTES = 30
MOST_AMPERSANDS = 50_000
"""The algorithm of browsers copies all text before each one; further ones are shown as the wide letter."""

# What an open element is ended by, and what no end tag and no such beginning reaches across.
ENDED_BY = {
    "li": {"li"},
    "dt": {"dt", "dd"},
    "dd": {"dt", "dd"},
    "td": {"td", "th"},
    "th": {"td", "th"},
    "tr": {"tr", "td", "th"},
    "tbody": {"tbody", "thead", "tfoot", "tr", "td", "th"},
    "thead": {"tbody", "thead", "tfoot", "tr", "td", "th"},
    "tfoot": {"tbody", "thead", "tfoot", "tr", "td", "th"},
    "p": {"p"},
}
CELL_FENCES = frozenset({"td", "th", "table"})
TABLE_PARTS = frozenset({"td", "th", "tr", "tbody", "thead", "tfoot", "table", "caption", "colgroup"})
ImageAddress = Callable[[str], str | None]
"""Given an address that a picture has in the mail, returns where we serve it, or None for not at all."""


@dataclass(frozen=True)
class SafeHtml:
    """HTML that may be shown in a frame without scripts, and how many pictures of others it leaves out."""

    html: str
    blocked_images: int


def no_image(address: str) -> str | None:
    """Show no picture."""
    return None


def sanitise(html: str, attached_image: ImageAddress = no_image, remote_image: ImageAddress = no_image) -> SafeHtml:
    """Return ``html`` without anything that runs, fetches or escapes.

    ``attached_image`` is asked for pictures of the mail itself (by content id), ``remote_image`` for all others; by
    default none is shown. Time is linear in the length of ``html``.
    """
    page = _Page(attached_image, remote_image)
    for name, is_end, text in tokens(html[:LONGEST]):
        if not name:
            page.write(text)
        elif is_end:
            page.leave(name)
        else:
            page.enter(name, text)
    return SafeHtml(CLEANER.clean(page.finish()), page.blocked_images)


@dataclass
class _Page:
    """The page as it is written anew."""

    attached_image: ImageAddress
    remote_image: ImageAddress
    pieces: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    blocked_images: int = 0
    ampersands: int = 0

    def write(self, text: str) -> None:
        """Add text, its entities resolved."""
        text = resolved(text)
        self.ampersands += text.count("&")
        if self.ampersands > MOST_AMPERSANDS:
            text = text.replace("&", "\uff06")
        self.pieces.append(escape(text, quote=False))

    def enter(self, name: str, text: str) -> None:
        """Begin an element, if it is of an allowed kind and not too deep."""
        if name == "image":
            name = "img"
        if name not in TAGS:
            return
        self._end_what_this_ends(name)
        if name not in VOID:
            if len(self.open) >= DEEPEST:
                return
            self.open.append(name)
        given = self._allowed(name, text) if text else {}
        written = "".join(f' {key}="{escape(value)}"' for key, value in given.items())
        self.pieces.append(f"<{name}{written}>")

    def leave(self, name: str) -> None:
        """End an element, and what is still open inside it."""
        if name == "br":
            self.enter("br", "")
        for index in range(len(self.open) - 1, -1, -1):
            found = self.open[index]
            if found == name:
                self._close(index)
                return
            is_fence = found in CELL_FENCES and name not in TABLE_PARTS
            if is_fence or (found == "table" and name != "table") or (name in INLINE and found not in INLINE):
                return

    def finish(self) -> str:
        """Return the whole page with everything closed."""
        self._close(0)
        return "".join(self.pieces)

    def _end_what_this_ends(self, name: str) -> None:
        ended = ENDED_BY.get("p" if name not in ENDED_BY and name not in INLINE and name not in VOID else name)
        for index in range(len(self.open) - 1, -1, -1):
            found = self.open[index]
            if ended and found in ended:
                self._close(index)
                return
            if found not in INLINE or name in INLINE:
                return

    def _close(self, index: int) -> None:
        for name in reversed(self.open[index:]):
            self.pieces.append(f"</{name}>")
        del self.open[index:]

    def _allowed(self, tag: str, text: str) -> dict[str, str]:
        allowed: dict[str, str] = {}
        for name, value in list(attributes(text).items())[:MOST_ATTRIBUTES]:
            if name == "style":
                kept: str | None = safe_style(value)
            elif name == "href" and tag == "a":
                kept = safe_link(value)
            elif name == "src" and tag == "img":
                kept = self._image(value)
            else:
                is_allowed = name in EVERYWHERE or (name in ATTRIBUTES.get(tag, ()) and name != "target")
                kept = value if is_allowed else None
            if kept:
                allowed[name] = kept
        if tag == "a" and "href" in allowed:
            allowed["target"] = "_blank"
        return allowed

    def _image(self, address: str) -> str | None:
        bare = BLANKS.sub("", address)
        if bare[:4].lower() == "cid:":
            found = self.attached_image(bare[4:])
        elif DATA_IMAGE.fullmatch(bare):
            found = bare
        else:
            found = self.remote_image(bare)
            self.blocked_images += found is None
        return found if found and OWN_IMAGE.match(found) else None


CLEANER = nh3.Cleaner(
    tags=set(TAGS),
    clean_content_tags={"script", "style"},
    attributes={"*": set(EVERYWHERE), **ATTRIBUTES},
    url_schemes={*LINK_SCHEMES, "data"},
    link_rel="noopener noreferrer",
    filter_style_properties=set(STYLES),
    strip_comments=True,
)
