"""Working time: a table of cases, and what holds for any week in any zone."""

from datetime import UTC, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from samovar.lib.business_time import Hours, NeverOpen, Span

MOSCOW, BERLIN, NEW_YORK = ZoneInfo("Europe/Moscow"), ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
LORD_HOWE, BEIRUT = ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Asia/Beirut")
ZONES = [MOSCOW, BERLIN, NEW_YORK, LORD_HOWE, BEIRUT, ZoneInfo("UTC"), ZoneInfo("Asia/Kathmandu")]
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def week(zone: ZoneInfo, days: str, *spans: str) -> Hours:
    """Working hours: ``week(MOSCOW, "01234", "9:00-13:00", "14:00-18:00")``."""
    pairs = [[time.fromisoformat(part.zfill(5)) for part in span.split("-")] for span in spans]
    return Hours(zone, tuple(Span(int(day), opens, closes) for day in days for opens, closes in pairs))


OFFICE = week(MOSCOW, "01234", "9:00-18:00")
LUNCH = week(MOSCOW, "01234", "9:00-13:00", "14:00-18:00")
NIGHT = week(BERLIN, "0123456", "22:00-6:00")
ALWAYS = week(BERLIN, "0123456", "0:00-0:00")
SUNDAYS = week(BERLIN, "6", "1:00-5:00")
NEVER = Hours(MOSCOW, ())


def at(zone: ZoneInfo, text: str) -> datetime:
    """The moment that a clock of ``zone`` shows: ``at(MOSCOW, "11-24 17:30")``, in the year 2026."""
    return datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("hours", "begins", "amount", "ends"),
    [
        (OFFICE, "11-24 10:00", 2 * HOUR, "11-24 12:00"),
        (OFFICE, "11-24 10:00", timedelta(), "11-24 10:00"),
        (OFFICE, "11-28 10:00", timedelta(), "11-28 10:00"),
        # The last minute of the day belongs to the day, the first after it to the next one.
        (OFFICE, "11-24 16:00", 2 * HOUR, "11-24 18:00"),
        (OFFICE, "11-24 16:00", 2 * HOUR + MINUTE, "11-25 09:01"),
        (OFFICE, "11-24 03:00", HOUR, "11-24 10:00"),
        (OFFICE, "11-24 22:00", HOUR, "11-25 10:00"),
        # Over a week-end, over a week, over a month.
        (OFFICE, "11-27 17:00", 2 * HOUR, "11-30 10:00"),
        (OFFICE, "11-29 12:00", 8 * HOUR, "11-30 17:00"),
        (OFFICE, "11-24 10:00", 45 * HOUR, "12-01 10:00"),
        (LUNCH, "11-24 12:00", 2 * HOUR, "11-24 15:00"),
        (LUNCH, "11-24 13:30", HOUR, "11-24 15:00"),
        (NIGHT, "11-24 23:00", 2 * HOUR, "11-25 01:00"),
        (NIGHT, "11-24 05:00", 2 * HOUR, "11-24 23:00"),
        (NIGHT, "11-24 12:00", 8 * HOUR, "11-25 06:00"),
        # An hour is left out of the night to the 29th of March, and one comes twice in that to the 25th of October.
        (NIGHT, "03-28 22:00", 6 * HOUR, "03-29 05:00"),
        (NIGHT, "03-28 22:00", 7 * HOUR, "03-29 06:00"),
        (NIGHT, "10-24 22:00", 8 * HOUR, "10-25 05:00"),
        (NIGHT, "10-24 22:00", 9 * HOUR, "10-25 06:00"),
        (SUNDAYS, "03-29 00:00", 3 * HOUR, "03-29 05:00"),
        (SUNDAYS, "10-25 00:00", 5 * HOUR, "10-25 05:00"),
        (ALWAYS, "03-28 12:00", 24 * HOUR, "03-29 13:00"),
        (ALWAYS, "11-01 12:00", 24 * 30 * HOUR, "12-01 12:00"),
    ],
)
def test_working_time_is_added_and_measured(hours: Hours, begins: str, amount: timedelta, ends: str) -> None:
    begin, end = at(hours.zone, begins), at(hours.zone, ends)

    assert hours.add(begin, amount) == end
    assert hours.difference(begin, end) == amount
    assert hours.difference(end, begin) == -amount


@pytest.mark.parametrize(
    ("hours", "moment", "closes", "opens"),
    [
        (OFFICE, "11-24 09:00", "11-24 18:00", "11-24 09:00"),
        (OFFICE, "11-24 17:59", "11-24 18:00", "11-24 17:59"),
        (OFFICE, "11-24 18:00", None, "11-25 09:00"),
        (OFFICE, "11-27 18:00", None, "11-30 09:00"),
        (LUNCH, "11-24 13:00", None, "11-24 14:00"),
        (NIGHT, "11-24 02:00", "11-24 06:00", "11-24 02:00"),
        (NIGHT, "11-24 06:00", None, "11-24 22:00"),
        (NEVER, "11-24 10:00", None, None),
    ],
)
def test_it_is_told_whether_work_is_done_and_until_when(
    hours: Hours, moment: str, closes: str | None, opens: str | None
) -> None:
    now = at(hours.zone, moment)

    assert hours.is_open(now) is (closes is not None)
    assert hours.closes_at(now) == (closes and at(hours.zone, closes))
    assert hours.next_opening(now) == (opens and at(hours.zone, opens))


