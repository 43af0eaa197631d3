"""The first run: only with the setup code, only while there is nobody, and only once."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse

from samovar.accounts import first_run
from samovar.accounts.errors import AlreadyBegun
from samovar.accounts.models import Company, Role, User
from samovar.lib import env
from tests import make

TYPED = {
    "company": "Aurora Home",
    "name": "Anna Petrova",
    "email": "Anna@Aurora.example",
    "password": "warm oak table 7",
}


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAMOVAR_HOME", str(tmp_path))
    cache.clear()


pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("address", ["/profile/", "/accounts/login/", "/people/"])
def test_while_there_is_nobody_pages_lead_to_the_first_run(client: Client, address: str) -> None:
    assert client.get(address).headers["Location"] == "/welcome/"


def test_the_code_opens_the_company_and_signs_its_first_administrator_in(client: Client) -> None:
    response = client.post("/welcome/", {**TYPED, "code": first_run.setup_code().lower().replace("-", " ")})

    assert response.headers["Location"] == "/"
    user = User.objects.get()
    assert (user.name, user.email, user.role) == ("Anna Petrova", "anna@aurora.example", Role.ADMIN)
    assert user.check_password(TYPED["password"])
    assert Company.objects.get().name == "Aurora Home"
    assert client.get("/people/").status_code == 200


def test_a_wrong_code_makes_nobody(client: Client) -> None:
    response = client.post("/welcome/", {**TYPED, "code": "AAAA-AAAA"})

    assert response.status_code == 422
    assert "This is not the setup code" in response.content.decode()
    assert not User.objects.exists()


def test_a_weak_password_makes_nobody(client: Client) -> None:
    response = client.post("/welcome/", {**TYPED, "code": first_run.setup_code(), "password": "annapetrova"})

    assert response.status_code == 422
    assert not User.objects.exists()


def test_guessing_is_cut_off_after_twenty_tries_even_with_the_right_code(client: Client) -> None:
    for _ in range(20):
        client.post("/welcome/", {**TYPED, "code": "AAAA-AAAA"})

    response = client.post("/welcome/", {**TYPED, "code": first_run.setup_code()})

    assert response.status_code == 429
    assert not User.objects.exists()


def test_the_page_is_closed_as_soon_as_there_is_anybody(client: Client) -> None:
    code = first_run.setup_code()
    make.agent("olga")

    for response in (client.get("/welcome/"), client.post("/welcome/", {**TYPED, "code": code})):
        assert response.headers["Location"] == reverse("account_login")
    assert User.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_code_is_kept_until_it_is_used_and_only_the_owner_can_read_it() -> None:
    code = first_run.setup_code()
    path = env.home() / "secrets" / first_run.PURPOSE

    assert first_run.setup_code() == code
    assert stat.S_IMODE(path.stat().st_mode) == 0o600

    first_run.begin(**TYPED)

    assert not path.exists()


@pytest.mark.django_db(transaction=True)
def test_of_many_who_try_at_once_one_becomes_the_administrator() -> None:
    def attempt(number: int) -> bool:
        try:
            first_run.begin(**{**TYPED, "email": f"anna{number}@aurora.example"})
        except AlreadyBegun:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(attempt, range(8)))

    assert outcomes.count(True) == 1
    assert User.objects.count() == Company.objects.count() == 1


def test_nobody_begins_beside_somebody_made_by_the_command_line() -> None:
    make.admin("oleg")

    with pytest.raises(AlreadyBegun):
        first_run.begin(**TYPED)
    assert not Company.objects.exists()
