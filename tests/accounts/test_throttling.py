"""Guessing a password gets slower with every try, and never for the owner in the browser that they use."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone

from samovar.accounts import throttling
from samovar.accounts.models import SignInTries, User
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_counters() -> None:
    cache.clear()


@pytest.fixture
def olga() -> User:
    return make.user("olga", password=make.PASSWORD)


def _is_let_in(client: Client, password: str = make.PASSWORD, email: str = "olga@aurora.example") -> bool:
    return client.post("/accounts/login/", {"login": email, "password": password}).status_code == 302


def _guess(times: int) -> None:
    for number in range(times):
        # Each from another network, as those who rent them do.
        _is_let_in(Client(REMOTE_ADDR=f"198.51.{number}.1"), "wrong")


def _let_pass(time: timedelta) -> None:
    for tries in SignInTries.objects.all():
        tries.last_at -= time
        tries.save(update_fields=["last_at"])


def test_after_five_tries_everybody_waits_half_a_minute(olga: User) -> None:
    _guess(5)
    assert not _is_let_in(Client())

    _let_pass(timedelta(seconds=31))

    assert _is_let_in(Client())


def test_the_pause_grows_with_every_try_to_a_quarter_of_an_hour() -> None:
    now, key, pauses = timezone.now(), throttling.key_of("olga@aurora.example", ""), []
    for _ in range(12):
        waited = timedelta()
        while not throttling.admits(key, now + waited):
            waited += timedelta(seconds=15)
        now += waited
        pauses.append(int(waited.total_seconds()))

    assert pauses == [0, 0, 0, 0, 0, 30, 60, 120, 240, 480, 900, 900]


def test_who_tries_during_the_pause_does_not_make_it_longer(olga: User) -> None:
    _guess(40)

    _let_pass(timedelta(seconds=31))

    assert _is_let_in(Client())


def test_a_stranger_who_guesses_does_not_shut_out_the_owner(olga: User) -> None:
    at_home = Client()
    assert _is_let_in(at_home)
    at_home.post("/accounts/logout/")

    _guess(10)

    assert not _is_let_in(Client())
    assert _is_let_in(at_home)


def test_the_browser_of_one_person_is_not_known_for_another(olga: User) -> None:
    make.user("pavel", password=make.PASSWORD)
    of_pavel = Client()
    _is_let_in(of_pavel, email="pavel@aurora.example")
    of_pavel.post("/accounts/logout/")
    pavels = of_pavel.cookies[throttling.cookie_name("pavel@aurora.example")].value
    _guess(5)

    of_pavel.cookies[throttling.cookie_name(olga.email)] = pavels

    assert not _is_let_in(of_pavel)


def test_guessing_in_a_known_browser_is_slow_too(olga: User) -> None:
    at_home = Client()
    _is_let_in(at_home)
    at_home.post("/accounts/logout/")
    for _ in range(5):
        _is_let_in(at_home, "wrong")

    assert not _is_let_in(at_home)


def test_the_right_password_begins_the_counting_anew(olga: User) -> None:
    for _ in range(3):
        _guess(4)
        assert _is_let_in(Client())

    assert not SignInTries.objects.exists()


def test_an_address_that_nobody_has_is_counted_alike(olga: User) -> None:
    client = Client()
    told = [
        client.post("/accounts/login/", {"login": "who@aurora.example", "password": "wrong"}).content for _ in range(6)
    ]

    assert b"Too many wrong tries" in told[5]
    assert b"Too many wrong tries" not in told[4]


def test_eleven_tries_a_minute_from_one_address_are_one_too_many(olga: User) -> None:
    client = Client(REMOTE_ADDR="198.51.100.1")
    for number in range(10):
        _is_let_in(client, "wrong", f"who{number}@aurora.example")

    assert not _is_let_in(client)
    assert _is_let_in(Client(REMOTE_ADDR="198.51.100.2"))


def test_the_counters_outlive_a_restart_and_are_forgotten_after_a_day(olga: User) -> None:
    _guess(5)
    cache.clear()
    assert not _is_let_in(Client())

    cache.set("a-counter-of-the-framework", 1, timeout=60)
    throttling.tidy(timezone.now() + timedelta(hours=25))

    assert not SignInTries.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM django_cache")
        assert cursor.fetchone() == (0,)


def test_before_a_change_the_password_cannot_be_guessed_either(client: Client, olga: User) -> None:
    client.force_login(olga)
    for _ in range(5):
        client.post("/accounts/reauthenticate/", {"password": "wrong"})

    page = client.post("/accounts/reauthenticate/", {"password": make.PASSWORD})

    assert page.status_code == 200
    assert "Too many wrong tries" in page.content.decode()
