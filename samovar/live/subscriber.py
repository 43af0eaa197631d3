"""One open screen: what waits for it, up to a limit."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Iterable, Sequence

import structlog

from samovar.live.log import Entry
from samovar.live.position import Position

QUEUE_BYTES = 256 * 1024

log = structlog.get_logger("samovar.live")


class Subscriber:
    """A screen that joined the stream at a position; ``drop`` cuts its connection when it does not keep up."""

    def __init__(self, session_key: str, joined_at: Position, after: Position | None, drop: Callable[[], None]) -> None:
        self.session_key = session_key
        self.joined_at = joined_at
        self.is_closed = False
        # Which person looks, and on which of their screens; nothing for a stream that has not said it.
        self.user_id = 0
        self.tab = ""
        # Inboxes of which its reader sees nothing.
        self.closed_inboxes: frozenset[int] = frozenset()
        # A page may have been made a moment ahead of this process.
        self._after = max(joined_at, after or joined_at)
        self._drop = drop
        self._waiting: deque[bytes] = deque()
        self._held = 0
        self._changed = asyncio.Event()

    @property
    def place(self) -> tuple[int, str]:
        """The person and their screen."""
        return self.user_id, self.tab

    def begin_anew(self) -> None:
        """Forget where the screen says that it was."""
        self._after = self.joined_at

    def offer(self, entries: Sequence[Entry]) -> None:
        """Add those of ``entries`` that are new to it."""
        self.push(self.frames_of(entry for entry in entries if entry.position > self._after))

    def frames_of(self, entries: Iterable[Entry]) -> bytes:
        """Return the frames of those of ``entries`` that this screen may be told."""
        return b"".join(entry.frame for entry in entries if entry.inbox_id not in self.closed_inboxes)

    def push(self, frames: bytes) -> None:
        """Add ``frames``; a screen that does not keep up is dropped, comes back and catches up from the log."""
        if not frames or self.is_closed:
            return
        self._held += len(frames)
        if self._held > QUEUE_BYTES:
            log.info("a slow screen was dropped")
            self.close()
            self._drop()
            return
        self._waiting.append(frames)
        self._changed.set()

    def close(self) -> None:
        """End the stream: the screen is gone, may not look any more, or the front stops."""
        self.is_closed = True
        self._changed.set()

    async def next(self, within_seconds: float) -> bytes:
        """Return what waits, or nothing when nothing comes in time or the stream is to end."""
        if not self._waiting and not self.is_closed:
            self._changed.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(within_seconds):
                    await self._changed.wait()
        frames = b"".join(self._waiting)
        self._waiting.clear()
        self._held = 0
        return frames
