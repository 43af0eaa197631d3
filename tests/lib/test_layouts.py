"""What was typed in the other layout of the keyboard."""

import pytest

from samovar.lib.layouts import other_layout, readings


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("bdfyjdf", "иванова"),
        ("Tktyf", "елена"),
        ("шмфтщм", "ivanov"),
        ("<jhbc", "борис"),
        ("~krbyf", "елкина"),
        ("`krbyf", "елкина"),
        ("2024", "2024"),
        ("", ""),
    ],
)
def test_the_same_keys_write_in_the_other_layout(typed: str, meant: str) -> None:
    assert other_layout(typed) == meant


def test_both_readings_are_as_names_are_searched() -> None:
    assert readings(" Ёж ") == ("еж", "`;")
