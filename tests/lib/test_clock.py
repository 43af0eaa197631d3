"""The clock can be made to stand, so that a past is told by the verbs of the present."""

from datetime import UTC, datetime

from django.utils import timezone

from samovar.events.announcing import CustomerEvent
from samovar.lib import clock

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_the_clock_tells_the_present() -> None:
    assert timezone.now() <= clock.now() <= timezone.now()


def test_a_standing_clock_goes_on_afterwards() -> None:
    with clock.standing_at(NOON):
        assert clock.now() == NOON
        assert CustomerEvent(customer_id=1).at == NOON

    assert clock.now() > NOON
