"""Quiet hours: when somebody does not want to hear of what can wait."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from samovar.accounts.models import User
from samovar.accounts.quiet import quiet_until
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
