"""Somebody who has not written is noted by hand."""

import pytest
from django.test import Client

from samovar.customers.models import Customer, Identity
from samovar.events.models import Event
from tests import make

pytestmark = pytest.mark.django_db
ADDRESS = "/customers/new/"


@pytest.fixture
def olga(client: Client) -> Client:
    """The browser of an agent."""
    client.force_login(make.agent("olga"))
    return client


def test_somebody_is_noted_with_an_address_and_a_phone_and_is_known_when_they_write(olga: Client) -> None:
    answer = olga.post(ADDRESS, {"name": " Ivan  Petrov ", "email": "ivan@mail.example", "phone": "8 912 345-67-89"})

    ivan = Customer.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (302, ivan.get_absolute_url())
    shown = set(ivan.identities.values_list("shown", "verified_at"))
    assert (ivan.name, shown) == ("Ivan Petrov", {("ivan@mail.example", None), ("+7 912 345-67-89", None)})
    assert list(Event.objects.order_by("pk").values_list("kind", flat=True)) == [
        "CustomerAdded",
        *["IdentityAdded"] * 2,
    ]
    assert make.conversation(sender=make.sender("ivan@mail.example", "I. Petrov")).customer == ivan


@pytest.mark.parametrize(
    ("given", "name"), [({"name": "Ivan"}, "Ivan"), ({"phone": "+79123456789"}, "+7 912 345-67-89")]
)
def test_one_thing_is_enough(olga: Client, given: dict[str, str], name: str) -> None:
    olga.post(ADDRESS, given)
    assert Customer.objects.get().name == name


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"name": "  "}, "Write a name, an address or a phone."),
        ({"name": "Ivan", "email": "ivan.mail.example"}, "This is not an e-mail address."),
        ({"name": "Ivan", "phone": "12"}, "There is no such phone number."),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_made(olga: Client, given: dict[str, str], words: str) -> None:
    answer = olga.post(ADDRESS, given)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Customer.objects.exists()


def test_an_address_of_somebody_known_leads_to_their_card(olga: Client) -> None:
    elena = make.customer("Elena Sokolova", "elena@mail.example")

    answer = olga.post(ADDRESS, {"name": "E. S.", "phone": "+79123456789", "email": "elena@mail.example"})

    page = answer.content.decode()
    assert (answer.status_code, elena.get_absolute_url() in page, "E. S." in page) == (422, True, True)
    assert (Customer.objects.get(), Identity.objects.count()) == (elena, 1)
