"""HTML from outside as plain text, in linear time and at any depth of nesting."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from samovar.lib.html_tokens import VOID, resolved, tokens

BLANKS = re.compile(r"[ \t\r\n\f]+")
HIDING = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|\shidden(?:[\s=]|$)", re.IGNORECASE)
NO_MARGIN = re.compile(r"\bMso|margin\s*:\s*0", re.IGNORECASE)
ALT = re.compile(r"""\balt\s*=\s*["']?([^"'\s>]{1,8})["'\s]""", re.IGNORECASE)

# fmt: off
BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "div",
    "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header",
    "hgroup", "hr", "html", "legend", "li", "main", "nav", "ol", "option", "p", "pre", "section", "summary",
    "table", "tbody", "tfoot", "thead", "tr", "ul",
})
# fmt: on
SPACED = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6"})
CELLS = frozenset({"td", "th"})

Mark = Callable[[str, str], str]
"""Given the name and the attributes of a start tag, returns how to mark its element ("" for not at all)."""


@dataclass(frozen=True)
class Span:
    """A range of the text that comes from one marked element."""

    mark: str
    start: int
    end: int


def no_mark(name: str, attributes: str) -> str:
    """Mark nothing."""
    return ""


def text_of(html: str) -> str:
    """Return what a reader of ``html`` sees, as plain text with one line for each line or table row."""
    return marked_text(html, no_mark)[0]


def marked_text(html: str, mark: Mark) -> tuple[str, list[Span]]:
    """Return the text of ``html`` and the ranges of it that come from elements which ``mark`` gives a name.

    Of marked elements inside one another only the outermost counts. Elements hidden by their style are left out.
    """
    page = _Page()
    for name, is_end, text in tokens(html):
        if not name:
            page.write(text)
        elif is_end:
            page.leave(name)
        else:
            page.enter(name, text, mark)
    return page.finish()


@dataclass
class _Page:
    """The text so far, and what is open at this point of the page."""

    pieces: list[str] = field(default_factory=list)
    length: int = 0
    ends_of_line: int = 2
    """How many line ends stand at the end of the text so far; at its beginning there is nothing to separate from."""
    gap: str = ""
    pre: int = 0
    items: list[int] = field(default_factory=list)
    """The lists that are open: the next number of an ordered one, 0 for any other."""
    spans: list[Span] = field(default_factory=list)
    marked: list[tuple[str, str, int]] = field(default_factory=list)
    """The marked element that is open, if any (tag, mark, start), and once more for each such tag nested in it."""
    hidden: list[str] = field(default_factory=list)
    """The tag of the hidden element that is open, if any, once for each nested such tag."""

    def write(self, text: str) -> None:
        """Add text, blanks collapsed as on a page."""
        if self.hidden:
            return
        if "&" in text:
            text = resolved(text)
        if self.pre:
            self._add(text.replace("\r\n", "\n"))
            return
        text = BLANKS.sub(" ", text)
        bare = text.strip(" ")
        if text.startswith(" ") and not self.gap:
            self.gap = " "
        if bare and not bare.strip("\xa0 "):
            # What is there cannot be seen, but it gives the line its height.
            self.ends_of_line = 0
        elif bare:
            self._add((self.gap if not self.ends_of_line else "") + bare.replace("\xa0", " "))
            self.gap = " " if text.endswith(" ") else ""

    def enter(self, name: str, attributes: str, mark: Mark) -> None:
        """Begin an element."""
        if self.hidden:
            if name == self.hidden[0]:
                self.hidden.append(name)
            return
        if attributes and name not in VOID and HIDING.search(attributes):
            self.hidden.append(name)
            return
        if name in BLOCKS:
            self._break(2 if name in SPACED and not NO_MARGIN.search(attributes) else 1)
        self._note_mark(name, attributes, mark)
        self._open(name, attributes)

    def leave(self, name: str) -> None:
        """End an element."""
        if self.hidden:
            if name == self.hidden[0]:
                self.hidden.pop()
            return
        if name in BLOCKS:
            self._break(1)
        if name == "pre" and self.pre:
            self.pre -= 1
        elif name in {"ul", "ol"} and self.items:
            self.items.pop()
        if self.marked and self.marked[0][0] == name:
            _, mark, start = self.marked.pop()
            if not self.marked:
                self.spans.append(Span(mark, start, self.length))

    def finish(self) -> tuple[str, list[Span]]:
        """Return the whole text and its marked ranges; an element that was never closed reaches to the end."""
        if self.marked:
            self.spans.append(Span(self.marked[0][1], self.marked[0][2], self.length))
        return "".join(self.pieces), self.spans

    def _note_mark(self, name: str, attributes: str, mark: Mark) -> None:
        if self.marked:
            if name == self.marked[0][0]:
                self.marked.append(self.marked[0])
        elif attributes and (kind := mark(name, attributes)):
            if name in VOID:
                self.spans.append(Span(kind, self.length, self.length))
            else:
                self.marked.append((name, kind, self.length))

    def _open(self, name: str, attributes: str) -> None:
        if name == "br":
            self._add("\n")
        elif name in CELLS:
            self.gap = "\t" if not self.ends_of_line else ""
        elif name == "pre":
            self.pre += 1
        elif name in {"ul", "ol"}:
            self.items.append(1 if name == "ol" else 0)
        elif name == "li":
            self._bullet()
        elif name == "img" and (alt := ALT.search(attributes)) and not alt.group(1).isascii():
            self.write(alt.group(1))

    def _bullet(self) -> None:
        number = self.items[-1] if self.items else 0
        if number:
            self.items[-1] += 1
        self._add(f"{number}." if number else "-")
        self.gap = " "

    def _break(self, wanted: int) -> None:
        if self.ends_of_line < wanted:
            self._add("\n" * (wanted - self.ends_of_line))

    def _add(self, text: str) -> None:
        if not text:
            return
        self.pieces.append(text)
        self.length += len(text)
        ends = len(text) - len(text.rstrip("\n"))
        self.ends_of_line = self.ends_of_line + ends if ends == len(text) else ends
        if ends:
            self.gap = ""
