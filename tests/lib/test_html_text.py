"""HTML becomes the text that its reader sees."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samovar.lib.html_text import Span, marked_text, text_of
from samovar.lib.html_tokens import attributes


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("", ""),
        ("plain &amp; simple", "plain & simple"),
        ("<p>one</p><p>two</p>", "one\n\ntwo\n"),
        ("<div>one</div><div><br></div><div>two</div>", "one\n\ntwo\n"),
        ("one<br>two<br/>three", "one\ntwo\nthree"),
        ('<p class="MsoNormal">one</p><p class="MsoNormal">&nbsp;</p><p class="MsoNormal">two</p>', "one\n\ntwo\n"),
        ("a <b> b </b> c\n\n d", "a b c d"),
        ("<ul><li>one<li>two</ul><ol><li>one</li><li>two</li></ol>", "- one\n- two\n1. one\n2. two\n"),
        ("<table><tr><td>a<td>b</td></tr><tr><td>c</td></tr></table>", "a\tb\nc\n"),
        ("<pre>a\n  b</pre>c", "a\n  b\nc"),
        ("<title>t</title><style>p{}</style><script>x('<p>')</script>seen", "seen"),
        ('<div style="display: none">hidden<div>too</div></div>seen', "seen"),
        ("<!-- no --><!DOCTYPE html><?php x ?>yes<!-->!", "yes!"),
        ('<a title="a > b">link</a>', "link"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("<style>never closed, but <p>seen", "never closed, but\n\nseen"),
        ('broken <a href="x', "broken"),
        ("<img alt='😀'><img alt=logo>", "😀"),
        ("one <p title='never ends <b>two</b> three", "one\n\ntwo three"),
        ("a&nbsp;b", "a b"),
    ],
)
def test_text_is_what_is_seen(html: str, text: str) -> None:
    assert text_of(html) == text


@pytest.mark.parametrize("tag", ["div", "b", "table", "font", "blockquote", "span"])
def test_no_depth_of_nesting_loses_text(tag: str) -> None:
    html = "".join(f"<{tag}>word{number} " for number in range(5000))

    assert text_of(html).split() == [f"word{number}" for number in range(5000)]


def test_a_marked_element_that_is_never_closed_reaches_to_the_end() -> None:
    text, spans = marked_text("new<div class=q>old<p>older", lambda _, attributes: "quote" if "q" in attributes else "")

    assert [text[span.start : span.end].split() for span in spans] == [["old", "older"]]


def test_marked_elements_are_known_by_their_place_in_the_text() -> None:
    def mark(name: str, attributes: str) -> str:
        return "quote" if "cite" in attributes else ""

    text, spans = marked_text("new<div class=cite>old<div class=cite>older</div></div>new<hr class=cite>", mark)

    assert text == "new\nold\nolder\nnew\n"
    assert spans == [Span("quote", 4, 14), Span("quote", 18, 18)]


def test_of_attributes_the_first_of_each_name_counts() -> None:
    assert attributes(" A=1 b='x &amp; y' c=\"z\" a=2 d") == {"a": "1", "b": "x & y", "c": "z", "d": ""}


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="<>/!-'\"= abdiv&;#\n", max_size=200))
def test_any_characters_are_read(html: str) -> None:
    text_of(html)
