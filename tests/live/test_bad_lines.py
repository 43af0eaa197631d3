"""Nothing is missed, doubled or out of order on a bad line, nor by a tab that slept."""

import threading

import pytest
from django.db import connection, transaction

from samovar.events.announcing import announce_many
from samovar.events.models import Event
from samovar.live.log import MOST_MISSED
from samovar.live.position import Position
from tests import make
from tests.events.kinds import KettleEmptied
from tests.live.lossy import lossy
from tests.live.screens import Seen, key_of, screen, signed_in
from tests.live.serving import Serving
from tests.postgres import until_readable

pytestmark = pytest.mark.django_db(transaction=True)

OURS = "Sec-Fetch-Site: same-origin"
EVENTS = 400


def pour(first: int, count: int, at_once: int = 1) -> None:
    """Announce ``count`` events, some in each transaction."""
    try:
        for start in range(first, first + count, at_once):
            with transaction.atomic():
                announce_many([KettleEmptied(customer_id=one) for one in range(start, start + at_once)])
    finally:
        connection.close()


@pytest.fixture
def key() -> str:
    """Return the session of a member of staff."""
    return key_of(signed_in(make.agent()))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_screen_on_a_line_that_loses_a_third_gets_everything_once_and_in_order(
    front: Serving, key: str, seed: int
) -> None:
    seen: list[Seen] = []
    last = ""
    with screen(front, key) as before:
        pour(0, 1)
        begun = before.next()
    assert begun is not None
    last = begun.id
    writer = threading.Thread(target=pour, args=(1, EVENTS))
    with lossy(front.port, seed, 0.01) as line:
        writer.start()
        while len(seen) < EVENTS:
            # As a browser does: it says what it knows last, whatever else may have been on its way.
            with screen(front, key, OURS, f"Last-Event-ID: {last}", port=line.port) as found:
                while len(seen) < EVENTS and (one := found.next()) is not None:
                    seen.append(one)
                    last = one.id
        writer.join()

    assert [one.data["customer_id"] for one in seen] == list(range(1, EVENTS + 1))
    assert [one.position for one in seen] == sorted({one.position for one in seen})
    assert line.cuts > 1


def test_a_tab_that_slept_for_an_hour_is_told_all_of_it_in_order(front: Serving, key: str) -> None:
    pour(0, 1)
    fell_asleep = Event.objects.get()
    pour(1, MOST_MISSED - 500, at_once=100)
    # An hour lies between: nothing counts but where it was.
    with connection.cursor() as cursor:
        cursor.execute("UPDATE events_event SET at = at - interval '1 hour' WHERE id = %s", [fell_asleep.pk])
    until_readable()

    with screen(front, key, OURS, f"Last-Event-ID: {Position(fell_asleep.tx, fell_asleep.pk)}") as found:
        told = [found.next() for _ in range(MOST_MISSED - 500)]
        pour(9000, 1)
        after = found.next()

    assert [one.data["customer_id"] for one in told if one] == list(range(1, MOST_MISSED - 500 + 1))
    assert after is not None
    assert after.data["customer_id"] == 9000
