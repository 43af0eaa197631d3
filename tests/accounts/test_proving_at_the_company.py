"""Who gets in at the company shows there that it is still them, for whatever gives or takes power over accounts."""

import time
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from samovar.accounts.models import AuditEntry, Role, SignOnDemand, StaffProvider, User
from tests import make
from tests.accounts.oidc_server import OidcServer, come_back, come_back_proven

pytestmark = pytest.mark.django_db
HOUR = 3600


@pytest.fixture(autouse=True)
def _no_counters(db: None) -> None:
    cache.clear()


@pytest.fixture
def anna() -> User:
    return make.user("anna", role=Role.ADMIN)


@pytest.fixture
def of_anna(client: Client, server: OidcServer, provider: StaffProvider, anna: User) -> Client:
    """Somebody without a password, whom the provider has known since this morning."""
    server.email, server.shown_at = anna.email, time.time() - HOUR
    client.get(come_back(client, server, provider))
    return client


def _asked_first(client: Client) -> str:
    """Try to do what needs a proof; return where that leads, "" when it was done."""
    olga = make.agent()
    answer = client.post(reverse("role", args=[olga.pk]), {"role": Role.LEAD}, HTTP_REFERER="http://testserver/people/")
    olga.refresh_from_db()
    return "" if olga.role == Role.LEAD else answer.headers["Location"]


def test_being_let_in_without_being_asked_proves_nothing(of_anna: Client, provider: StaffProvider) -> None:
    asked = urlsplit(_asked_first(of_anna))

    assert asked.path == reverse("sign_on_proof", args=[provider.pk])
    assert parse_qs(asked.query) == {"next": ["/people/"]}
    page = of_anna.get(asked.geturl()).content.decode()
    assert "Sign in at Aurora ID once more" in page
    assert f"{reverse('sign_on_proof_begin', args=[provider.pk])}?next=%2Fpeople%2F" in page
    assert "instead" not in page


def test_whoever_was_asked_at_the_provider_just_now_has_proven_themselves(
    client: Client, server: OidcServer, provider: StaffProvider, anna: User
) -> None:
    server.email = anna.email
    client.get(come_back(client, server, provider))

    assert _asked_first(client) == ""


def test_the_provider_is_told_to_ask_and_what_it_says_counts_for_five_minutes(
    of_anna: Client, server: OidcServer, provider: StaffProvider
) -> None:
    began = of_anna.get(reverse("sign_on_proof_begin", args=[provider.pk])).headers["Location"]
    told = parse_qs(urlsplit(began).query)
    assert (told["prompt"], told["max_age"]) == (["login"], ["0"])

    answer = of_anna.get(come_back_proven(of_anna, server, provider))

    assert answer.headers["Location"] == "/people/"
    assert _asked_first(of_anna) == ""
    session = of_anna.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 301
    session.save()
    assert _asked_first(of_anna)


def test_a_proof_leads_to_our_own_pages_only(of_anna: Client, server: OidcServer, provider: StaffProvider) -> None:
    answer = of_anna.get(come_back_proven(of_anna, server, provider, "https://evil.example/"))

    assert answer.headers["Location"] == "/"


@pytest.mark.parametrize(
    ("said", "words", "reason"),
    [
        ({"auth_time": int(time.time()) - HOUR}, "let you pass without asking", "old"),
        ({"auth_time": None}, "does not say when you signed in", "timeless"),
        ({"auth_time": True}, "does not say when you signed in", "timeless"),
        ({"auth_time": "now"}, "does not say when you signed in", "timeless"),
        ({"sub": "18"}, "as somebody else than here", "somebody-else"),
        ({"nonce": "of another sign-in"}, "could not be believed", "refused"),
    ],
)
def test_what_is_no_proof_of_this_person_now_is_refused_and_they_stay_in(
    of_anna: Client, server: OidcServer, provider: StaffProvider, said: dict[str, object], words: str, reason: str
) -> None:
    server.changes = said

    refused = of_anna.get(come_back_proven(of_anna, server, provider))

    assert refused.status_code == 403
    assert words in refused.content.decode()
    assert "That did not show that it is you" in refused.content.decode()
    assert AuditEntry.objects.filter(action="sign-in-refused", reason=reason).exists()
    assert _asked_first(of_anna)
    assert of_anna.get("/profile/").status_code == 200


def test_a_provider_that_does_not_ask_proves_nothing(
    of_anna: Client, server: OidcServer, provider: StaffProvider
) -> None:
    server.obeys = False

    assert of_anna.get(come_back_proven(of_anna, server, provider)).status_code == 403


def test_a_proof_of_somebody_who_has_left_meanwhile_lets_nobody_in(
    of_anna: Client, server: OidcServer, provider: StaffProvider
) -> None:
    back = come_back_proven(of_anna, server, provider)
    session = of_anna.session
    for key in ("_auth_user_id", "_auth_user_backend", "_auth_user_hash"):
        del session[key]
    session.save()

    assert "begun too long ago" in of_anna.get(back).content.decode()
    assert of_anna.get("/profile/").status_code == 302


def test_nobody_proves_anything_at_a_provider_that_does_not_know_them(client: Client, provider: StaffProvider) -> None:
    client.force_login(make.admin())

    for name in ("sign_on_proof", "sign_on_proof_begin"):
        assert client.get(reverse(name, args=[provider.pk])).status_code == 404


def test_who_has_a_password_too_may_choose_and_who_may_not_use_it_is_led_to_the_company(
    server: OidcServer, provider: StaffProvider
) -> None:
    olga = make.user("olga", role=Role.ADMIN, password=make.PASSWORD)
    server.shown_at = time.time() - HOUR
    client = Client()
    client.get(come_back(client, server, provider))
    at_the_company = reverse("sign_on_proof", args=[provider.pk])

    page = client.get(_asked_first(client)).content.decode()
    assert "Type your password once more" in page
    assert f"{at_the_company}?next=%2Fpeople%2F" in page
    assert "Show it at Aurora ID instead" in page

    SignOnDemand.objects.create(role=olga.role)
    asked = _asked_first(client)
    assert urlsplit(asked).path == at_the_company
    assert "/accounts/reauthenticate/?next=%2Fpeople%2F" in client.get(asked).content.decode()
