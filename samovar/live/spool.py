"""A body on its way through the front: small ones in memory, large ones in a file that has no name."""

import asyncio
import os
import tempfile
from collections import deque
from collections.abc import AsyncIterator
from pathlib import Path
from typing import IO

MEMORY_LIMIT = 256 * 1024
CHUNK = 64 * 1024
DISK_LIMIT = 1024 * 1024 * 1024


class NoRoom(Exception):
    """All bodies on their way together would take more of the disk than the front allows itself."""


class Room:
    """What the bodies on their way may take of the disk together."""

    def __init__(self, folder: Path, limit: int = DISK_LIMIT, whole: "Room | None" = None) -> None:
        self.folder = folder
        self.free = limit
        self._whole = whole

    def part(self, limit: int) -> "Room":
        """Return a part of this room: what is taken there is taken here as well, and never more than ``limit``."""
        return Room(self.folder, limit, self)

    def take(self, size: int) -> None:
        """Count ``size`` bytes as taken; raises NoRoom."""
        if self.free < size:
            raise NoRoom
        if self._whole:
            self._whole.take(size)
        self.free -= size

    def give_back(self, size: int) -> None:
        """Count ``size`` bytes as free again."""
        self.free += size
        if self._whole:
            self._whole.give_back(size)

    def open(self) -> IO[bytes]:
        """Return a new file that disappears when it is closed."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return tempfile.TemporaryFile(dir=self.folder, buffering=0)


class Spool:
    """Bytes read in the order in which they are written, at another pace; at most 256 kB of them in memory.

    One task writes and one reads, at the same time or one after the other. The disk is touched in a thread, so that a
    slow one does not hold up the other connections.
    """

    def __init__(self, room: Room) -> None:
        self.size = 0
        self._room = room
        self._memory: deque[bytes] = deque()
        self._held = 0
        self._file: IO[bytes] | None = None
        self._written = self._read = 0
        self._is_ended = False
        self._was_written, self._was_read = asyncio.Event(), asyncio.Event()

    async def write(self, chunk: bytes) -> None:
        """Append ``chunk``; raises NoRoom, or OSError when the disk refuses it."""
        if not self._on_disk and (not self._held or self._held + len(chunk) <= MEMORY_LIMIT):
            self._memory.append(chunk)
            self._held += len(chunk)
        else:
            await self._write_to_disk(chunk)
        self.size += len(chunk)
        self._was_written.set()

    async def emptied(self) -> None:
        """Wait until all that was written is read."""
        while self._held or self._on_disk:
            self._was_read.clear()
            await self._was_read.wait()

    def end(self) -> None:
        """Say that nothing more comes."""
        self._is_ended = True
        self._was_written.set()

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield all that is written, waiting for more until the end was said."""
        while True:
            if self._memory:
                chunk = b"".join(self._memory)
                self._memory.clear()
                self._held = 0
                self._was_read.set()
                yield chunk
            elif self._on_disk:
                yield await self._read_from_disk()
            elif self._is_ended:
                return
            else:
                self._was_written.clear()
                await self._was_written.wait()

    def close(self) -> None:
        """Forget the bytes."""
        self._memory.clear()
        if self._file is not None:
            self._file.close()
            self._room.give_back(self._written)
            self._written = self._read = 0

    @property
    def _on_disk(self) -> int:
        return self._written - self._read

    async def _write_to_disk(self, chunk: bytes) -> None:
        if not self._on_disk:
            # All of the file has been read: begin again at its beginning.
            self._room.give_back(self._written)
            self._written = self._read = 0
        self._room.take(len(chunk))
        self._file = self._file or self._room.open()
        await asyncio.to_thread(_write_all, self._file.fileno(), chunk, self._written)
        self._written += len(chunk)

    async def _read_from_disk(self) -> bytes:
        assert self._file is not None
        chunk = await asyncio.to_thread(os.pread, self._file.fileno(), min(CHUNK, self._on_disk), self._read)
        self._read += len(chunk)
        self._was_read.set()
        return chunk


def _write_all(descriptor: int, chunk: bytes, offset: int) -> None:
    view = memoryview(chunk)
    while view:
        done = os.pwrite(descriptor, view, offset)
        view, offset = view[done:], offset + done
