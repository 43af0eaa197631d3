"""What templates never hold: inline code, unescaped text, addresses elsewhere, words that cannot be translated."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.template.base import Lexer, TokenType

from tests.sources import PACKAGE, floors, templates

TEMPLATES = templates()
# Attributes that a person reads or hears.
SPOKEN = {"alt", "aria-description", "aria-label", "aria-roledescription", "aria-valuetext", "placeholder", "title"}
UNSPOKEN_TAGS = {"script", "style", "code", "kbd", "pre", "svg"}
LINK = re.compile(r"""{%\s*(url|include|extends)\s+["']([\w-]+)[:/]""")


def _each(pattern: str) -> list[str]:
    """Return where the pattern occurs in any template, Django's comments left out."""
    found = []
    for path in TEMPLATES:
        text = re.sub(r"{#.*?#}|{%\s*comment.*?endcomment\s*%}", "", path.read_text(encoding="utf-8"), flags=re.S)
        found += [f"{path.relative_to(PACKAGE)}: {match.group()}" for match in re.finditer(pattern, text, re.I | re.S)]
    return found


def test_nothing_is_marked_safe() -> None:
    assert not _each(r"\|\s*(safe|safeseq)\b|{%\s*autoescape\s+off")


# Mail programs read no stylesheet: what must not be seen in a letter can be hidden in its elements only.
LETTERS = ("channels/templates/channels/letter.html",)


def test_there_is_no_inline_style() -> None:
    assert not [found for found in _each(r"<style\b|\sstyle\s*=") if not found.startswith(LETTERS)]


def test_there_is_no_inline_code() -> None:
    assert not _each(r"<[^>]*\s(on[a-z]+|hx-on[\w:-]*|hx-vars)\s*=|hx-vals\s*=\s*['\"]js:|javascript:")


def test_a_script_is_a_file_or_carries_the_nonce() -> None:
    data = r"type=\"(application|speculationrules)[^\"]*\""
    assert not _each(rf"<script\b(?![^>]*\b(src=|nonce=|{data}))[^>]*>")


def test_code_is_never_written_into_a_page() -> None:
    """Even with a nonce: the only text inside a script element is data or the import map."""
    assert not _each(r"<script\b(?![^>]*\b(src=|type=\"(importmap|application/)))[^>]*>")


def test_nothing_is_fetched_from_elsewhere() -> None:
    assert not _each(
        r"<(script|link|img|iframe|source|video|audio|use)\b[^>]*(src|href|srcset)=[\"'](https?:)?//[^>]*>"
    )


def test_a_form_that_changes_something_carries_the_token() -> None:
    assert not _each(r"<form\b[^>]*method=[\"']post(?:(?!csrf_token|</form).)*</form")


def test_a_component_sees_only_what_it_is_given() -> None:
    assert not _each(r"{%\s*include\s+[\"']ui/(?![^%]*\bonly\s*%})[^%]*%}")


def test_colours_are_tokens() -> None:
    assert not _each(r"\s(fill|stroke|stop-color)=\"(#|rgb|hsl)[^\"]*\"")


def test_templates_point_to_the_same_floor_or_down() -> None:
    floor, wrong = floors(), []
    for path in TEMPLATES:
        own = path.relative_to(PACKAGE).parts[0]
        for tag, other in LINK.findall(path.read_text(encoding="utf-8")):
            if other in floor and other != own and floor[other] >= floor[own]:
                wrong.append(f"{path.relative_to(PACKAGE)}: {tag} {other}")
    assert not wrong


def test_a_template_lives_under_the_name_of_its_app() -> None:
    outside = ("account", "allauth", "mfa", "403", "403_csrf", "404", "429", "500", "503")
    assert not [
        str(path.relative_to(PACKAGE))
        for path in TEMPLATES
        if (parts := path.relative_to(PACKAGE).parts)[2].removesuffix(".html") not in {parts[0], *outside}
    ]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_all_words_can_be_translated(path: Path) -> None:
    assert not list(untranslated(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("<p>Hello</p>", ["Hello"]),
        ('<p>{% translate "Hello" %}</p>', []),
        ("<p>{% blocktranslate %}Hello <b>you</b>{% endblocktranslate %}</p>", []),
        ("{% blocktranslate count n=2 %}one{% plural %}many{% endblocktranslate %}<i>left</i>", ["left"]),
        ('<a title="Close">×</a>', ["Close"]),
        ('<a title="{% translate "Close" %}" class="wide">×</a>', []),
        ("<p>{# a remark #}{% comment %}text{% endcomment %}{{ name }}, {{ other }}.</p>", []),
        ("<kbd>J</kbd> &nbsp; 12&thinsp;%", []),
        ('<span translate="no">Samovar</span> and', ["and"]),
        ('<input type="submit" value="Send"><input type="hidden" value="yes">', ["Send"]),
        ('<li {% if x %}class="a"{% endif %}>{{ x }}</li>', []),
        ("<script>const a = 1;</script><!-- remark -->", []),
        ("<br><p>Ждут</p>", ["Ждут"]),
    ],
)
def test_words_outside_of_the_translation_are_found(source: str, words: list[str]) -> None:
    assert list(untranslated(source)) == words


def untranslated(source: str) -> Iterator[str]:
    """Yield the words of a template that a person reads or hears, and that no translation reaches."""
    reader = _SpokenWords()
    reader.feed("".join(_outside_of_translation(source)))
    reader.close()
    yield from reader.found


def _outside_of_translation(source: str) -> Iterator[str]:
    waiting_for = ""
    for token in Lexer(source).tokenize():
        name = token.contents.split(" ", 1)[0] if token.token_type == TokenType.BLOCK else ""
        if waiting_for:
            waiting_for = "" if name in waiting_for.split() else waiting_for
        elif name in {"blocktranslate", "blocktrans"}:
            waiting_for = "endblocktranslate endblocktrans"
        elif name == "comment":
            waiting_for = "endcomment"
        elif token.token_type == TokenType.TEXT:
            yield token.contents


class _SpokenWords(HTMLParser):
    """Collects text and spoken attributes with letters in them."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        is_button = values.get("type") in {"submit", "button", "reset"}
        for name, value in attrs:
            if name in SPOKEN or (name == "value" and tag == "input" and is_button):
                self._keep(value or "")
        if self._silent or tag in UNSPOKEN_TAGS or values.get("translate") == "no":
            self._silent += [tag] if not self._silent or tag == self._silent[0] else []

    def handle_endtag(self, tag: str) -> None:
        if self._silent and tag == self._silent[0]:
            self._silent.pop()

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._keep(data)

    def _keep(self, text: str) -> None:
        if any(character.isalpha() for character in text):
            self.found.append(" ".join(text.split()))
