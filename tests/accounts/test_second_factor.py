"""The second factor: an app for codes, recovery codes, who may change them, and what they are kept as."""

import re
from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client

from samovar.accounts import second_factor
from samovar.accounts.models import AuditEntry, Company, User
from tests import make
from tests.accounts.codes import code_of

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
SIGN_IN = {"login": "olga@aurora.example", "password": make.PASSWORD}


@pytest.fixture(autouse=True)
def _no_counters() -> None:
    cache.clear()


@pytest.fixture
def olga() -> User:
    return make.user("olga", password=make.PASSWORD)


@pytest.fixture
def with_app(olga: User) -> User:
    second_factor.set_up_app(olga, SECRET)
    return olga


def _proven(client: Client, user: User) -> Client:
    client.force_login(user)
    client.post("/accounts/reauthenticate/", {"password": make.PASSWORD})
    return client


def _codes(client: Client) -> list[str]:
    return re.findall(r"<li><code>(\d{4} \d{4})</code>", client.get("/security/codes/").content.decode())


def test_an_app_is_set_up_by_its_first_code_and_asked_for_at_the_next_sign_in(client: Client, olga: User) -> None:
    page = _proven(client, olga).get("/security/app/").content.decode()
    secret = "".join(re.findall(r'<code class="breakable">([A-Z2-7 ]+)</code>', page)[0].split())
    assert 'src="data:image/svg+xml;base64,' in page

    assert client.post("/security/app/", {"code": "000000"}).status_code == 422
    client.post("/security/app/", {"code": code_of(secret)})

    stranger = Client()
    assert stranger.post("/accounts/login/", SIGN_IN).headers["Location"] == "/accounts/login/code/"
    assert stranger.get("/profile/").status_code == 302
    assert stranger.post("/accounts/login/code/", {"code": code_of(secret, 1)}).headers["Location"] == "/"
    assert stranger.get("/profile/").status_code == 200


def test_the_address_that_was_asked_for_outlives_the_second_step(client: Client, with_app: User) -> None:
    client.post("/accounts/login/", {**SIGN_IN, "next": "/profile/"})

    assert client.post("/accounts/login/code/", {"code": code_of(SECRET)}).headers["Location"] == "/profile/"


def test_a_code_works_once(with_app: User) -> None:
    code = code_of(SECRET)

    statuses = []
    for client in (Client(), Client()):
        client.post("/accounts/login/", SIGN_IN)
        statuses.append(client.post("/accounts/login/code/", {"code": code}).status_code)

    assert statuses == [302, 200]


def test_a_code_of_last_hour_opens_nothing(client: Client, with_app: User) -> None:
    client.post("/accounts/login/", SIGN_IN)

    assert client.post("/accounts/login/code/", {"code": code_of(SECRET, -120)}).status_code == 200
    assert client.get("/profile/").status_code == 302


def test_the_second_step_alone_opens_nothing(client: Client, with_app: User) -> None:
    assert client.post("/accounts/login/code/", {"code": code_of(SECRET)}).headers["Location"] == "/accounts/login/"


def test_the_code_that_set_the_app_up_opens_nothing_and_a_used_one_counts_as_a_wrong_one(
    client: Client, olga: User
) -> None:
    page = _proven(client, olga).get("/security/app/").content.decode()
    secret = "".join(re.findall(r'<code class="breakable">([A-Z2-7 ]+)</code>', page)[0].split())
    used = code_of(secret)
    client.post("/security/app/", {"code": used})
    stranger = Client()
    stranger.post("/accounts/login/", SIGN_IN)

    answers = [stranger.post("/accounts/login/code/", {"code": used}).content.decode() for _time in range(6)]

    assert "not the code of this moment" in answers[0]
    assert "Too many wrong tries" in answers[5]
    assert (
        "Too many wrong tries" in stranger.post("/accounts/login/code/", {"code": code_of(secret, 1)}).content.decode()
    )


def test_recovery_codes_are_shown_once_and_work_once(client: Client, with_app: User) -> None:
    codes = _codes(_proven(client, with_app))
    assert len(codes) == 10
    assert client.get("/security/codes/").headers["Location"] == "/security/"

    statuses = []
    for stranger in (Client(), Client()):
        stranger.post("/accounts/login/", SIGN_IN)
        statuses.append(stranger.post("/accounts/login/code/", {"code": codes[3]}).status_code)

    assert statuses == [302, 200]
    assert "9 codes are left" in client.get("/security/").content.decode()


