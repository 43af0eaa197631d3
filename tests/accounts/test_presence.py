"""Presence: by the last action, or by the person's own word with a reason and an end."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from samovar.accounts.models import Presence, User
from samovar.events.models import Event
from samovar.lib import clock
from tests import make

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def olga(client: Client) -> User:
    user = make.agent("olga")
    client.force_login(user)
    return user


def test_without_a_word_the_last_action_decides() -> None:
    olga = make.agent("olga")
    assert olga.presence == Presence.AWAY
    olga.touch(NOON)
    olga.refresh_from_db()

    with clock.standing_at(NOON + timedelta(minutes=5)):
        assert (olga.presence, olga.presence_words) == (Presence.HERE, "Available")
    with clock.standing_at(NOON + timedelta(minutes=6)):
        assert olga.presence == Presence.AWAY


def test_ones_own_word_holds_until_its_end() -> None:
    olga = make.agent("olga")
    olga.touch(NOON)
    with clock.standing_at(NOON):
        olga.show_as(Presence.AWAY, " lunch ", NOON + timedelta(hours=1))
        assert (olga.presence, olga.presence_words) == (Presence.AWAY, "Away: lunch, until 13:00")
        assert olga.presence_since == NOON

    with clock.standing_at(NOON + timedelta(hours=1)):
        olga.touch(clock.now())
        olga.refresh_from_db()
        assert (olga.presence, olga.presence_words) == (Presence.HERE, "Available")


def test_a_change_is_announced_once_and_saying_the_same_again_is_none() -> None:
    olga = make.agent("olga")

    for _ in range(2):
        olga.show_as(Presence.BUSY, "a long call")
    olga.show_as(Presence.HERE)

    events = Event.objects.filter(kind="PresenceChanged").order_by("pk")
    assert [(event.data["presence"], event.data["reason"]) for event in events] == [
        ("busy", "a long call"),
        ("here", ""),
    ]
    assert {event.actor_id for event in events} == {olga.pk}


def test_one_press_in_the_menu_is_enough_and_leads_back(client: Client, olga: User) -> None:
    menu = client.get("/profile/").content.decode()
    assert f'action="{reverse("presence")}?presence=busy"' in menu

    response = client.post("/presence/?presence=busy", headers={"Referer": "http://testserver/customers/?q=oak"})

    assert response.headers["Location"] == "/customers/?q=oak"
    assert "<small>Busy</small>" in client.get("/profile/").content.decode()


@pytest.mark.parametrize("referer", ["https://evil.example/x", "//evil.example/x", "javascript:alert(1)", ""])
def test_the_menu_leads_to_no_page_of_others(client: Client, olga: User, referer: str) -> None:
    response = client.post("/presence/?presence=away", headers={"Referer": referer})

    assert response.headers["Location"] == "/"


def test_a_reason_and_an_end_are_said_in_the_time_zone_of_the_person(client: Client, olga: User) -> None:
    olga.change_ways(time_zone="Europe/Samara")

    with clock.standing_at(NOON):
        page = client.post(
            "/presence/", {"presence": "away", "reason": "lunch", "ends_at": "17:30"}, follow=True
        ).content.decode()

    olga.refresh_from_db()
    assert olga.presence_until == datetime(2026, 11, 23, 17, 30, tzinfo=ZoneInfo("Europe/Samara"))
    assert "You are shown as: Away: lunch, until 17:30" in page


def test_a_time_that_is_over_means_tomorrow(client: Client, olga: User) -> None:
    with clock.standing_at(NOON):
        client.post("/presence/", {"presence": "busy", "ends_at": "09:00"})

    olga.refresh_from_db()
    assert olga.presence_until == datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize("typed", [{"presence": "asleep"}, {"presence": "busy", "ends_at": "25:00"}, {}])
def test_what_does_not_exist_cannot_be_said(client: Client, olga: User, typed: dict[str, str]) -> None:
    assert client.post("/presence/", typed).status_code == 422
    assert client.post("/presence/?presence=asleep").status_code == 422


def test_colleagues_see_it_where_they_choose_who_answers_and_on_the_page_of_people(client: Client, olga: User) -> None:
    igor, now = make.agent("igor"), timezone.now()
    igor.touch(now)
    igor.show_as(Presence.BUSY, "a long call")
    make.agent("boris").touch(now)
    olga.touch(now)

    menu = client.get(f"/conversations/{make.conversation().pk}/assignees/").content.decode()

    assert 'data-state="busy"' in menu
    assert "Busy: a long call" in menu
    assert menu.index("Boris") < menu.index("Olga") < menu.index("Igor")
    client.force_login(make.admin("anna"))
    assert "Busy: a long call" in client.get("/people/").content.decode()
