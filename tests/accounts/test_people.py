"""People: an administrator adds them, changes what they may do, switches accounts off and on."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from samovar.accounts.errors import LastAdmin
from samovar.accounts.models import Company, Role, User
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin_client(client: Client) -> Client:
    client.force_login(make.admin("anna"))
    return client


def test_somebody_new_can_sign_in_with_the_password_of_the_administrator(admin_client: Client) -> None:
    typed = {"name": "Olga Belova", "email": "olga@aurora.example", "role": Role.LEAD, "password": "warm oak table 7"}

    response = admin_client.post(reverse("new_person"), typed, follow=True)

    assert "Olga Belova can sign in now" in response.content.decode()
    stranger = Client()
    stranger.post("/accounts/login/", {"login": "olga@aurora.example", "password": "warm oak table 7"})
    assert stranger.get("/profile/").status_code == 200
    assert User.objects.get(email="olga@aurora.example").role == Role.LEAD


@pytest.mark.parametrize(
    ("field", "value", "complaint"),
    [
        ("email", "ANNA@aurora.example", "Somebody already signs in with this e-mail"),
        ("email", "no address", "Enter a valid email address"),
        ("name", " \t ", "This field is required"),
        ("role", "owner", "Select a valid choice"),
        ("password", "short", "This password is too short"),
        ("password", "olgabelova1", "too similar to the name"),
    ],
)
def test_what_cannot_be_is_refused_in_words(admin_client: Client, field: str, value: str, complaint: str) -> None:
    typed = {"name": "Olga Belova", "email": "olga@aurora.example", "role": Role.AGENT, "password": "warm oak table 7"}

    response = admin_client.post(reverse("new_person"), {**typed, field: value})

    assert response.status_code == 422
    assert complaint in response.content.decode()
    assert User.objects.count() == 1


def test_switching_an_account_off_ends_its_sessions_and_offers_undo(admin_client: Client) -> None:
    olga, her_client = make.agent("olga"), Client()
    her_client.force_login(olga)

    response = admin_client.post(reverse("deactivation", args=[olga.pk]), follow=True)

    assert f'action="{reverse("activation", args=[olga.pk])}"' in response.content.decode()
    assert her_client.get("/profile/").headers["Location"].startswith("/accounts/login/")

    admin_client.post(reverse("activation", args=[olga.pk]))

    olga.refresh_from_db()
    assert olga.is_active


def test_a_new_role_ends_the_sessions_of_the_person(admin_client: Client) -> None:
    olga, her_client = make.agent("olga"), Client()
    her_client.force_login(olga)

    admin_client.post(reverse("role", args=[olga.pk]), {"role": Role.EXPERT})

    olga.refresh_from_db()
    assert olga.role == Role.EXPERT
    assert her_client.get("/profile/").status_code == 302


def test_a_new_password_ends_the_sessions_of_the_person(admin_client: Client) -> None:
    olga, her_client = make.agent("olga"), Client()
    her_client.force_login(olga)

    admin_client.post(reverse("password", args=[olga.pk]), {"password": "warm oak table 7"})

    olga.refresh_from_db()
    assert olga.check_password("warm oak table 7")
    assert her_client.get("/profile/").status_code == 302


def test_the_last_administrator_stays(admin_client: Client) -> None:
    anna = User.objects.get()
    make.admin("gone").deactivate(by=anna)

    off = admin_client.post(reverse("deactivation", args=[anna.pk]), follow=True)
    demoted = admin_client.post(reverse("role", args=[anna.pk]), {"role": Role.AGENT})

    for response in (off, demoted):
        assert "There would be no administrator left" in response.content.decode()
    anna.refresh_from_db()
    assert anna.is_active
    assert anna.is_admin


def test_one_of_two_administrators_may_go() -> None:
    anna, oleg = make.admin("anna"), make.admin("oleg")

    anna.change_role(Role.AGENT, by=oleg)

    with pytest.raises(LastAdmin):
        oleg.deactivate(by=oleg)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("how", ["deactivate", "change_role"])
def test_of_two_administrators_who_remove_each_other_at_the_same_moment_one_stays(how: str) -> None:
    anna, oleg = make.admin("anna"), make.admin("oleg")
    together = Barrier(2)

    def remove(pair: tuple[User, User]) -> bool:
        by, other = pair
        try:
            together.wait()
            other.deactivate(by=by) if how == "deactivate" else other.change_role(Role.AGENT, by=by)
        except LastAdmin:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(remove, [(anna, oleg), (oleg, anna)]))

    assert sorted(done) == [False, True]
    assert User.objects.filter(role=Role.ADMIN, is_active=True).count() == 1


def test_a_company_whose_first_administrator_came_by_the_command_line_can_be_named(client: Client) -> None:
    client.force_login(make.admin("anna"))
    assert not Company.objects.exists()

    client.post("/company/", {"company": " Aurora  Home "})
    assert 'value="Aurora Home"' in client.get("/people/").content.decode()
    client.post("/company/", {"company": "Aurora"})

    assert Company.current_name() == "Aurora"
    refused = client.post("/company/", {"company": " "})
    assert refused.status_code == 422 and "This field is required" in refused.content.decode()
    assert Company.current_name() == "Aurora"
    client.force_login(make.user(role=Role.LEAD))
    assert client.post("/company/", {"company": "Mine"}).status_code == 403
