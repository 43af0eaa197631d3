"""What is shown of two cards before they become one."""

import pytest

from samovar.customers import comparing
from tests import make

pytestmark = pytest.mark.django_db


def test_a_language_is_named_in_that_of_the_reader() -> None:
    anna = make.agent("anna")
    elena, twin = make.customer("Elena"), make.customer("Elena Sokolova")
    elena.correct({"language": "fr"}, by=anna)

    compared = comparing.compare(elena, twin, {}, anna)
    language = next(detail for detail in compared.details if detail.name == "language")

    assert (language.values, language.chosen_id) == (("French", ""), elena.pk)
