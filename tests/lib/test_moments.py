"""Moments as people type them."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from samovar.lib.moments import PassedMoment, UnclearMoment, moment_of

# A Wednesday, 14:07.
NOW = datetime(2026, 3, 4, 14, 7, tzinfo=ZoneInfo("Europe/Samara"))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("15", "03-04 15:00"),
        ("14", "03-05 14:00"),
        ("14:07", "03-05 14:07"),
        ("15:30", "03-04 15:30"),
        ("15.30", "03-04 15:30"),
        ("15-30", "03-04 15:30"),
        ("1530", "03-04 15:30"),
        ("9", "03-05 09:00"),
        ("0:15", "03-05 00:15"),
        ("at 15", "03-04 15:00"),
        ("by 15:30", "03-04 15:30"),
        ("в 15", "03-04 15:00"),
        ("к 15 ч", "03-04 15:00"),
        ("до 16 часов", "03-04 16:00"),
        ("3pm", "03-04 15:00"),
        ("3:30 pm", "03-04 15:30"),
        ("9 am", "03-05 09:00"),
        ("12am", "03-05 00:00"),
        ("12pm", "03-05 12:00"),
        ("noon", "03-05 12:00"),
        ("  15 ", "03-04 15:00"),
        ("today", "03-04 17:00"),
        ("today 18", "03-04 18:00"),
        ("сегодня в 18:30", "03-04 18:30"),
        ("сегодня вечером", "03-04 18:00"),
        ("tomorrow", "03-05 10:00"),
        ("tomorrow 10", "03-05 10:00"),
        ("Tomorrow at 9:30", "03-05 09:30"),
        ("10 tomorrow", "03-05 10:00"),
        ("tomorrow morning", "03-05 09:00"),
        ("завтра", "03-05 10:00"),
        ("завтра 10", "03-05 10:00"),
        ("Завтра, в 11", "03-05 11:00"),
        ("завтра утром", "03-05 09:00"),
        ("day after tomorrow 12", "03-06 12:00"),
        ("послезавтра", "03-06 10:00"),
        ("fri", "03-06 10:00"),
        ("fri 14", "03-06 14:00"),
        ("on Friday at 14:00", "03-06 14:00"),
        ("пт 14", "03-06 14:00"),
        ("в пятницу в 14", "03-06 14:00"),
        ("во вторник", "03-10 10:00"),
        ("ср", "03-11 10:00"),
        ("ср 15", "03-04 15:00"),
        ("wednesday 14", "03-11 14:00"),
        ("mon", "03-09 10:00"),
        ("in 2 h", "03-04 16:07"),
        ("in 30 min", "03-04 14:37"),
        ("in an hour", "03-04 15:07"),
        ("in half an hour", "03-04 14:37"),
        ("in 1 hour and 30 minutes", "03-04 15:37"),
        ("in 3 days", "03-07 14:07"),
        ("через 2 ч", "03-04 16:07"),
        ("через час", "03-04 15:07"),
        ("через полчаса", "03-04 14:37"),
        ("через 2 часа 15 минут", "03-04 16:22"),
        ("через неделю", "03-11 14:07"),
        ("через 3 дня", "03-07 14:07"),
        ("+2d", "03-06 14:07"),
        ("+2 д", "03-06 14:07"),
        ("+45m", "03-04 14:52"),
        ("+1h30m", "03-04 15:37"),
        ("+1w", "03-11 14:07"),
        ("24.11", "11-24 10:00"),
        ("24.11 15", "11-24 15:00"),
        ("24/11/2026 15:30", "11-24 15:30"),
        ("24.11.26", "11-24 10:00"),
        ("2026-11-24", "11-24 10:00"),
        ("2026-11-24 15:30", "11-24 15:30"),
        ("24 nov", "11-24 10:00"),
        ("nov 24 16", "11-24 16:00"),
        ("24 November 2026 at 16:00", "11-24 16:00"),
        ("24 ноября", "11-24 10:00"),
        ("24 ноября 2026 г. в 16", "11-24 16:00"),
        ("5 мая 9", "05-05 09:00"),
        ("4 march 15", "03-04 15:00"),
    ],
)
def test_what_people_type_is_the_next_moment_that_they_can_mean(typed: str, meant: str) -> None:
    assert f"{moment_of(typed, NOW):%m-%d %H:%M}" == meant
    assert moment_of(typed, NOW).year == 2026


def test_a_date_that_has_passed_is_that_of_the_next_year() -> None:
    assert moment_of("3 march", NOW) == datetime(2027, 3, 3, 10, tzinfo=NOW.tzinfo)
    assert moment_of("01.02 9", NOW) == datetime(2027, 2, 1, 9, tzinfo=NOW.tzinfo)


@pytest.mark.parametrize(
    "typed", ["today 9", "сегодня 14", "4.3 9:00", "24.11.2025", "2025-01-01", "+0m", "через 0 ч", "4 march"]
)
def test_what_has_passed_is_no_moment(typed: str) -> None:
    with pytest.raises(PassedMoment):
        moment_of(typed, NOW)


@pytest.mark.parametrize(
    "typed",
    [
        "", "   ", "soon", "25", "24:00", "15:60", "2460", "15 16", "fri mon", "tomorrow fri", "31.02", "31 feb",
        "29.02", "2026-13-01", "in 2", "in", "+", "+2x", "in 1h 2h", "13pm", "0am", "nov", "32 nov", "x" * 61,
        "tomorrow 10 11", "99999", "²", "+99999d", "٣",
    ],
)  # fmt: skip
def test_what_nobody_can_understand_is_said_so(typed: str) -> None:
    with pytest.raises(UnclearMoment):
        moment_of(typed, NOW)


def test_days_are_those_of_the_calendar_when_the_clocks_change() -> None:
    eve = datetime(2026, 3, 28, 14, tzinfo=ZoneInfo("Europe/Berlin"))

    assert moment_of("+1d", eve) == datetime(2026, 3, 29, 14, tzinfo=eve.tzinfo)
    assert (moment_of("+1d", eve).utcoffset(), eve.utcoffset()) != (eve.utcoffset(), None)
    # An hour that there is not.
    assert f"{moment_of('29.3 2:30', eve):%H:%M}" == "03:30"
    assert f"{moment_of('in 24 h', eve):%d %H:%M}" == "29 15:00"
