"""Quiet hours: when somebody does not want to hear of what can wait."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from samovar.accounts.models import Calendar, User
from samovar.accounts.quiet import quiet_until
from samovar.accounts.working_hours import Week
from tests import make

SAMARA = ZoneInfo("Europe/Samara")
NIGHT = {"quiet_from": time(20), "quiet_to": time(8)}


def at(text: str, zone: ZoneInfo = SAMARA) -> datetime:
    """The moment that a clock shows: ``at("24 23:00")``, a Tuesday in November."""
    return datetime.strptime(f"2026-11-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("ways", "now", "until"),
    [
        ({}, "24 03:00", None),
        (NIGHT, "24 12:00", None),
        (NIGHT, "24 20:00", "25 08:00"),
        (NIGHT, "24 03:00", "24 08:00"),
        (NIGHT, "24 08:00", None),
        ({"quiet_from": time(12), "quiet_to": time(13)}, "24 12:30", "24 13:00"),
        # Only one of both says nothing.
        ({"quiet_from": time(12)}, "24 12:30", None),
        # The week-end begins on Friday evening and ends on Monday morning.
        ({**NIGHT, "quiet_days": "56"}, "27 21:00", "30 08:00"),
        ({**NIGHT, "quiet_days": "56"}, "28 12:00", "30 08:00"),
        ({"quiet_days": "56"}, "28 12:00", "30 00:00"),
        ({"quiet_days": "56"}, "27 23:00", None),
    ],
)
def test_quiet_lasts_until_the_person_may_be_told(ways: dict[str, object], now: str, until: str | None) -> None:
    user = User(time_zone="Europe/Samara", **ways)

    assert quiet_until(user, at(now)) == (until and at(until))


@pytest.mark.parametrize("zone", ["", "Mars/Olympus"])
def test_who_has_no_zone_counts_in_that_of_the_installation(zone: str) -> None:
    user = User(time_zone=zone, **NIGHT)

    assert quiet_until(user, at("24 21:00", ZoneInfo("UTC"))) == at("25 08:00", ZoneInfo("UTC"))


@pytest.mark.django_db
def test_quiet_hours_are_chosen_on_the_profile(client: Client) -> None:
    client.force_login(make.agent("olga"))

    given = {"name": "Olga", "quiet_from": "20:00", "quiet_to": "08:00", "quiet_days": ["6", "5"]}
    assert client.post("/profile/", given).status_code == 302

    olga = User.objects.get()
    assert (olga.quiet_from, olga.quiet_to, olga.quiet_days) == (time(20), time(8), "56")
    page = client.get("/profile/").content.decode()
    assert 'value="20:00"' in page
    assert page.count(" checked") == 2
    client.post("/profile/", {"name": "Olga"})
    olga.refresh_from_db()
    assert (olga.quiet_from, olga.quiet_to, olga.quiet_days) == (None, None, "")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"quiet_from": "20:00"}, "Say from when and until when."),
        ({"quiet_to": "08:00"}, "Say from when and until when."),
        ({"quiet_from": "20:00", "quiet_to": "20:00"}, "this would be the whole day"),
        ({"quiet_days": list("0123456")}, "Leave at least one day."),
        ({"quiet_days": ["7"]}, "Select a valid choice"),
        ({"quiet_from": "late", "quiet_to": "08:00"}, "Enter a valid time"),
    ],
)
def test_quiet_hours_that_make_no_sense_are_refused(client: Client, given: dict[str, object], said: str) -> None:
    client.force_login(make.agent("olga"))

    answer = client.post("/profile/", {"name": "Olga", **given})

    assert answer.status_code == 422
    assert said in answer.content.decode()


NINE_TO_SIX = [[["09:00", "18:00"]]] * 5 + [[], []]
TWELVE_TO_TEN = [[["12:00", "22:00"]]] * 7


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("ways", "week", "now", "until"),
    [
        # From Friday evening until Monday morning, and at once in the middle of the day.
        ({}, NINE_TO_SIX, "27 18:00", "30 09:00"),
        ({}, NINE_TO_SIX, "27 17:59", None),
        ({}, NINE_TO_SIX, "24 03:00", "24 09:00"),
        # What they chose themselves begins before the team goes, or lasts beyond its beginning: it is one.
        ({"quiet_from": time(17), "quiet_to": time(19)}, NINE_TO_SIX, "24 17:00", "25 09:00"),
        ({"quiet_from": time(20), "quiet_to": time(10)}, NINE_TO_SIX, "24 19:00", "25 10:00"),
        ({"quiet_from": time(20), "quiet_to": time(8)}, TWELVE_TO_TEN, "24 22:00", "25 12:00"),
        ({"quiet_days": "0"}, NINE_TO_SIX, "20 19:00", "24 09:00"),
    ],
)
def test_who_chose_so_is_told_of_nothing_while_their_team_does_not_work(
    ways: dict[str, object], week: Week, now: str, until: str | None
) -> None:
    olga = make.agent("olga")
    olga.change_ways(time_zone="Europe/Samara", is_quiet_with_team=True, **ways)  # type: ignore[arg-type]  # of a table
    Calendar.objects.all().decide(make.team("Orders", olga), "Europe/Samara", week, by=None)
    Calendar.objects.all().decide(None, "Europe/Samara", [[["00:00", "00:00"]]] * 7, by=None)

    assert quiet_until(olga, at(now)) == (until and at(until))


@pytest.mark.django_db
def test_without_a_team_it_is_the_company_whose_hours_count_in_its_time_zone() -> None:
    olga = make.agent("olga")
    olga.change_ways(time_zone="Europe/Samara", is_quiet_with_team=True)
    Calendar.objects.all().decide(None, "UTC", NINE_TO_SIX, by=None)

    assert quiet_until(olga, at("24 12:00")) == at("24 13:00")
    make.team("Orders", olga)
    assert quiet_until(olga, at("24 12:00")) == at("24 13:00")


@pytest.mark.django_db
def test_a_team_that_never_works_is_quiet_for_two_weeks_at_a_time() -> None:
    olga = make.agent("olga")
    olga.change_ways(time_zone="Europe/Samara", is_quiet_with_team=True)
    Calendar.objects.all().decide(None, "Europe/Samara", [[]] * 7, by=None)

    assert quiet_until(olga, at("01 12:00")) == at("16 12:00")


@pytest.mark.django_db
def test_quiet_with_the_team_is_chosen_on_the_profile(client: Client) -> None:
    olga = make.agent("olga")
    client.force_login(olga)

    client.post("/profile/", {"name": "Olga", "is_quiet_with_team": "on"})

    olga.refresh_from_db()
    assert olga.is_quiet_with_team
    assert "Quiet outside the working hours of my team" in client.get("/profile/").content.decode()
    client.post("/profile/", {"name": "Olga"})
    olga.refresh_from_db()
    assert not olga.is_quiet_with_team
