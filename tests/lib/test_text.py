"""Text from outside can always be stored, sorted and compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samovar.lib.text import sort_key, storable, tidy


@pytest.mark.parametrize(
    ("raw", "stored"),
    [
        ("plain", "plain"),
        ("nul\x00here", "nul\ufffdhere"),
        ("й is one letter", "й is one letter"),
        ("lone \ud83d surrogate, ё, \x00", "lone \ufffd surrogate, ё, \ufffd"),
        ("😀", "😀"),
        ("", ""),
    ],
)
def test_what_postgresql_refuses_is_replaced(raw: str, stored: str) -> None:
    assert storable(raw) == stored


@given(st.text(st.characters()))
def test_any_text_can_be_stored_and_storing_twice_changes_nothing(raw: str) -> None:
    stored = storable(raw)

    assert "\x00" not in stored.encode().decode()
    assert storable(stored) == stored


@pytest.mark.parametrize(("raw", "line"), [("  Olga\t\n Petrova ", "Olga Petrova"), ("a\u00a0b", "a b"), (" \n ", "")])
def test_blanks_become_one(raw: str, line: str) -> None:
    assert tidy(raw) == line


def test_names_sort_without_regard_to_case_and_with_ё_after_е() -> None:
    names = ["Жуков", "Ёжикова", "Елена", "елка", "Ешкин", "Ёлкина", "Андреев"]

    assert sorted(names, key=sort_key) == ["Андреев", "Елена", "елка", "Ешкин", "Ёжикова", "Ёлкина", "Жуков"]


def test_the_sorting_form_fits_its_column() -> None:
    assert len(sort_key("ё" * 500)) == 200
