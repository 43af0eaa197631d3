"""Several addresses lead to one inbox, and no address to two."""

import pytest
from pytest_django import DjangoAssertNumQueries

from samovar.conversations.errors import AddressTaken
from samovar.conversations.models import Inbox
from samovar.conversations.own_addresses import own_addresses
from tests import make

pytestmark = pytest.mark.django_db


def test_the_main_address_comes_first_and_each_only_once() -> None:
    inbox = make.inbox("help@aurora.example")

    inbox.answer_at(["Care@Aurora.example", "HELP@aurora.example", "care@aurora.example", "info@aurora.example"])

    assert inbox.addresses == ("help@aurora.example", "care@aurora.example", "info@aurora.example")
    inbox.answer_at(["info@aurora.example"])
    assert inbox.addresses == ("help@aurora.example", "info@aurora.example")


@pytest.mark.parametrize("wanted", ["orders@aurora.example", "SHOP@aurora.example", "Other@aurora.example"])
def test_an_address_leads_to_one_inbox_only(wanted: str) -> None:
    make.inbox("Orders@aurora.example").answer_at(["shop@aurora.example"])
    inbox = make.inbox("help@aurora.example")
    Inbox.objects.create(name="Others", address="other@aurora.example")

    with pytest.raises(AddressTaken):
        inbox.answer_at([wanted])
    assert inbox.addresses == ("help@aurora.example",)


def test_a_new_main_address_may_be_one_that_the_inbox_has() -> None:
    inbox = make.inbox("help@aurora.example")
    inbox.answer_at(["care@aurora.example"])

    inbox.address = "care@aurora.example"
    inbox.save(update_fields=["address"])
    inbox.answer_at(["care@aurora.example", "help@aurora.example"])

    assert inbox.addresses == ("care@aurora.example", "help@aurora.example")


def test_all_addresses_are_read_at_once(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    helps, orders = make.inbox("Help@aurora.example"), make.inbox("orders@aurora.example")
    helps.answer_at(["care@aurora.example", "info@aurora.example"])
    nameless = Inbox.objects.create(name="Import")

    with django_assert_num_queries(1):
        own = own_addresses()
    assert own.of(helps.pk) == helps.addresses
    assert (own.of(orders.pk), own.of(nameless.pk), own.of(0)) == (("orders@aurora.example",), (), ())
    assert own.all == {"help@aurora.example", "care@aurora.example", "info@aurora.example", "orders@aurora.example"}


def test_an_inbox_is_found_by_any_of_its_addresses() -> None:
    inbox = make.inbox("Help@aurora.example")
    inbox.answer_at(["care@aurora.example"])

    for address in ("help@aurora.example", "CARE@aurora.example"):
        assert Inbox.objects.reached_by([address]).get() == inbox
    assert not Inbox.objects.reached_by(["", "info@aurora.example"]).exists()