def test_what_is_always_open_closes_some_time_beyond_the_next_week() -> None:
    now = at(BERLIN, "11-24 10:00")

    assert ALWAYS.is_open(now)
    closes = ALWAYS.closes_at(now)
    assert closes is not None
    assert closes - now > timedelta(days=7)


def test_spans_that_touch_or_overlap_count_once() -> None:
    doubled = week(MOSCOW, "0", "9:00-13:00", "12:00-15:00", "15:00-16:00", "10:00-11:00")

    assert doubled.add(at(MOSCOW, "11-23 09:00"), 7 * HOUR) == at(MOSCOW, "11-23 16:00")
    assert doubled.closes_at(at(MOSCOW, "11-23 10:30")) == at(MOSCOW, "11-23 16:00")


def test_nothing_is_left_of_a_span_that_the_clock_skips() -> None:
    skipped = week(BERLIN, "6", "2:30-3:15")

    assert skipped.next_opening(at(BERLIN, "03-28 12:00")) == at(BERLIN, "04-05 02:30")


def test_where_no_work_is_done_none_passes() -> None:
    now = at(MOSCOW, "11-24 10:00")

    with pytest.raises(NeverOpen):
        NEVER.add(now, HOUR)
    assert NEVER.difference(now, now + 100 * HOUR) == timedelta()


def test_working_time_is_not_added_backwards() -> None:
    with pytest.raises(ValueError, match="forwards"):
        OFFICE.add(at(MOSCOW, "11-24 10:00"), -HOUR)


CLOCKS = some.builds(time, some.integers(0, 23), some.integers(0, 59))
WEEKS = some.builds(
    Hours,
    some.sampled_from(ZONES),
    some.lists(some.builds(Span, some.integers(0, 6), CLOCKS, CLOCKS), min_size=1, max_size=12).map(tuple),
)
# Two years, in which every zone moves its clock four times or never.
YEAR = datetime(2026, 1, 1, tzinfo=UTC)
MOMENTS = some.timedeltas(timedelta(), timedelta(days=730)).map(lambda since: YEAR + since)
AMOUNTS = some.timedeltas(timedelta(), timedelta(hours=60))


@settings(max_examples=300, deadline=None)
@given(WEEKS, MOMENTS, AMOUNTS)
def test_what_was_added_is_measured_again(hours: Hours, moment: datetime, amount: timedelta) -> None:
    assert hours.difference(moment, hours.add(moment, amount)) == amount


@settings(max_examples=300, deadline=None)
@given(WEEKS, MOMENTS, some.timedeltas(timedelta(), timedelta(days=20)))
def test_what_was_measured_leads_back_to_a_moment_of_work(hours: Hours, moment: datetime, later: timedelta) -> None:
    begins = hours.next_opening(moment)
    assert begins is not None
    ends = begins + later
    measured = hours.difference(begins, ends)

    reached = hours.add(begins, measured)

    assert reached <= ends
    assert hours.difference(reached, ends) == timedelta()
    assert not hours.is_open(ends) or reached == ends or hours.next_opening(reached) == ends


@settings(max_examples=200, deadline=None)
@given(WEEKS, MOMENTS, AMOUNTS, AMOUNTS)
def test_two_pieces_of_work_take_as_long_as_both_at_once(
    hours: Hours, moment: datetime, first: timedelta, second: timedelta
) -> None:
    assert hours.add(hours.add(moment, first), second) == hours.add(moment, first + second)


@settings(max_examples=200, deadline=None)
@given(WEEKS, MOMENTS)
def test_stretches_come_in_order_and_apart(hours: Hours, moment: datetime) -> None:
    found = list(islice(hours.stretches(moment), 12))

    assert found[0].ends > moment
    assert all(one.begins < one.ends for one in found)
    assert all(one.ends <= following.begins for one, following in zip(found, found[1:], strict=False))


@settings(max_examples=200, deadline=None)
@given(WEEKS, MOMENTS)
def test_open_is_what_the_clock_says(hours: Hours, moment: datetime) -> None:
    """Held against the definition itself, minute by minute of the local clock, away from where clocks move."""
    local = moment.replace(second=0, microsecond=0).astimezone(hours.zone)
    around = [local + timedelta(days=days) for days in (-2, -1, 0, 1)]
    if len({one.utcoffset() for one in around}) > 1:
        return
    today, yesterday = local.weekday(), (local.weekday() - 1) % 7
    clock = local.time()
    is_open = any(
        (span.weekday == today and span.opens <= clock and (span.is_overnight or clock < span.closes))
        or (span.weekday == yesterday and span.is_overnight and clock < span.closes)
        for span in hours.spans
    )

    assert hours.is_open(local) is is_open
