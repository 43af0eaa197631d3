"""What is kept as a sentence is read in the reader's own language, and always fits."""

import pytest
from django.utils import translation

from samovar.lib.sayings import LONGEST, kept, told

TEXT = "There is no folder “%(folder)s” in this mailbox."


def test_a_sentence_is_put_into_words_by_its_reader() -> None:
    content = kept(TEXT, folder="Поддержка")

    assert told(content) == "There is no folder “Поддержка” in this mailbox."
    with translation.override("ru"):
        assert told(content) == "В этом ящике нет папки «Поддержка»."


def test_a_sentence_without_values_may_hold_a_percent_sign() -> None:
    assert told(kept("100 % full")) == "100 % full"


def test_long_values_are_cut_and_the_text_never_is() -> None:
    content = kept("%(a)s %(b)s %(n)s" + "x" * 300, a="y" * 1000, b='"\\' * 1000, n=7)

    assert len(content) <= LONGEST
    assert told(content).endswith("7" + "x" * 300)


@pytest.mark.parametrize("content", ["", "plain text", "12", "null", '["a"]', '["%(x)s", {"y": 1}]', "{}"])
def test_what_was_not_kept_as_a_sentence_is_returned_as_it_is(content: str) -> None:
    assert told(content) == content
