"""Single sign-on: the company's provider proves who comes; only members of staff get in, and nobody is ever made."""

import time
from urllib.parse import parse_qsl, urlsplit

import jwt
import pytest
from django.core.cache import cache
from django.test import Client
from oauthlib.oauth2 import WebApplicationClient

from samovar.accounts import oidc_talk, second_factor
from samovar.accounts.models import AuditEntry, StaffProvider, User
from tests import make
from tests.accounts.oidc_server import CLIENT, RETURN, SECRET, OidcServer, come_back, new_key, new_provider

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_counters() -> None:
    cache.clear()


@pytest.fixture
def olga() -> User:
    return make.user("olga", password=make.PASSWORD)


def _is_in(client: Client) -> bool:
    return client.get("/profile/").status_code == 200


def test_whom_the_provider_has_proven_gets_in(
    client: Client, server: OidcServer, provider: StaffProvider, olga: User
) -> None:
    server.email = "Olga@Aurora.example"
    assert "Aurora ID" in client.get("/accounts/login/").content.decode()

    answer = client.get(come_back(client, server, provider))

    assert answer.headers["Location"] == "/profile/"
    assert _is_in(client)


def test_it_leads_to_our_own_pages_only(
    client: Client, server: OidcServer, provider: StaffProvider, olga: User
) -> None:
    answer = client.get(come_back(client, server, provider, "https://evil.example/"))

    assert answer.headers["Location"] == "/"


