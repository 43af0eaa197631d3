"""Work that a person stopped stays stopped on every machine until a person lets it go on."""

import pytest

from samovar.jobs import holding

pytestmark = pytest.mark.django_db


def test_work_goes_on_unless_it_is_held() -> None:
    assert holding.held(holding.SENDING) is None


def test_holding_twice_keeps_the_first_reason() -> None:
    holding.hold(holding.SENDING, "restored")
    holding.hold(holding.SENDING, "moving house")

    held = holding.held(holding.SENDING)
    assert held is not None and held.reason == "restored"
    assert str(held) == "sending"


def test_released_work_goes_on() -> None:
    holding.hold(holding.SENDING, "restored")

    assert holding.release(holding.SENDING)
    assert not holding.release(holding.SENDING)
    assert holding.held(holding.SENDING) is None
