"""Each person in their own language, colours, time zone; and whether they are here."""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from samovar.accounts import sessions_of
from samovar.accounts.models import User
from tests import make

pytestmark = pytest.mark.django_db
WAYS = {"name": "Ольга Белова", "title": "oak", "language": "ru", "theme": "dark", "time_zone": "Europe/Samara"}


def test_what_a_person_chooses_holds_for_every_page(client: Client) -> None:
    client.force_login(make.agent("olga"))

    response = client.post("/profile/", WAYS, follow=True)

    page = response.content.decode()
    html = page.partition("<html ")[2].partition(">")[0]
    assert html.startswith('lang="ru" data-theme="dark"')
    assert 'data-time-zone="Europe/Samara"' in html
    assert "Сохранено" in page
    assert 'data-keys="off"' in page
    olga = User.objects.get()
    assert (olga.name, olga.title, olga.has_keys, olga.sort_key) == ("Ольга Белова", "oak", False, "ольга белова")


def test_a_stranger_is_spoken_to_in_the_language_of_the_browser(client: Client) -> None:
    make.admin()

    assert "Войти" in client.get("/accounts/login/", headers={"Accept-Language": "ru-RU,ru;q=0.9"}).content.decode()


def test_the_language_of_one_person_does_not_stay_for_the_next(client: Client) -> None:
    olga = make.agent("olga")
    olga.change_ways(language="ru", time_zone="Asia/Vladivostok")
    client.force_login(olga)
    client.get("/profile/")

    assert 'lang="en"' in Client().get("/accounts/login/").content.decode()
    assert timezone.get_current_timezone_name() == "UTC"


@pytest.mark.parametrize(
    ("field", "value"), [("language", "xx"), ("theme", "pink"), ("time_zone", "Mars/Olympus"), ("name", " ")]
)
def test_what_does_not_exist_cannot_be_chosen(client: Client, field: str, value: str) -> None:
    client.force_login(make.agent("olga"))

    assert client.post("/profile/", {**WAYS, field: value}).status_code == 422


def test_a_person_is_here_from_the_last_action_and_writing_it_costs_once_a_minute(client: Client) -> None:
    client.force_login(make.agent("olga"))
    client.get("/profile/")
    seen_at = User.objects.get().seen_at
    assert seen_at is not None

    client.get("/profile/")

    olga = User.objects.get()
    assert olga.seen_at == seen_at
    assert olga.is_here(seen_at + timedelta(minutes=5))
    assert not olga.is_here(seen_at + timedelta(minutes=5, seconds=1))


def test_what_a_page_asks_for_by_itself_does_not_say_that_a_person_is_there(client: Client) -> None:
    client.force_login(make.agent("olga"))

    client.get("/?size=30", headers={"HX-Request": "true", "HX-Target": "rows", "X-By-Itself": "1"})

    assert User.objects.get().seen_at is None


def test_a_session_is_listed_whatever_it_says_of_its_requests(client: Client) -> None:
    olga = make.agent("olga")
    client.force_login(olga)

    for _time in range(2):
        client.get("/customers/", headers={"X-By-Itself": "1", "User-Agent": "curl/8"}, REMOTE_ADDR="192.0.2.7")

    [seat] = sessions_of.seats(olga)
    assert (seat.device, seat.address) == ("curl", "192.0.2.7")
    olga.refresh_from_db()
    assert olga.seen_at is None


def test_who_signs_in_is_not_told_so(client: Client) -> None:
    make.user("olga", password=make.PASSWORD)

    page = client.post("/accounts/login/", {"login": "olga@aurora.example", "password": make.PASSWORD}, follow=True)

    assert page.redirect_chain == [("/", 302)]
    assert '<undo-toast class="toast">\n  <span>' not in page.content.decode()


def test_a_page_costs_four_queries_of_its_frame(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """The session, the person with what is so of the company, which views they have, what waits in these."""
    client.force_login(make.agent("olga"))
    client.get("/keys/")

    with django_assert_num_queries(4):
        client.get("/keys/")


def test_somebody_who_was_never_seen_is_not_here() -> None:
    assert not make.agent("olga").is_here(datetime(2026, 11, 21, tzinfo=UTC))


def test_a_cookie_that_no_browser_of_ours_has_is_that_of_a_stranger(client: Client) -> None:
    make.agent("olga")
    client.cookies[settings.SESSION_COOKIE_NAME] = "\0aaaaaaaaa"

    assert client.get("/").headers["Location"] == "/accounts/login/?next=/"
