"""Until when a conversation can be put off with one press."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from samovar.conversations import putting_off

SAMARA = ZoneInfo("Europe/Samara")
BERLIN = ZoneInfo("Europe/Berlin")


def offered(now: datetime) -> str:
    """The moments, in the zone of ``now``."""
    with timezone.override(now.tzinfo):
        return ", ".join(f"{choice.until:%d.%m %H:%M}" for choice in putting_off.choices(now))


@pytest.mark.parametrize(
    ("now", "choices"),
    [
        (datetime(2026, 11, 24, 11, 20, tzinfo=SAMARA), "24.11 14:00, 25.11 09:00, 30.11 09:00"),
        (datetime(2026, 11, 24, 18, 59, tzinfo=SAMARA), "24.11 21:00, 25.11 09:00, 30.11 09:00"),
        (datetime(2026, 11, 24, 19, 0, tzinfo=SAMARA), "25.11 09:00, 30.11 09:00"),
        (datetime(2026, 11, 24, 22, 0, tzinfo=SAMARA), "25.11 09:00, 30.11 09:00"),
        # On a Sunday tomorrow is next week.
        (datetime(2026, 11, 29, 22, 0, tzinfo=SAMARA), "30.11 09:00"),
        # Nine o'clock stays nine o'clock on the day on which the clocks change.
        (datetime(2026, 3, 28, 12, 0, tzinfo=BERLIN), "28.03 15:00, 29.03 09:00, 30.03 09:00"),
    ],
)
def test_the_nearest_is_offered_first(now: datetime, choices: str) -> None:
    assert offered(now) == choices


def test_enter_takes_tomorrow() -> None:
    with timezone.override(SAMARA):
        choices = putting_off.choices(datetime(2026, 11, 24, 11, 20, tzinfo=SAMARA))

    assert [choice.name for choice in choices if choice.is_usual] == ["tomorrow"]


def test_a_choice_that_is_not_offered_has_no_moment() -> None:
    assert putting_off.moment("never", timezone.now()) is None
