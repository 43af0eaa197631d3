"""The lists find what stands in them with ё or е, and in whichever layout the keyboard stands."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from samovar.accounts.models import Invitation
from samovar.customers import restricting
from samovar.customers.restricting import Wish
from samovar.lib import clock
from tests import make

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("route", "given", "typed", "found"),
    [
        ("people", {}, "gfdtk", "Павел Зимин"),
        ("organisations", {}, "hjvfirf", "Ромашка"),
        ("all_tags", {}, "cxtn", "Счёт"),
        ("all_tags", {}, "счет", "Счёт"),
        ("all_restrictions", {"state": "in-force"}, "repytwjdf", "Мария Кузнецова"),
        ("promise_report", {}, "ljcnfdrf", "Доставка"),
    ],
)
def test_in_the_other_layout(client: Client, route: str, given: dict[str, str], typed: str, found: str) -> None:
    root, igor = make.admin("root"), make.agent("Игорь Белов")
    client.force_login(root)
    make.team("Доставка", igor)
    make.promise(by=igor, due_at=clock.now() - timedelta(hours=1))
    make.invited("pavel@aurora.example", by=root)
    Invitation.objects.update(name="Павел Зимин")
    wish = Wish(kind="warning", reason="Rude", until=clock.now() + timedelta(days=3))
    restricting.propose(make.customer("Мария Кузнецова"), wish, by=root)
    make.organisation("Ромашка")
    make.tag("Счёт")

    page = client.get(reverse(route), given | {"q": typed}).content.decode()

    assert found in page.partition("<main")[2]
    assert found not in client.get(reverse(route), given | {"q": "nothing"}).content.decode().partition("<main")[2]
