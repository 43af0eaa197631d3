"""A role that signs in at the company's provider only, and the way back when the provider lets nobody in."""

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from typer.testing import CliRunner

from samovar.accounts import commands
from samovar.accounts.models import AuditEntry, Role, SignOnDemand, StaffProvider, User
from tests import make
from tests.accounts.oidc_server import OidcServer, come_back

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_counters(db: None) -> None:
    cache.clear()


@pytest.fixture
def anna() -> User:
    return make.user("anna", role=Role.ADMIN, password=make.PASSWORD)


@pytest.fixture
def olga() -> User:
    return make.user("olga", password=make.PASSWORD)


def _by_password(user: User) -> Client:
    client = Client()
    client.post("/accounts/login/", {"login": user.email, "password": make.PASSWORD})
    return client


def _is_in(client: Client) -> bool:
    return client.get("/profile/").status_code == 200


def test_whose_role_signs_in_at_the_company_only_is_let_in_by_nothing_else(
    server: OidcServer, provider: StaffProvider, anna: User, olga: User
) -> None:
    of_olga, of_anna = _by_password(olga), _by_password(anna)
    assert _is_in(of_olga)

    of_anna.post(reverse("sign_on_demand"), {"only": [Role.AGENT]})

    assert not _is_in(of_olga)
    assert _is_in(of_anna)
    refused = of_olga.post("/accounts/login/", {"login": olga.email, "password": make.PASSWORD})
    assert "sign in at your company only" in refused.content.decode()
    assert reverse("single_sign_on_begin", args=[provider.pk]) in refused.content.decode()
    assert not _is_in(of_olga)
    of_olga.get(come_back(of_olga, server, provider))
    assert _is_in(of_olga)
    told = AuditEntry.objects.filter(action__in=["sign-on-demanded", "sign-in-refused"]).order_by("pk")
    assert [(one.by, one.subject_name, one.reason) for one in told] == [
        (anna, "", ""),
        (None, "Olga", "only-single-sign-on"),
    ]


def test_who_accepts_an_invitation_is_led_to_the_company(client: Client, provider: StaffProvider, anna: User) -> None:
    invited = make.invited("ivan@aurora.example", by=anna)
    SignOnDemand.objects.create(role=Role.AGENT)

    typed = {"name": "Ivan", "password": "warm oak table 7"}
    page = client.post(invited.link.partition(":8000")[2], typed, follow=True)

    assert "Sign in at your company" in page.content.decode()
    assert not _is_in(client)


def test_an_administrator_lets_administrators_in_only_there_after_coming_from_there(
    server: OidcServer, provider: StaffProvider, anna: User
) -> None:
    client, url = _by_password(anna), reverse("sign_on_demand")

    refused = client.post(url, {"only": [Role.ADMIN]})

    assert refused.status_code == 422
    assert "Sign in by single sign-on yourself first" in refused.content.decode()
    server.email = anna.email
    client.get(come_back(client, server, provider))
    assert client.post(url, {"only": [Role.ADMIN]}).status_code == 302
    assert _is_in(client)
    assert not _is_in(_by_password(anna))


def test_without_a_provider_passwords_are_good_again(
    server: OidcServer, provider: StaffProvider, anna: User, olga: User
) -> None:
    SignOnDemand.objects.create(role=Role.AGENT)
    assert not _is_in(_by_password(olga))
    client = _by_password(anna)

    client.post(reverse("staff_provider_retiring", args=[provider.pk]))

    assert _is_in(_by_password(olga))
    refused = client.post(reverse("sign_on_demand"), {"only": [Role.AGENT, Role.LEAD]})
    assert "no single sign-on that is switched on" in refused.content.decode()


def test_on_the_machine_passwords_are_let_in_again(provider: StaffProvider, anna: User) -> None:
    SignOnDemand.objects.create(role=Role.ADMIN)
    assert not _is_in(_by_password(anna))

    result = CliRunner().invoke(commands.app, ["allow-passwords"])

    assert result.exit_code == 0
    assert _is_in(_by_password(anna))
    assert AuditEntry.objects.get(action="sign-on-demanded").by is None
