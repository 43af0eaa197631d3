"""The text of a message on a page."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samovar.conversations.pieces import Passage, Piece, passages


def shown(text: str) -> list[tuple[str, str]]:
    """The pieces of one text with their links."""
    return [(piece.text, piece.url) for passage in passages([(False, text)], 1000, 1000) for piece in passage.pieces]


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("see https://aurora.example/a?b=1&c=2#d.", ["https://aurora.example/a?b=1&c=2#d"]),
        ("(https://aurora.example/a_(b)), http://b.example", ["https://aurora.example/a_(b)", "http://b.example"]),
        ("HTTPS://AURORA.EXAMPLE!", ["HTTPS://AURORA.EXAMPLE"]),
        ("«https://пример.example/путь»", ["https://пример.example/путь"]),
        ('<a href="https://aurora.example">', ["https://aurora.example"]),
        ("javascript:alert(1) ftp://a.example mailto:a@b.example data:text/html,x", []),
        ("(see [https://aurora.example/a])!).", ["https://aurora.example/a"]),
        ("https://", []),
    ],
)
def test_only_addresses_of_pages_become_links(text: str, links: list[str]) -> None:
    found = shown(text)

    assert [url for _text, url in found if url] == links
    assert all(text == url for text, url in found if url)
    assert "".join(text for text, _url in found) == text


def test_blank_lines_are_tidied() -> None:
    assert shown("\n\n  Hello\n\n\n \n\nyou\n \n") == [("  Hello\n\nyou", "")]


def test_a_text_after_endless_blank_lines_is_cut_and_says_so() -> None:
    text = "Hello" + "\n" * 500 + "you"

    assert passages([(False, text)], 50, 50) == [Passage(False, (Piece("Hello\n\n"),), is_cut=True)]


def test_blank_texts_are_left_out() -> None:
    assert passages([(False, " \n "), (True, "\n")], 10, 10) == []


def test_long_texts_and_long_quotes_are_cut_and_say_so() -> None:
    parts = [(False, "a" * 8), (True, "q" * 8), (False, "b" * 8)]

    assert passages(parts, 10, 5) == [
        Passage(False, (Piece("a" * 8),)),
        Passage(True, (Piece("q" * 5),), is_cut=True),
        Passage(False, (Piece("bb"),), is_cut=True),
    ]


@given(st.text())
def test_no_character_is_invented(text: str) -> None:
    kept = "".join(piece for piece, _url in shown(text))

    assert "".join(kept.split()) == "".join(text[:1000].split()) or len(text) >= 1000


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("@Anna, see it", ["@Anna"]),
        ("for @Anna", ["@Anna"]),
        ("mail@anna", []),
        ("https://a.b @Anna!", ["@Anna"]),
    ],
)
def test_a_colleague_who_is_named_stands_out(text: str, names: list[str]) -> None:
    [passage] = passages([(False, text)], 1000, 1000, ["Anna"])

    assert [piece.text for piece in passage.pieces if piece.is_name] == names
    assert "".join(piece.text for piece in passage.pieces) == text