def test_who_has_a_second_factor_is_asked_for_it(
    client: Client, server: OidcServer, provider: StaffProvider, olga: User
) -> None:
    second_factor.set_up_app(olga, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")

    answer = client.get(come_back(client, server, provider))

    assert answer.headers["Location"] == "/accounts/login/code/"
    assert not _is_in(client)


def test_who_is_nobody_of_ours_is_refused_and_not_made(
    client: Client, server: OidcServer, provider: StaffProvider
) -> None:
    server.email = "stranger@aurora.example"

    answer = client.get(come_back(client, server, provider))

    assert answer.status_code == 403
    assert "Nobody of the staff has the e-mail that Aurora ID knows you by." in answer.content.decode()
    assert not User.objects.filter(email="stranger@aurora.example").exists()


def test_who_was_switched_off_does_not_get_in(
    client: Client, server: OidcServer, provider: StaffProvider, olga: User
) -> None:
    olga.deactivate(by=make.admin())

    assert client.get(come_back(client, server, provider)).headers["Location"] == "/accounts/inactive/"
    assert not _is_in(client)


@pytest.mark.parametrize("said", [{"email_verified": False}, {"email_verified": "true"}, {"email_verified": None}])
def test_an_email_that_is_not_verified_proves_nothing(
    client: Client, server: OidcServer, provider: StaffProvider, olga: User, said: dict[str, object]
) -> None:
    server.changes = said

    answer = client.get(come_back(client, server, provider))

    assert "Aurora ID does not vouch for your e-mail." in answer.content.decode()
    assert not _is_in(client)


@pytest.mark.parametrize(
    "said",
    [
        {"iss": "https://evil.example"},
        {"aud": "another-program"},
        {"aud": [CLIENT, "another"], "azp": "another"},
        {"exp": int(time.time()) - 3600},
        {"exp": None},
        {"nonce": "of another sign-in"},
        {"nonce": None},
    ],
)
def test_a_proof_for_somebody_else_or_another_time_is_refused(
    client: Client, server: OidcServer, provider: StaffProvider, olga: User, said: dict[str, object]
) -> None:
    server.changes = said

    answer = client.get(come_back(client, server, provider))

    assert answer.status_code == 403
    assert "could not be believed" in answer.content.decode()
    assert not _is_in(client)


def test_a_proof_signed_by_somebody_else_is_refused(
    client: Client, server: OidcServer, provider: StaffProvider, olga: User
) -> None:
    server.signing_key = new_key()

    assert client.get(come_back(client, server, provider)).status_code == 403
    assert not _is_in(client)


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_a_proof_without_a_key_of_the_provider_is_refused(
    client: Client, server: OidcServer, provider: StaffProvider, olga: User, algorithm: str
) -> None:
    server.algorithm = algorithm

    assert client.get(come_back(client, server, provider)).status_code == 403
    assert not _is_in(client)


def test_the_way_back_works_once_and_only_in_the_browser_that_began(
    client: Client, server: OidcServer, provider: StaffProvider, olga: User
) -> None:
    back = come_back(client, server, provider)

    assert "begun too long ago, or in another browser" in Client().get(back).content.decode()
    assert client.get(back).status_code == 302
    client.post("/accounts/logout/")
    assert client.get(back).status_code == 403
    assert not _is_in(client)


def test_a_state_of_somebody_else_is_refused(
    client: Client, server: OidcServer, provider: StaffProvider, olga: User
) -> None:
    attacker = Client()
    back = come_back(attacker, server, provider)
    client.get(f"/accounts/single-sign-on/{provider.pk}/")

    assert client.get(back).status_code == 403


def test_who_does_not_agree_is_told_so(client: Client, server: OidcServer, provider: StaffProvider, olga: User) -> None:
    server.agrees = False

    assert "You were not signed in at Aurora ID." in client.get(come_back(client, server, provider)).content.decode()


@pytest.mark.parametrize(
    "said",
    [[], {}, {"issuer": "https://evil.example"}, None, {"issuer": 1, "token_endpoint": []}],
)
def test_a_provider_that_says_nonsense_of_itself_is_left_alone(
    client: Client, server: OidcServer, provider: StaffProvider, said: object
) -> None:
    server.odd_answers["/.well-known/openid-configuration"] = said

    answer = client.get(f"/accounts/single-sign-on/{provider.pk}/")

    assert answer.status_code == 403
    assert "Aurora ID cannot be reached" in answer.content.decode()


@pytest.mark.parametrize("keys", [[], {}, {"keys": []}, {"keys": [{}]}, {"keys": "none"}, {"keys": [{"kty": "RSA"}]}])
def test_keys_that_are_none_let_nobody_in(
    client: Client, server: OidcServer, provider: StaffProvider, olga: User, keys: object
) -> None:
    server.odd_answers["/keys"] = keys

    assert client.get(come_back(client, server, provider)).status_code == 403


def test_nothing_on_this_machine_or_in_its_network_is_asked(client: Client, server: OidcServer) -> None:
    provider = new_provider(server.url)

    assert client.get(f"/accounts/single-sign-on/{provider.pk}/").status_code == 403


def test_a_provider_that_is_switched_off_opens_nothing(
    client: Client, server: OidcServer, provider: StaffProvider, olga: User
) -> None:
    anna = make.admin("anna")
    back = come_back(client, server, provider)
    of_anna = Client()
    of_anna.force_login(anna)

    of_anna.post(f"/signing-in/providers/{provider.pk}/retiring/")

    assert client.get(back).status_code == 403
    assert client.get(f"/accounts/single-sign-on/{provider.pk}/").status_code == 404
    assert "Aurora ID" not in Client().get("/accounts/login/").content.decode()
    of_anna.post(f"/signing-in/providers/{provider.pk}/reviving/")
    assert "Aurora ID" in Client().get("/accounts/login/").content.decode()
    actions = AuditEntry.objects.filter(action__startswith="sign-on").order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["sign-on-changed", "sign-on-retired", "sign-on-revived"]


def test_what_a_provider_says_of_itself_is_asked_once_and_its_keys_again_when_they_change(
    client: Client, server: OidcServer, provider: StaffProvider, olga: User
) -> None:
    for _time in range(2):
        assert client.get(come_back(client, server, provider)).status_code == 302
        client.post("/accounts/logout/")
    assert sorted(server.asked) == ["/.well-known/openid-configuration", "/keys"]

    server.key = new_key()

    assert client.get(come_back(client, server, provider)).status_code == 302
    assert sorted(server.asked) == ["/.well-known/openid-configuration", "/keys", "/keys"]


def test_a_provider_that_fails_is_left_alone_for_a_minute(
    client: Client, server: OidcServer, provider: StaffProvider, olga: User
) -> None:
    server.is_down = True
    assert client.get(f"/accounts/single-sign-on/{provider.pk}/").status_code == 403
    server.is_down = False

    answer = client.get(f"/accounts/single-sign-on/{provider.pk}/")

    assert "Aurora ID cannot be reached" in answer.content.decode()
    assert len(server.asked) == 1
    cache.clear()
    assert client.get(f"/accounts/single-sign-on/{provider.pk}/").status_code == 302


def test_while_one_waits_for_the_provider_others_are_told_to_try_again(
    client: Client, server: OidcServer, provider: StaffProvider
) -> None:
    with oidc_talk.talk(provider):
        answer = client.get(f"/accounts/single-sign-on/{provider.pk}/")

    assert "Try again in a moment" in answer.content.decode()
    assert server.asked == []
    assert client.get(f"/accounts/single-sign-on/{provider.pk}/").status_code == 302


def test_an_email_that_only_looks_like_one_of_ours_is_nobodys(
    client: Client, server: OidcServer, provider: StaffProvider
) -> None:
    mike = make.user("mike")
    for email in ("m\u0131ke@aurora.example", "mi\u212ae@aurora.example"):
        server.email = email
        assert client.get(come_back(client, server, provider)).status_code == 403
        assert User.objects.with_email("m\u0131ke@aurora.example") is None
    server.email = "MIKE@aurora.example"

    assert client.get(come_back(client, server, provider)).status_code == 302
    assert client.session["_auth_user_id"] == str(mike.pk)


def test_an_administrator_adds_a_provider_and_its_secret_is_sealed(client: Client) -> None:
    client.force_login(make.admin())
    typed = {
        "name": "Aurora ID",
        "issuer": "https://id.aurora.example/.well-known/openid-configuration",
        "client_id": "samovar",
        "client_secret": "very secret",
    }
    assert RETURN.rpartition("8000")[2] in client.get("/signing-in/providers/new/").content.decode()

    client.post("/signing-in/providers/new/", typed)

    kept = StaffProvider.objects.get()
    assert (kept.issuer, kept.client_secret) == ("https://id.aurora.example", "very secret")
    assert b"very secret" not in bytes(kept.sealed_client_secret)
    page = client.get(f"/signing-in/providers/{kept.pk}/").content.decode()
    assert "very secret" not in page
    told = AuditEntry.objects.get(action="sign-on-changed").after
    assert told["new_secret"] and "very secret" not in str(told)
    moved = {**typed, "issuer": "https://evil.example", "client_secret": ""}
    assert client.post(f"/signing-in/providers/{kept.pk}/", moved).status_code == 422
    client.post(f"/signing-in/providers/{kept.pk}/", {**typed, "name": "Aurora", "client_secret": ""})
    kept.refresh_from_db()
    assert (kept.name, kept.client_secret) == ("Aurora", "very secret")


@pytest.mark.parametrize(
    "url", ["http://id.example.com", "https://", "https://a@b.example", "https://id.example:x", "x"]
)
def test_a_server_that_could_be_overheard_is_refused(client: Client, url: str) -> None:
    client.force_login(make.admin())

    typed = {"name": "Aurora ID", "issuer": url, "client_id": "samovar", "client_secret": "s"}
    assert client.post("/signing-in/providers/new/", typed).status_code == 422


def test_an_ordinary_client_gets_along_with_the_provider_of_our_tests(server: OidcServer) -> None:
    client = WebApplicationClient(CLIENT)
    verifier = client.create_code_verifier(64)
    challenge = client.create_code_challenge(verifier, "S256")
    config = server.get("/.well-known/openid-configuration")
    assert isinstance(config, dict)
    url = client.prepare_request_uri(
        config["authorization_endpoint"].replace("http:", "https:"),
        redirect_uri=RETURN,
        scope=["openid", "email"],
        state="s",
        nonce="n",
        code_challenge=challenge,
        code_challenge_method="S256",
    )
    back = server.authorize(dict(parse_qsl(urlsplit(url).query)))
    code = client.parse_request_uri_response(back.replace("http:", "https:"), state="s")["code"]
    body = client.prepare_request_body(
        code=code, redirect_uri=RETURN, client_secret=SECRET, code_verifier=verifier, include_client_id=True
    )
    status, answer = server.token(dict(parse_qsl(body)))

    assert status == 200
    keys = server.get("/keys")
    assert isinstance(keys, dict)
    key = jwt.PyJWKSet.from_dict(keys)["k1"]
    claims = jwt.decode(str(answer["id_token"]), key, algorithms=["RS256"], audience=CLIENT, issuer=server.url)
    assert (claims["email"], claims["nonce"]) == ("olga@aurora.example", "n")
