"""Until when a conversation can be put off with one press, or by typing working hours."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from samovar.accounts.working_hours import as_hours, understood
from samovar.conversations import putting_off
from samovar.lib.business_time import Hours, NeverOpen, Span

SAMARA = ZoneInfo("Europe/Samara")
BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 11, 24, 12, tzinfo=SAMARA)


def office(zone: str, day: str = "9-18") -> Hours:
    """Monday to Friday."""
    return as_hours([understood(day)] * 5 + [[], []], zone)


def offered(now: datetime, hours: Hours) -> str:
    """The moments, in the zone of ``now``, without working hours."""
    with timezone.override(now.tzinfo):
        found = [choice for choice in putting_off.choices(now, hours) if not choice.name.startswith("plus")]
    return ", ".join(f"{choice.until:%d.%m %H:%M}" for choice in found)


@pytest.mark.parametrize(
    ("now", "choices"),
    [
        (datetime(2026, 11, 24, 11, 20, tzinfo=SAMARA), "24.11 14:00, 25.11 09:00, 30.11 09:00"),
        (datetime(2026, 11, 24, 18, 59, tzinfo=SAMARA), "24.11 21:00, 25.11 09:00, 30.11 09:00"),
        (datetime(2026, 11, 24, 19, 0, tzinfo=SAMARA), "25.11 09:00, 30.11 09:00"),
        (datetime(2026, 11, 24, 22, 0, tzinfo=SAMARA), "25.11 09:00, 30.11 09:00"),
        # On a Sunday tomorrow is next week.
        (datetime(2026, 11, 29, 22, 0, tzinfo=SAMARA), "30.11 09:00"),
        # Tomorrow is tomorrow, also where it is a Saturday.
        (datetime(2026, 11, 27, 22, 0, tzinfo=SAMARA), "28.11 09:00, 30.11 09:00"),
        # Nine o'clock stays nine o'clock on the day on which the clocks change.
        (datetime(2026, 3, 28, 12, 0, tzinfo=BERLIN), "28.03 15:00, 29.03 09:00, 30.03 09:00"),
    ],
)
def test_the_nearest_is_offered_first(now: datetime, choices: str) -> None:
    assert offered(now, office(str(now.tzinfo))) == choices


@pytest.mark.parametrize(
    ("hours", "tomorrow"),
    [
        (office("Europe/Samara", "10-19"), "10:00"),
        (office("Europe/Samara", "13-14, 7:30-12"), "07:30"),
        # Eight in Moscow is nine in Samara.
        (office("Europe/Moscow", "8-17"), "09:00"),
        # What is open around the clock does not begin at midnight for people.
        (office("Europe/Samara", "0-24"), "09:00"),
        (office("Europe/Samara", "22-6"), "22:00"),
        (as_hours([understood("0-24")] * 7, "Europe/Moscow"), "09:00"),
        (Hours(SAMARA, ()), "09:00"),
        (Hours(SAMARA, (Span(2, time(4), time(5)),)), "09:00"),
    ],
)
def test_tomorrow_begins_when_work_does(hours: Hours, tomorrow: str) -> None:
    assert offered(NOON, hours).split(", ")[1] == f"25.11 {tomorrow}"


def test_enter_takes_tomorrow() -> None:
    with timezone.override(SAMARA):
        choices = putting_off.choices(NOON, office("Europe/Samara"))

    assert [choice.name for choice in choices if choice.is_usual] == ["tomorrow"]


def test_later_is_later_also_when_the_day_has_ended_since_the_menu_was_opened() -> None:
    evening = datetime(2026, 11, 24, 20, 10, tzinfo=SAMARA)

    with timezone.override(SAMARA):
        assert putting_off.moment("later", evening, office("Europe/Samara")) == datetime(
            2026, 11, 24, 23, tzinfo=SAMARA
        )


def test_working_hours_are_offered_where_any_pass() -> None:
    late = NOON.replace(hour=17)
    with timezone.override(SAMARA):
        choices = {choice.name: choice for choice in putting_off.choices(late, office("Europe/Samara"))}
        never = putting_off.choices(late, Hours(SAMARA, ()))

    assert f"{choices['plus-2'].until:%d.%m %H:%M}" == "25.11 10:00"
    assert f"{choices['plus-8'].until:%d.%m %H:%M}" == "25.11 16:00"
    assert str(choices["plus-2"].label) == "+2 working hours"
    assert not [choice for choice in never if choice.name.startswith("plus")]


def test_the_moment_that_was_chosen_before_is_offered_while_it_has_not_passed() -> None:
    hours, before = office("Europe/Samara"), NOON + timedelta(days=9)

    [choice] = [choice for choice in putting_off.choices(NOON, hours, before) if choice.is_dated]

    assert choice.until == before
    assert putting_off.moment(choice.name, NOON, hours) == before
    assert not [choice for choice in putting_off.choices(NOON, hours, NOON) if choice.is_dated]


@pytest.mark.parametrize("name", ["never", "", "2026-12-01T10:00"])
def test_a_choice_that_is_not_offered_has_no_moment(name: str) -> None:
    assert putting_off.moment(name, NOON, office("Europe/Samara")) is None


@pytest.mark.parametrize(
    ("text", "reached"),
    [
        ("+6", "24.11 18:00"),
        ("6", "24.11 18:00"),
        (" + 7 ", "25.11 10:00"),
        ("+1.5", "24.11 13:30"),
        ("+1,5", "24.11 13:30"),
        ("+6 working hours", "24.11 18:00"),
        ("+6 рабочих часов", "24.11 18:00"),
        ("+0", "24.11 12:00"),
    ],
)
def test_working_hours_are_typed(text: str, reached: str) -> None:
    found = putting_off.typed(text, NOON, office("Europe/Samara"))

    assert found is not None
    assert f"{found.astimezone(SAMARA):%d.%m %H:%M}" == reached


@pytest.mark.parametrize("text", ["", "+", "soon", "-6", "+1000", "+6 h", "6 days"])
def test_what_are_no_working_hours_is_none(text: str) -> None:
    assert putting_off.typed(text, NOON, office("Europe/Samara")) is None


def test_where_it_is_never_open_no_working_hours_pass() -> None:
    with pytest.raises(NeverOpen):
        putting_off.typed("+6", NOON, Hours(SAMARA, ()))
