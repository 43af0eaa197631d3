"""The buffer between a fast side and a slow one."""

import asyncio
import os
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import pytest

from samovar.live.spool import MEMORY_LIMIT, NoRoom, Room, Spool

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run ``work`` in a thread of its own: the one of the tests may hold the event loop of a browser."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


async def contents(spool: Spool) -> bytes:
    return b"".join([chunk async for chunk in spool.chunks()])


@pytest.mark.parametrize("size", [0, 1, MEMORY_LIMIT, MEMORY_LIMIT + 1, 5 * MEMORY_LIMIT])
def test_what_was_written_is_read_in_order(tmp_path: Path, size: int) -> None:
    async def write_then_read() -> bytes:
        spool = Spool(Room(tmp_path))
        for start in range(0, size, 60_000):
            await spool.write(body[start : start + 60_000])
        spool.end()
        found = await contents(spool)
        assert spool.size == size
        spool.close()
        return found

    body = os.urandom(size)
    assert run(write_then_read()) == body


def test_reading_goes_on_beside_writing_through_memory_and_disk(tmp_path: Path) -> None:
    async def beside() -> tuple[bytes, int]:
        room = Room(tmp_path, limit=4 * MEMORY_LIMIT)
        spool = Spool(room)
        reader = asyncio.create_task(contents(spool))
        for number in range(40):
            if number % 10 == 0:
                await spool.emptied()
            await spool.write(parts[number])
        spool.end()
        found = await reader
        spool.close()
        return found, room.free

    parts = [os.urandom(100_000) for _ in range(40)]
    assert run(beside()) == (b"".join(parts), 4 * MEMORY_LIMIT)


def test_all_bodies_together_take_no_more_of_the_disk_than_they_may(tmp_path: Path) -> None:
    async def fill() -> None:
        room = Room(tmp_path, limit=MEMORY_LIMIT)
        one, other = Spool(room), Spool(room)
        for spool in (one, other):
            await spool.write(b"x" * MEMORY_LIMIT)
        await one.write(b"x" * MEMORY_LIMIT)
        with pytest.raises(NoRoom):
            await other.write(b"x")
        one.close()
        await other.write(b"x")
        other.close()
        assert room.free == MEMORY_LIMIT

    run(fill())
