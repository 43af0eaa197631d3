"""Two people correct one card at once: neither takes back unseen what the other has written."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from samovar.accounts.models import User
from samovar.customers.models import Customer
from tests import make
from tests.beside import beside

pytestmark = pytest.mark.django_db
FIELD = re.compile(r'<input type="(?:text|hidden)" name="((?:initial-)?(?:name|city))" (?:value="([^"]*)")?')


@pytest.fixture
def customer() -> Customer:
    """Somebody of whom a name and a city are known."""
    made = make.customer()
    made.correct({"name": "Elena Sokolowa", "city": "Samara"}, by=make.agent())
    return made


def opened(person: User, customer: Customer) -> tuple[Client, dict[str, str]]:
    """Open the page; return who looks at it, and what its form would send."""
    client = Client()
    client.force_login(person)
    return client, fields_in(client.get(reverse("customer_details", args=[customer.pk])).content.decode())


def fields_in(page: str) -> dict[str, str]:
    return dict(FIELD.findall(page)) | {
        "language": "",
        "initial-language": "",
        "time_zone": "",
        "initial-time_zone": "",
    }


def save(client: Client, customer: Customer, fields: dict[str, str]) -> tuple[int, str]:
    answer = client.post(reverse("customer_details", args=[customer.pk]), fields)
    return answer.status_code, answer.content.decode()


def known(customer: Customer) -> tuple[str, str]:
    found = Customer.objects.get(pk=customer.pk)
    return found.name, found.city


def test_of_two_who_change_different_things_both_are_kept(customer: Customer) -> None:
    (anna, annas), (oleg, olegs) = opened(make.agent(), customer), opened(make.agent(), customer)
    assert annas["initial-name"] == "Elena Sokolowa"

    save(anna, customer, annas | {"name": "Elena Sokolova"})
    status, _page = save(oleg, customer, olegs | {"city": "Kazan"})

    assert status == 302
    assert known(customer) == ("Elena Sokolova", "Kazan")


def test_of_two_who_change_the_same_the_second_sees_it_and_decides(customer: Customer) -> None:
    (anna, annas), (oleg, olegs) = opened(make.agent(), customer), opened(make.agent(), customer)
    save(anna, customer, annas | {"city": "Perm"})

    status, page = save(oleg, customer, olegs | {"city": "Kazan"})

    assert status == 422
    assert "somebody has changed it to “Perm”" in page
    assert known(customer)[1] == "Perm"
    again = fields_in(page)
    assert (again["city"], again["initial-city"]) == ("Kazan", "Perm")
    assert save(oleg, customer, again)[0] == 302
    assert known(customer)[1] == "Kazan"


def test_the_same_from_both_is_no_quarrel(customer: Customer) -> None:
    (anna, annas), (oleg, olegs) = opened(make.agent(), customer), opened(make.agent(), customer)
    save(anna, customer, annas | {"city": "Perm"})

    assert save(oleg, customer, olegs | {"city": "Perm"})[0] == 302
    assert known(customer)[1] == "Perm"


@pytest.mark.django_db(transaction=True)
def test_of_two_at_the_same_moment_the_second_sees_it_too() -> None:
    customer = make.customer()
    customer.correct({"name": "Elena Sokolowa", "city": "Samara"}, by=make.agent())
    (anna, annas), (oleg, olegs) = opened(make.agent(), customer), opened(make.agent(), customer)

    status, page = beside(
        lambda: save(anna, customer, annas | {"city": "Perm"}),
        lambda: save(oleg, customer, olegs | {"city": "Kazan"}),
    )

    assert status == 422
    assert "somebody has changed it to “Perm”" in page
    assert known(customer)[1] == "Perm"
