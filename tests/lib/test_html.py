"""HTML from outside shows nothing but text, layout and pictures that we serve."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samovar.lib.html import MOST_AMPERSANDS, sanitise
from samovar.lib.html_rules import ATTRIBUTES, EVERYWHERE, LINK_SCHEMES, STYLES, TAGS


class Shown(HTMLParser):
    """What a page holds: its tags and, of each, the attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))


def assert_harmless(html: str) -> None:
    assert "<!" not in html
    for tag, given_attributes in Shown(html).found:
        assert tag in TAGS
        for name, value in given_attributes.items():
            assert name in {*EVERYWHERE, *ATTRIBUTES.get(tag, ()), "rel"}
            if name == "href":
                assert value.partition(":")[0].lower() in LINK_SCHEMES
                assert (given_attributes["target"], given_attributes["rel"]) == ("_blank", "noopener noreferrer")
            if name == "src":
                assert value.startswith(("/files/", "data:image/"))
            if name == "style":
                assert {part.partition(":")[0].strip() for part in value.split(";")} <= STYLES
                assert not re.search(r"url|expression|javascript|image|\\|@|/\*|&", value)


@pytest.mark.parametrize(
    ("html", "safe"),
    [
        ("<p>Hello <b>you</b></p>", "<p>Hello <b>you</b></p>"),
        ("<p>not closed <b>at all", "<p>not closed <b>at all</b></p>"),
        ("<script>x()</script><style>p{}</style>text", "text"),
        ('<p onclick="x()" id=a class=b>text</p>', "<p>text</p>"),
        ('<a href="javascript:x()">a</a>', '<a rel="noopener noreferrer">a</a>'),
        ('<a href=" java\nscript:x()">a</a>', '<a rel="noopener noreferrer">a</a>'),
        ('<a href="&#106;avascript:x()">a</a>', '<a rel="noopener noreferrer">a</a>'),
        (
            '<a href="https://example.org/?a=1&b=2" target=_top>a</a>',
            '<a href="https://example.org/?a=1&amp;b=2" target="_blank" rel="noopener noreferrer">a</a>',
        ),
        ('<p style="color: red; position: fixed; background: url(x)">a</p>', '<p style="color:red">a</p>'),
        ('<p style="margin-top: -50px; padding: 3px">a</p>', '<p style="padding:3px">a</p>'),
        ('<p style="color: exp/**/ression(x)">a</p>', "<p>a</p>"),
        (
            '<p style="font-family: &quot;Arial&quot;, sans-serif">a</p>',
            '<p style="font-family:&quot;Arial&quot; , sans-serif">a</p>',
        ),
        ("<form action=x><input type=image src=y><button>z</button></form>", "z"),
        ("<svg><script>x()</script><image href=y></svg>", "<img>"),
        ("1 < 2", "1 &lt; 2"),
        ("<tr><td>a<td>b<tr><td>c", "abc"),
        ("<table><tr><td>a<td>b<tr><td>c</table>",) * 2,
    ],
)
def test_what_is_allowed_stays_and_nothing_else(html: str, safe: str) -> None:
    found = sanitise(html).html

    if "<table>" in safe:
        safe = "<table><tbody><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></tbody></table>"
    assert found == safe


def test_a_line_break_written_as_an_end_is_one() -> None:
    assert sanitise("one</br>two").html == "one<br>two"


@pytest.mark.parametrize(
    ("html", "safe"),
    [
        ("<b><p>one</b>two", "<b><p>onetwo</p></b>"),
        ("<i>a<table><tr><td>b</i>c</table>d</i>e", "<i>a<table><tbody><tr><td>bc</td></tr></tbody></table>d</i>e"),
    ],
)
def test_an_end_inside_a_block_or_a_cell_ends_nothing_outside_it(html: str, safe: str) -> None:
    assert sanitise(html).html == safe


def test_a_picture_that_the_mail_itself_holds_is_shown() -> None:
    picture = "data:image/png;base64,iVBORw0KGgo="

    assert sanitise(f'<img src="{picture}">').html == f'<img src="{picture}">'


def test_no_number_of_ampersands_makes_the_page_grow_without_end() -> None:
    html = sanitise("&" * (MOST_AMPERSANDS + 1)).html

    assert html == "\uff06" * (MOST_AMPERSANDS + 1)


def test_pictures_of_others_are_left_out_and_counted() -> None:
    html = (
        '<img src="https://a.example/1.png" alt="A"><img src="//a.example/2.png"><img src="cid:p1"><img src="cid:p2">'
    )

    found = sanitise(html, attached_image={"p1": "/files/1"}.get)

    assert found.html == '<img alt="A"><img><img src="/files/1"><img>'
    assert found.blocked_images == 2


def test_pictures_of_others_are_shown_through_us_only() -> None:
    html = '<img src="https://a.example/1.png"><img src="https://b.example/2.png">'

    found = sanitise(
        html, remote_image={"https://a.example/1.png": "/picture/1", "https://b.example/2.png": "https://b"}.get
    )

    assert found.html == '<img src="/picture/1"><img>'


@pytest.mark.data
@pytest.mark.parametrize("name", ["html5_vectors.txt", "http_leaks.html"])
def test_no_known_attack_survives(name: str, samovar_data: Path) -> None:
    html = (samovar_data / "hostile-input" / name).read_text(encoding="utf-8", errors="replace")

    found = sanitise(html)

    assert_harmless(found.html)
    for line in html.splitlines():
        assert_harmless(sanitise(line).html)


@settings(max_examples=400, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "<p>",
                "</p>",
                "<table>",
                "<td>",
                "</table>",
                "<b>",
                "</b>",
                "<a href=javascript:x>",
                "<svg>",
                "<math>",
                "<style>",
                "x",
            ]
            + [
                "</style>",
                "<script>",
                "</script>",
                "<!--",
                "-->",
                "<![CDATA[",
                "]]>",
                "<img src=x onerror=y>",
                "<title>",
                '"',
                "'",
            ]
            + [
                "<p style='color:red;background:url(x)'>",
                "<noscript>",
                "<template>",
                "<select>",
                "<plaintext>",
                "<",
                ">",
                "=",
                "\x00",
            ]
        ),
        max_size=30,
    )
)
def test_no_mixture_of_pieces_gets_through(pieces: list[str]) -> None:
    assert_harmless(sanitise("".join(pieces)).html)


@pytest.mark.parametrize(
    "piece",
    [
        "<div>x",
        "<font color={}><p>x",
        "<b id=a{}>x",
        "<table><tr><td>x",
        "<a href='http://a/{}'>x",
        "<ul><li>x",
        "<p a{}=1",
    ],
)
def test_pages_that_slow_browsers_down_are_made_flat(piece: str) -> None:
    """Without the first step, sixteen thousand of the second kind take all memory of the machine."""
    html = "".join(piece.format(number) for number in range(16_000))

    found = sanitise(html)

    assert_harmless(found.html)
    assert len(found.html) < 4 * len(html) + 10_000
