"""Light Markdown in what people write: bold, italic, links, lists, quotes, code, and pictures of the message itself.

The signs are those that people know from elsewhere, less whatever would surprise somebody who writes an ordinary
letter: a sign within a word or a sum stays what it is, lines break where they were broken, a number before a list item
stays that number, a line without a sign never belongs to the quote or the list above it, and there are no headings,
rules, references, tables or HTML. What comes out has passed the allow list for HTML from outside (``lib.html``).
"""

import re
from collections.abc import Callable, Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block.list import list_block
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Delimiter
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from samovar.lib.html import sanitise
from samovar.lib.links import LINK, trimmed

# Without any of these a text is shown as it stands.
SIGNS = re.compile(r"[*_`<>\[]|~~~|^ {0,3}(?:-|\d{1,9}[.)])[ \t]", re.MULTILINE)
LONGEST = 30_000
"""In characters. A longer text is shown as it stands."""
KNOWN_LINK = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE)
# How the text names a picture that goes with it; the number is that of the file.
PLACE = re.compile(r"file:(\d{1,18})")
PICTURE = re.compile(r"!\[([^\]\n]{0,300})\]\(file:(\d{1,18})\)")
SCHEME = re.compile(r"(?<![a-z0-9])https?$", re.IGNORECASE)
# The longest scheme with the sign before it: looking at more would cost the more the longer a line is.
BEFORE_SCHEME = len("https") + 1
WRITTEN_SCHEME = "://"
PictureAddress = Callable[[int], str | None]
"""Given the number of a file, returns where it is shown, or None where it is no picture of this message."""


def has_signs(text: str) -> bool:
    """Whether a text says anything in Markdown."""
    return len(text) <= LONGEST and SIGNS.search(text) is not None


def html_of(text: str, address_of: PictureAddress) -> str:
    """Return a text as safe HTML; what ``address_of`` knows no picture for is only named."""
    known = {pk: address for pk in pictures_in(text) if (address := address_of(pk))}
    made = MARKDOWN.render(text[:LONGEST], {"pictures": known})
    safe = sanitise(made, attached_image=lambda name: f"/{name}" if PLACE.fullmatch(name) else None).html
    return SHOWN.sub(lambda found: f'src="{known[int(found[1])]}"', safe)


def words_of(text: str) -> str:
    """Return what a reader sees of a text, without the signs: for a line in a list."""
    if not has_signs(text):
        return text
    return "".join(_words(MARKDOWN.parse(text))).strip()


def plain_of(text: str) -> str:
    """Return a text as it was typed, except that pictures are only named."""
    return PICTURE.sub(lambda found: f"[{found[1]}]", text)


def pictures_in(text: str) -> list[int]:
    """Return the numbers of the files that a text shows as pictures, in its order."""
    return list(dict.fromkeys(int(found[2]) for found in PICTURE.finditer(text)))


def _words(tokens: Sequence[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type == "inline":
            yield from _words(token.children or ())
            yield "\n"
        elif token.type in ("softbreak", "hardbreak"):
            yield "\n"
        else:
            yield token.content


# From here on: how the library is taught to leave ordinary letters alone.


def _emphasis(state: StateInline, silent: bool) -> bool:
    """Take signs around words only: in 2*3*4 and snake_case_name they are none."""
    marker = state.src[state.pos]
    if silent or marker not in "_*":
        return False
    scanned = state.scanDelims(state.pos, False)
    for _number in range(scanned.length):
        token = state.push("text", "", 0)
        token.content = marker
        place = len(state.tokens) - 1
        state.delimiters.append(
            Delimiter(ord(marker), scanned.length, place, end=-1, open=scanned.can_open, close=scanned.can_close)
        )
    state.pos += scanned.length
    return True


def _bare_link(state: StateInline, silent: bool) -> bool:
    """Take an address as a link before any sign in it is taken for something else."""
    # A silent look keeps no letters that came before, so it never knows the scheme.
    if silent or state.linkLevel or not state.src.startswith(WRITTEN_SCHEME, state.pos):
        return False
    scheme = SCHEME.search(state.pending[-BEFORE_SCHEME:])
    found = scheme and LINK.match(state.src, state.pos - len(scheme[0]), state.posMax)
    url = trimmed(found[0]) if found else ""
    if not scheme or not found or len(url) <= len(scheme[0]) + len(WRITTEN_SCHEME):
        return False
    state.pending = state.pending[: -len(scheme[0])]
    state.push("link_open", "a", 1).attrs = {"href": state.md.normalizeLink(url)}
    state.push("text", "", 0).content = url
    state.push("link_close", "a", -1)
    state.pos = found.start() + len(url)
    return True


def _list(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Take no plus for a list: it begins a phone number."""
    place = state.bMarks[start] + state.tShift[start]
    return state.src[place : place + 1] != "+" and list_block(state, start, end, silent)


def _unmarked_line(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """End a quote or a list item with the first line that does not say that it belongs to it."""
    return silent and (state.parentType == "blockquote" or 0 <= state.sCount[start] < state.blkIndent)


def _picture(self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    token = tokens[index]
    place = PLACE.fullmatch(str(token.attrs.get("src", "")))
    known = place and int(place[1]) in env.get("pictures", ())
    token.attrs["src"] = f"cid:{place[0]}" if place and known else ""
    token.attrs["alt"] = self.renderInlineAsText(token.children, options, env)
    # What is no picture of ours is only named: nothing is fetched from elsewhere.
    return self.renderToken(tokens, index, options, env) if known else f"[{_escaped(str(token.attrs['alt']))}]"


def _item(self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    token = tokens[index]
    if token.info.isdecimal():
        token.attrs["value"] = token.info
    return self.renderToken(tokens, index, options, env)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _parser() -> MarkdownIt:
    md = MarkdownIt("commonmark", {"html": False, "breaks": True})
    md.disable(["code", "heading", "lheading", "hr", "html_block", "html_inline", "reference", "entity", "escape"])
    md.inline.ruler.at("emphasis", _emphasis)
    md.inline.ruler.before("emphasis", "bare_link", _bare_link)
    md.block.ruler.at("list", _list, {"alt": ["paragraph", "reference", "blockquote"]})
    md.block.ruler.push("unmarked_line", _unmarked_line, {"alt": ["paragraph", "blockquote"]})
    # The library asks it of its object; that is its way to be told.
    md.validateLink = lambda url: KNOWN_LINK.match(url) is not None or PLACE.fullmatch(url) is not None  # type: ignore[method-assign]
    md.add_render_rule("image", _picture)
    md.add_render_rule("list_item_open", _item)
    return md


SHOWN = re.compile(r'src="/file:(\d{1,18})"')
MARKDOWN = _parser()
