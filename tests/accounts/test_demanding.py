"""Roles that must have a second factor: who has none can do nothing but set it up."""

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from typer.testing import CliRunner

from samovar.accounts import demanding, second_factor
from samovar.accounts.commands import app
from samovar.accounts.errors import FactorDemanded, OwnFactorMissing
from samovar.accounts.models import AuditEntry, FactorDemand, Role, User
from tests import make
from tests.routes import routes

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
# What stays open, to leave, to choose a language and to set the factor up; and what is open to strangers too.
OPEN = {"security", "authenticator_app", "new_passkey", "account_logout", "account_reauthenticate", "set_language"}
OPEN |= {"sign_on_proof", "sign_on_proof_begin"}
OPEN |= {"mfa_reauthenticate", "mfa_reauthenticate_webauthn", "first_run", "mfa_authenticate", "mfa_login_webauthn"}


@pytest.fixture(autouse=True)
def _no_counters() -> None:
    cache.clear()


@pytest.fixture
def anna() -> User:
    anna = make.user("anna", role=Role.ADMIN, password=make.PASSWORD)
    second_factor.set_up_app(anna, SECRET)
    return anna


def _proven(client: Client, user: User) -> Client:
    client.force_login(user)
    client.post("/accounts/reauthenticate/", {"password": make.PASSWORD})
    return client


def test_who_has_none_is_led_to_set_it_up_at_the_next_click(client: Client, anna: User) -> None:
    client.force_login(make.agent("olga"))
    assert client.get("/profile/").status_code == 200

    _proven(Client(), anna).post("/signing-in/second-factor/", {"roles": ["agent", "lead"]})

    assert client.get("/profile/").headers["Location"] == "/security/"
    assert "Your role needs a second factor" in client.get("/security/").content.decode()
    assert client.get("/security/app/").status_code == 200
    assert client.post("/", headers={"HX-Request": "true"}).headers["HX-Redirect"] == "/security/"


def test_nothing_else_is_open_to_who_has_none(anna: User) -> None:
    demanding.demand([Role.AGENT], by=anna)
    client, stranger = Client(raise_request_exception=False), Client(raise_request_exception=False)
    client.force_login(make.agent("olga"))

    wrong = []
    for route in routes():
        # The door asks before anybody looks for something.
        address = reverse(route.name, kwargs=route.of_nothing)
        if route.name not in OPEN and stranger.get(address).headers.get("Location", "").startswith("/accounts/login/"):
            wrong += [
                f"{method} {route.name}: {answer.status_code}"
                for method in ("GET", "POST", "DELETE")
                if (answer := client.generic(method, address)).headers.get("Location") != "/security/"
            ]
    assert not wrong


def test_with_a_factor_the_door_is_open_again(client: Client, anna: User) -> None:
    demanding.demand([Role.AGENT], by=anna)
    olga = make.agent("olga")
    client.force_login(olga)
    assert client.get("/profile/").status_code == 302

    second_factor.set_up_app(olga, SECRET)

    assert client.get("/profile/").status_code == 200


def test_recovery_codes_alone_are_no_second_factor(client: Client, anna: User) -> None:
    demanding.demand([Role.AGENT], by=anna)
    olga = make.agent("olga")
    Authenticator.objects.create(user=olga, type="recovery_codes", data={})
    client.force_login(olga)

    assert client.get("/profile/").status_code == 302


def test_a_new_role_is_looked_at_too(client: Client, anna: User) -> None:
    demanding.demand([Role.LEAD], by=anna)
    olga = make.agent("olga")
    olga.change_role(Role.LEAD, by=anna)
    client.force_login(olga)

    assert client.get("/profile/").status_code == 302


def test_who_demands_it_of_administrators_has_one(client: Client) -> None:
    pavel = make.user("pavel", role=Role.ADMIN, password=make.PASSWORD)

    page = _proven(client, pavel).post("/signing-in/second-factor/", {"roles": ["admin"]})

    assert page.status_code == 422
    assert "Set up a second factor of your own first" in page.content.decode()
    assert not FactorDemand.objects.exists()
    with pytest.raises(OwnFactorMissing):
        demanding.demand([Role.ADMIN], by=pavel)


def test_only_administrators_who_have_just_proven_themselves_change_it(client: Client, anna: User) -> None:
    client.force_login(make.lead())
    assert client.post("/signing-in/second-factor/", {"roles": ["agent"]}).status_code == 403
    client.force_login(anna)
    assert (
        client.post("/signing-in/second-factor/", {"roles": ["agent"]})
        .headers["Location"]
        .startswith("/accounts/reauthenticate/")
    )

    assert not FactorDemand.objects.exists()


def test_the_last_factor_stays_while_it_is_demanded(client: Client, anna: User) -> None:
    demanding.demand([Role.ADMIN], by=anna)

    page = _proven(client, anna).post("/security/app/removal/", follow=True)

    assert "Your role needs a second factor. Set up another one before you remove this." in page.content.decode()
    app_of_anna = second_factor.factors(anna).app
    assert app_of_anna
    with pytest.raises(FactorDemanded):
        second_factor.remove(app_of_anna, by=anna)


def test_one_of_two_factors_can_go(anna: User) -> None:
    demanding.demand([Role.ADMIN], by=anna)
    passkey = make.passkey(anna)

    second_factor.remove(passkey, by=anna)

    assert second_factor.factors(anna).app


def test_an_administrator_lets_somebody_begin_anew(client: Client, anna: User) -> None:
    demanding.demand([Role.AGENT], by=anna)
    olga = make.agent("olga")
    second_factor.set_up_app(olga, SECRET)
    of_olga = Client()
    of_olga.force_login(olga)
    assert of_olga.get("/profile/").status_code == 200

    _proven(client, anna).post(f"/people/{olga.pk}/second-factor/removal/")

    assert of_olga.get("/security/").headers["Location"].startswith("/accounts/login/")
    assert not second_factor.factors(olga).has_any
    of_olga.force_login(User.objects.get(pk=olga.pk))
    assert of_olga.get("/profile/").headers["Location"] == "/security/"
    taken = AuditEntry.objects.get(action="second-factor-taken")
    assert (taken.by_name, taken.subject_id) == ("Anna", olga.pk)


def test_nobody_forgets_their_own_on_the_page_of_people(client: Client, anna: User) -> None:
    _proven(client, anna).post(f"/people/{anna.pk}/second-factor/removal/")

    assert second_factor.factors(anna).app


def test_the_last_administrator_begins_anew_at_the_command_line(client: Client, anna: User) -> None:
    client.force_login(anna)

    result = CliRunner().invoke(app, ["forget-factor", "ANNA@aurora.example"])

    assert result.exit_code == 0
    assert not second_factor.factors(anna).has_any
    assert client.get("/profile/").status_code == 302
    assert AuditEntry.objects.get(action="second-factor-taken").by is None
    assert CliRunner().invoke(app, ["forget-factor", "nobody@aurora.example"]).exit_code == 1


def test_what_is_demanded_stands_in_the_audit_log_once(anna: User) -> None:
    demanding.demand([Role.AGENT], by=anna)
    demanding.demand([Role.AGENT], by=anna)
    demanding.demand([], by=anna)

    written = AuditEntry.objects.filter(action="second-factor-demanded").order_by("pk").values_list("before", "after")
    assert list(written) == [({"roles": []}, {"roles": ["agent"]}), ({"roles": ["agent"]}, {"roles": []})]
