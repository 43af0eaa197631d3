"""Our own CSS and JS: values live in the tokens, rules in layers, and scripts never build HTML."""

import re

from tests.sources import PACKAGE, front_end

RAW_COLOUR = re.compile(
    r":[^;{}]*(#[0-9a-f]{3,8}\b|\b(?:rgb|rgba|hsl|hsla|oklch|oklab|lab|lch|color)\([^;{}]*)[^{}]*?[;}]", re.I
)
COMMENT = re.compile(r"/\*.*?\*/", re.S)
BUILDS_HTML = ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function")


def test_raw_colours_live_in_the_tokens_only() -> None:
    wrong = []
    for path in front_end("css"):
        if path.name != "tokens.css":
            text = COMMENT.sub("", path.read_text(encoding="utf-8"))
            wrong += [f"{path.relative_to(PACKAGE)}: {match.group(1)}" for match in RAW_COLOUR.finditer(text)]
    assert not wrong


def test_every_rule_stands_in_a_layer() -> None:
    assert not [
        str(path.relative_to(PACKAGE))
        for path in front_end("css")
        if not COMMENT.sub("", path.read_text(encoding="utf-8")).lstrip().startswith(("@layer", "@import"))
    ]


def test_nothing_is_fetched_from_elsewhere() -> None:
    address = re.compile(r"""url\(["']?(https?:)?//|@import\s+["'](https?:)?//|fetch\(["'`]https?://""")
    assert not [
        str(path.relative_to(PACKAGE))
        for path in [*front_end("css"), *front_end("js")]
        if address.search(path.read_text(encoding="utf-8"))
    ]


def test_scripts_build_no_html_and_no_code() -> None:
    assert not [
        f"{path.relative_to(PACKAGE)}: {word}"
        for path in front_end("js")
        for word in BUILDS_HTML
        if word in path.read_text(encoding="utf-8")
    ]


def test_scripts_hold_no_words_for_people() -> None:
    """Words come from the page, where the translation reaches them."""
    spoken = re.compile(
        r"(?:textContent|innerText|title|ariaLabel|placeholder|alert\(|confirm\()\s*=?\s*[\"'`][^\"'`]*[A-Za-zА-я]{2}"
    )
    assert not [
        f"{path.relative_to(PACKAGE)}: {match.group()}"
        for path in front_end("js")
        for match in spoken.finditer(path.read_text(encoding="utf-8"))
    ]
