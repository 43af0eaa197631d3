"""The list of customers."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.test.utils import CaptureQueriesContext

from samovar.customers import queries
from samovar.customers.models import Customer
from tests import make

pytestmark = pytest.mark.django_db

AtMost = Callable[[int], CaptureQueriesContext]
NAMES = ["Ёлкина", "Елена", "елена", "Anna", "Жанна", "", "Elena"]


def test_customers_stand_by_name_and_pages_follow_without_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        make.customer(name)
    user = make.agent()
    everything = [row.customer.pk for row in queries.page(user).rows]
    monkeypatch.setattr(queries, "PAGE", 2)

    seen: list[int] = []
    after = ""
    while not seen or after:
        page = queries.page(user, after=after)
        seen += [row.customer.pk for row in page.rows]
        after = page.after

    assert seen == everything
    assert len(seen) == len(NAMES)


@pytest.mark.parametrize("after", ["x", "~", "~x", "a~٣", f"~{'9' * 30}", "\x00~1"])
def test_what_makes_no_sense_as_a_place_begins_from_the_first(after: str) -> None:
    make.customer("Anna")

    assert len(queries.page(make.agent(), after=after).rows) == 1


def test_people_are_found_by_name_address_and_phone(client: Client) -> None:
    elena = make.customer("Elena Sokolova", "elena.s@mail.example")
    make.phone(elena, "+7 900 123-45-67")
    make.customer("Denis Karpov", "denis@mail.example")
    client.force_login(make.agent())

    for text in ("sokolva", "elena.s@", "123-45-67"):
        rows = client.get("/customers/", {"q": text}, headers={"HX-Request": "true"}).content.decode()
        assert "Elena Sokolova" in rows
        assert "Denis Karpov" not in rows
        assert "<html" not in rows
    assert "Nobody like that" in client.get("/customers/?q=zzzzzz").content.decode()


def test_those_who_were_merged_are_left_out() -> None:
    elena, twin = make.customer("Elena"), make.customer("E. Sokolova")
    Customer.objects.filter(pk=twin.pk).update(merged_into=elena)

    assert [row.customer for row in queries.page(make.agent()).rows] == [elena]


def test_a_new_installation_says_where_customers_come_from(client: Client) -> None:
    client.force_login(make.agent())

    assert "Nobody has written yet" in client.get("/customers/").content.decode()


@pytest.mark.parametrize("count", [1, 30])
@pytest.mark.parametrize("text", ["", "customer"])
def test_the_list_takes_at_most_twelve_queries(
    client: Client, django_assert_max_num_queries: AtMost, count: int, text: str
) -> None:
    for number in range(count):
        make.customer(f"Customer {number}")
    client.force_login(make.agent())

    with django_assert_max_num_queries(12):
        client.get("/customers/", {"q": text})