def test_new_recovery_codes_make_the_old_ones_worthless(client: Client, with_app: User) -> None:
    old = _codes(_proven(client, with_app))

    client.post("/security/codes/")

    new = _codes(client)
    assert len(new) == 10
    assert not {*old} & {*new}
    stranger = Client()
    stranger.post("/accounts/login/", SIGN_IN)
    assert stranger.post("/accounts/login/code/", {"code": old[0]}).status_code == 200
    assert stranger.post("/accounts/login/code/", {"code": new[0]}).status_code == 302


def test_the_recovery_codes_can_be_saved_as_a_file(client: Client, with_app: User) -> None:
    page = _proven(client, with_app).get("/security/codes/").content.decode()

    first = re.findall(r"<li><code>(\d{4}) (\d{4})</code>", page)[0]
    assert f'href="data:text/plain;charset=utf-8,{first[0]}%20{first[1]}%0D%0A' in page


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("get", "/security/app/"),
        ("post", "/security/app/removal/"),
        ("get", "/security/codes/"),
        ("post", "/security/codes/"),
        ("get", "/security/passkeys/new/"),
    ],
)
def test_what_changes_the_way_in_asks_for_the_password_first(
    client: Client, with_app: User, method: str, address: str
) -> None:
    client.force_login(with_app)
    ask: Callable[[str], object] = getattr(client, method)

    answer = ask(address)

    assert str(getattr(answer, "headers", {})["Location"]).startswith("/accounts/reauthenticate/?next=")
    assert second_factor.factors(with_app).app


def test_a_code_is_as_good_as_the_password_before_a_change(client: Client, with_app: User) -> None:
    client.force_login(with_app)

    client.post("/accounts/reauthenticate/code/?next=/security/", {"code": code_of(SECRET)})

    assert len(_codes(client)) == 10


def test_with_the_last_factor_the_recovery_codes_go_too(client: Client, with_app: User) -> None:
    _proven(client, with_app).post("/security/app/removal/")

    assert not Authenticator.objects.exists()
    assert Client().post("/accounts/login/", SIGN_IN).headers["Location"] == "/"


def test_every_change_stands_in_the_audit_log(client: Client, with_app: User) -> None:
    _proven(client, with_app).post("/security/codes/")
    client.post("/security/app/removal/")

    written = AuditEntry.objects.order_by("pk").values_list("action", "by_name", "subject_id")
    actions = ["second-factor-added", "recovery-codes-made", "second-factor-removed"]
    assert list(written) == [(action, "Olga", with_app.pk) for action in actions]


def test_the_secrets_are_sealed_in_the_database(with_app: User) -> None:
    app = Authenticator.objects.get(type="totp")
    codes = Authenticator.objects.get(type="recovery_codes")

    assert SECRET not in app.data["secret"]
    assert len(codes.data["seed"]) > 100


def test_the_app_of_the_person_names_the_company(client: Client, olga: User) -> None:
    Company.call("Aurora Home", by=olga)

    page = _proven(client, olga).get("/security/app/").content.decode()

    assert "otpauth://totp/olga%40aurora.example?secret=" in page
    assert "issuer=Aurora%20Home" in page


def test_five_wrong_codes_and_even_the_right_one_has_to_wait(with_app: User) -> None:
    for number in range(5):
        client = Client(REMOTE_ADDR=f"192.0.2.{number}")
        client.post("/accounts/login/", SIGN_IN)
        client.post("/accounts/login/code/", {"code": "000000"})

    client = Client(REMOTE_ADDR="192.0.2.99")
    client.post("/accounts/login/", SIGN_IN)
    assert client.post("/accounts/login/code/", {"code": code_of(SECRET)}).status_code == 200
    assert client.get("/profile/").status_code == 302


def test_a_colleagues_passkey_cannot_be_named_or_removed(client: Client, olga: User) -> None:
    passkey = make.passkey(make.agent("pavel"))
    _proven(client, olga)

    assert client.get(f"/security/passkeys/{passkey.pk}/").status_code == 404
    assert client.post(f"/security/passkeys/{passkey.pk}/removal/").status_code == 404


@pytest.mark.parametrize("credential", ["", "no json", "[]", "{}", '"text"', '{"id": 1, "response": {}}', "null"])
def test_what_no_browser_makes_is_no_passkey(client: Client, olga: User, credential: str) -> None:
    answer = _proven(client, olga).post("/security/passkeys/new/", {"name": "phone", "credential": credential})

    assert answer.status_code == 422
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize("credential", ["", "no json", "[]", "{}", '"text"', '{"id": 1, "response": {}}', "null"])
def test_what_no_browser_makes_lets_nobody_in(client: Client, olga: User, credential: str) -> None:
    client.get("/accounts/login/passkey/", headers={"Accept": "application/json"})

    answer = client.post("/accounts/login/passkey/", {"credential": credential})

    assert answer.headers["Location"] == "/accounts/login/"
    assert client.get("/profile/").status_code == 302
