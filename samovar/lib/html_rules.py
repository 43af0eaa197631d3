"""What of HTML from outside may be shown: elements, attributes, styles, links."""

import re

from samovar.lib.html_tokens import resolved

# fmt: off
TAGS = frozenset({
    "a", "abbr", "address", "article", "b", "bdi", "bdo", "big", "blockquote", "br", "caption", "center", "cite",
    "code", "col", "colgroup", "dd", "del", "details", "dfn", "div", "dl", "dt", "em", "figcaption", "figure",
    "font", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "i", "img", "ins", "kbd", "li", "main",
    "mark", "ol", "p", "pre", "q", "rp", "rt", "ruby", "s", "samp", "section", "small", "span", "strike", "strong",
    "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "tt", "u", "ul", "var", "wbr",
})
# fmt: on
# fmt: off
INLINE = frozenset({
    "a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "del", "dfn", "em", "font", "i", "ins", "kbd", "mark",
    "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "tt", "u", "var",
})
# fmt: on
EVERYWHERE = frozenset({"dir", "lang", "title", "style", "align"})
ATTRIBUTES = {
    "a": {"href", "target"},
    "img": {"src", "alt", "width", "height"},
    "font": {"color", "size", "face"},
    "table": {"border", "cellpadding", "cellspacing", "width", "bgcolor"},
    "td": {"colspan", "rowspan", "width", "height", "valign", "bgcolor", "nowrap"},
    "th": {"colspan", "rowspan", "width", "height", "valign", "bgcolor", "nowrap", "scope"},
    "tr": {"valign", "bgcolor", "height"},
    "col": {"span", "width"},
    "colgroup": {"span", "width"},
    "ol": {"start", "type"},
    "li": {"value"},
    "hr": {"width", "size"},
}
# Inline styles that colour and space a text, and cannot cover or fetch anything.
# fmt: off
STYLES = frozenset({
    "background-color", "border", "border-bottom", "border-collapse", "border-color", "border-left",
    "border-radius", "border-right", "border-spacing", "border-style", "border-top", "border-width", "color",
    "direction", "font-family", "font-size", "font-style", "font-variant", "font-weight", "height",
    "letter-spacing", "line-height", "list-style-type", "margin", "margin-bottom", "margin-left", "margin-right",
    "margin-top", "max-width", "min-width", "padding", "padding-bottom", "padding-left", "padding-right",
    "padding-top", "text-align", "text-decoration", "text-indent", "text-transform", "vertical-align",
    "white-space", "width", "word-break", "word-wrap",
})
# fmt: on
STYLE_VALUE = re.compile(r"(?:[\w#.,%!'\" +-]|(?:rgb|hsl)a?\([\d.,%/ ]+\)){1,200}", re.IGNORECASE)
NEGATIVE = re.compile(r"(?:^|\s)-\s*\.?\d")
# A margin drawn outwards would let one part of a letter cover another.
NEVER_NEGATIVE = ("margin", "text-indent", "letter-spacing", "line-height")
LINK_SCHEMES = frozenset({"http", "https", "mailto", "tel"})
SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
OWN_IMAGE = re.compile(r"(?:/(?!/)|data:image/(?:png|gif|jpe?g|webp);base64,)", re.IGNORECASE)
DATA_IMAGE = re.compile(r"data:image/(?:png|gif|jpe?g|webp);base64,[A-Za-z0-9+/=\s]*", re.IGNORECASE)
BLANKS = re.compile(r"[\x00-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202f\ufeff]+")


def safe_link(address: str) -> str | None:
    """Return where a link leads, None when that is no other page and no address."""
    bare = BLANKS.sub("", address)
    scheme = SCHEME.match(bare)
    return bare if scheme and scheme.group(1).lower() in LINK_SCHEMES else None


def safe_style(style: str) -> str:
    """Return the declarations of an inline style that only concern how a text looks."""
    kept = []
    for declaration in resolved(style)[:2000].split(";"):
        name, _, value = declaration.partition(":")
        name, value = name.strip().lower(), value.strip()
        if name not in STYLES or not STYLE_VALUE.fullmatch(value):
            continue
        if name.startswith(NEVER_NEGATIVE) and NEGATIVE.search(value):
            continue
        kept.append(f"{name}: {value}")
    return "; ".join(kept)
