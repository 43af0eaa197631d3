"""Letters come and are answered by the hours of a shop."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from samovar.demo.rhythm import ZONE, Year, after_work, reference, when_awake

TUESDAY = datetime(2026, 11, 24, 10, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("now", "end"),
    [
        (datetime(2026, 11, 24, 10, tzinfo=ZONE), TUESDAY),
        (datetime(2026, 11, 24, 23, 59, tzinfo=ZONE), TUESDAY),
        (datetime(2026, 11, 25, 9, 59, tzinfo=ZONE), TUESDAY),
        (datetime(2026, 11, 24, 6, tzinfo=UTC), TUESDAY),
        (datetime(2026, 11, 24, 5, 59, tzinfo=UTC), TUESDAY - timedelta(days=1)),
    ],
)
def test_the_year_ends_at_the_last_morning(now: datetime, end: datetime) -> None:
    assert reference(now) == end <= now


def test_letters_come_in_order_all_year_and_mostly_by_day() -> None:
    year = Year(TUESDAY)
    moments = [year.moment((number + 0.5) / 5_000) for number in range(5_000)]

    assert moments == sorted(moments)
    assert year.start <= moments[0]
    assert moments[-1] <= TUESDAY
    hours = Counter(moment.astimezone(ZONE).hour for moment in moments)
    assert hours[11] > 5 * hours[3]
    weekdays = Counter(moment.astimezone(ZONE).weekday() for moment in moments)
    assert weekdays[0] > 1.5 * weekdays[6]
    assert len({moment.astimezone(ZONE).date() for moment in moments}) >= 360


@pytest.mark.parametrize(
    ("at", "minutes", "answered"),
    [
        (datetime(2026, 11, 24, 12, tzinfo=ZONE), 30, datetime(2026, 11, 24, 12, 30, tzinfo=ZONE)),
        (datetime(2026, 11, 24, 19, 50, tzinfo=ZONE), 30, datetime(2026, 11, 25, 9, 20, tzinfo=ZONE)),
        (datetime(2026, 11, 24, 23, tzinfo=ZONE), 30, datetime(2026, 11, 25, 9, 30, tzinfo=ZONE)),
        (datetime(2026, 11, 28, 17, 30, tzinfo=ZONE), 60, datetime(2026, 11, 29, 9, 30, tzinfo=ZONE)),
        (datetime(2026, 11, 24, 12, tzinfo=ZONE), 11 * 60, datetime(2026, 11, 25, 12, tzinfo=ZONE)),
    ],
)
def test_answers_are_given_at_work(at: datetime, minutes: float, answered: datetime) -> None:
    assert after_work(at, minutes) == answered


def test_nobody_writes_back_in_the_middle_of_the_night() -> None:
    night = datetime(2026, 11, 24, 3, tzinfo=ZONE)
    for seed in range(50):
        assert 7 <= when_awake(night, Random(seed)).hour < 10
    assert when_awake(TUESDAY, Random(1)) == TUESDAY
