"""Phrases with choices and slots become sentences, and wrong ones are refused."""

from collections.abc import Sequence
from random import Random

import pytest

from samovar.demo.grammar import Noun
from samovar.demo.phrases import Words, WrongPhrase, parsed

CHAIR = Noun.english("chair")


def all_of(text: str, **slots: object) -> set[str]:
    # The slots of this test.
    return {parsed(text).said(Random(seed), slots) for seed in range(200)}  # type: ignore[arg-type]


def test_a_choice_takes_each_of_its_ways() -> None:
    assert all_of("[one|two|] more") == {"one more", "two more", "more"}
    assert all_of("one [or two|] or more [times|]") == {
        "one or two or more times", "one or two or more", "one or more times", "one or more",
    }  # fmt: skip


def test_choices_stand_inside_each_other() -> None:
    phrase = "a[ very[ very|]|] old[er|]"
    assert all_of(phrase) == {f"a{very} old{er}" for very in ("", " very", " very very") for er in ("", "er")}
    assert parsed(phrase).ways == 6


def test_a_bar_outside_of_a_choice_is_a_bar() -> None:
    assert all_of("1|2") == {"1|2"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{item}", "chair"),
        ("{item.a}", "a chair"),
        ("{^item.a}", "A chair"),
        ("the {item} {item:is|are} here", "the chair is here"),
        ("{sum}", "20"),
    ],
)
def test_a_slot_takes_the_form_that_is_asked_for(text: str, said: str) -> None:
    assert all_of(text, item=CHAIR, sum=Words("20")) == {said}


@pytest.mark.parametrize(
    "text",
    ["[open", "close]", "a [b|c", "{unknown}", "{item.dat}", "{item:a|b|c}", "{sum.acc}", "{sum:a|b}", "{two words}"],
)
def test_what_is_written_wrongly_is_refused(text: str) -> None:
    with pytest.raises(WrongPhrase):
        all_of(text, item=CHAIR, sum=Words("20"))


@pytest.mark.parametrize("forms", [("", "а"), ("сам", "сама")])
def test_an_ending_may_be_empty(forms: Sequence[str]) -> None:
    assert parsed(f"{{me:{'|'.join(forms)}}}").ways == 1
