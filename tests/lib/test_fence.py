"""What is kept of a failure tells what went wrong, and nothing of whom it went wrong with."""

import pytest
from django.db import IntegrityError, transaction

from samovar.customers.models import Identity, IdentityKind
from samovar.lib.fence import Fence, reason
from tests import make


@pytest.mark.django_db
def test_of_the_words_of_the_database_nothing_of_a_customer_is_kept() -> None:
    elena, ivan = make.customer("Elena Sokolova", "elena@mail.example"), make.customer("Ivan")

    with Fence() as fence, transaction.atomic():
        Identity.objects.create(customer=ivan, kind=IdentityKind.EMAIL, value="elena@mail.example", shown="elena")

    assert isinstance(fence.error, IntegrityError) and "elena@mail.example" in str(fence.error)
    kept = reason(fence.error)
    assert kept.startswith("IntegrityError: duplicate key value violates unique constraint")
    assert "elena" not in kept and "DETAIL" not in kept
    assert elena.identities.count() == 1


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("the server refused elena@mail.example", "ValueError: the server refused [address]"),
        ("no answer from +7 900 123-45-67", "ValueError: no answer from [number]"),
        ("'Elena Sokolova' is not a number", "ValueError: '…' is not a number"),
        ("first\nsecond", "ValueError: first"),
        ("", "ValueError: "),
        ("a\x00b", "ValueError: ab"),
    ],
)
def test_a_reason_is_one_line_without_addresses_numbers_and_quotations(said: str, kept: str) -> None:
    assert reason(ValueError(said)) == kept


def test_a_reason_has_an_end() -> None:
    assert len(reason(ValueError("x" * 5000))) == 1000
