"""A client may be slow with a body, but neither for ever nor at the cost of the others."""

import asyncio
from pathlib import Path

import pytest

from samovar.live.asgi import Message, Scope
from samovar.live.bodies import STRANGERS_LIMIT, Rooms, collect, patience
from samovar.live.forwarding import Refused
from samovar.live.spool import MEMORY_LIMIT, NoRoom, Room, Spool
from tests.live.test_spool import run

SMALL, LARGE = MEMORY_LIMIT, MEMORY_LIMIT + 1
KILOBYTE, MEGABYTE = 1024, 1024 * 1024


@pytest.mark.parametrize(
    ("elapsed", "size", "expected"),
    [
        (0, 0, 20),
        (19, 0, 1),
        (21, 64 * KILOBYTE, 1),
        (10, MEGABYTE, 30),
        (900, 30 * MEGABYTE, 30),
    ],
)
def test_a_body_is_waited_for_as_long_as_enough_of_it_comes(elapsed: float, size: int, expected: float) -> None:
    assert patience(elapsed, size) == expected


@pytest.mark.parametrize(("elapsed", "size"), [(20, 0), (60, MEGABYTE), (981, 30 * MEGABYTE)])
def test_a_body_of_which_too_little_comes_is_not_waited_for(elapsed: float, size: int) -> None:
    with pytest.raises(Refused) as refused:
        patience(elapsed, size)

    assert refused.value.status == 408


def test_who_drips_is_refused_however_regularly(tmp_path: Path) -> None:
    """The clock of the loop is put ahead with every drop."""
    drops = 0

    async def dripping() -> int:
        loop = asyncio.get_running_loop()
        clock = loop.time

        async def drop() -> Message:
            nonlocal drops
            drops += 1
            loop.time = lambda: clock() + drops * 9  # type: ignore[method-assign]  # the loop's clock is what is turned
            return {"type": "http.request", "body": b"x" * KILOBYTE, "more_body": True}

        with pytest.raises(Refused) as refused:
            await collect(Spool(Room(tmp_path)), MEGABYTE, drop)
        return refused.value.status

    assert run(dripping()) == 408
    assert drops == 3


# As long as the keys of sessions are.
ANNA, GUESS = "anna" * 8, "gues" * 8


def scope(cookie: bytes = b"") -> Scope:
    return {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/",
        "raw_path": b"/",
        "query_string": b"",
        "headers": [(b"cookie", cookie)] if cookie else [],
        "client": None,
        "extensions": {},
    }


def test_strangers_share_a_part_of_the_room_and_members_of_staff_have_all(tmp_path: Path) -> None:
    asked = []

    async def admits(key: str) -> bool:
        asked.append(key)
        return key == ANNA

    async def fill() -> None:
        room = Room(tmp_path, limit=STRANGERS_LIMIT + 10)
        rooms = Rooms(room, admits)
        stranger = await rooms.for_body(scope(), LARGE)
        guesser = await rooms.for_body(scope(f"a=b; sessionid={GUESS}".encode()), None)
        anna = await rooms.for_body(scope(f"a=b; sessionid={ANNA}".encode()), LARGE)
        assert await rooms.for_body(scope(f"sessionid={GUESS}".encode()), SMALL) is anna is room

        stranger.take(STRANGERS_LIMIT - 1)
        with pytest.raises(NoRoom):
            guesser.take(2)
        anna.take(11)
        with pytest.raises(NoRoom):
            stranger.take(1)
        stranger.give_back(STRANGERS_LIMIT - 1)
        anna.give_back(11)
        assert (anna.free, stranger.free) == (STRANGERS_LIMIT + 10, STRANGERS_LIMIT)

    run(fill())
    assert asked == [GUESS, ANNA]
