"""The card of somebody who gave nothing leads to who they are once that is known; no other card moves."""

import pytest
from django.utils import timezone

from samovar.customers.recognition import Sender, recognise, turned_out_to_be
from tests import make

pytestmark = pytest.mark.django_db


def test_only_the_card_of_nobody_moves() -> None:
    nobody = recognise(Sender("external", "", "", timezone.now(), mark="NOBODY"))
    anna, igor = make.customer("Anna"), make.customer("Igor")

    turned_out_to_be(nobody, anna)
    turned_out_to_be(igor, anna)
    turned_out_to_be(anna, anna)

    for card in (nobody, igor, anna):
        card.refresh_from_db()
    assert (nobody.merged_into, igor.merged_into, anna.merged_into) == (anna, None, None)
