"""The front's side of a web process: its connections, each carrying one request after another."""

import asyncio
import socket
from collections import deque
from collections.abc import AsyncIterator
from pathlib import Path

import httptools

from samovar.live.asgi import Header

# A web process closes a connection that was idle for longer; ours go first, so that no request meets the closing door.
IDLE_SECONDS = 20
HIGH_WATER = 256 * 1024


class UpstreamGone(Exception):
    """No web process took the request, or the one that did went away before its answer was complete."""

    def __init__(self, reason: str = "went away", status: int = 503) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status


class Connection(asyncio.Protocol):
    """One connection to a web process; it carries one exchange at a time."""

    _transport: asyncio.Transport

    def __init__(self, loop: asyncio.AbstractEventLoop, sock: socket.socket) -> None:
        self.idle_since = 0.0
        self.status = 0
        self.headers: list[Header] = []
        self._loop = loop
        self._socket = sock
        self._parser = httptools.HttpResponseParser(self)
        self._chunks: deque[bytes] = deque()
        self._held = 0
        self._changed: asyncio.Future[None] | None = None
        self._is_lost = self._is_reading_paused = self._is_writing_paused = False
        self._is_head_request = self._has_head = self._is_framed = self._is_spent = False
        self._is_done = True

    def begin(self, head: bytes, is_head_request: bool) -> None:
        """Send the first lines of a request; from here on the connection belongs to its exchange."""
        self._parser = httptools.HttpResponseParser(self)
        self._is_head_request = is_head_request
        self._is_done = self._has_head = self._is_framed = self._is_spent = False
        self.status, self.headers = 0, []
        self._transport.write(head)

    async def send_body(self, chunks: AsyncIterator[bytes]) -> None:
        """Send the body as fast as it is taken; stops when the web process has answered without reading it all."""
        async for chunk in chunks:
            if self._has_head or self._is_lost or self._transport.is_closing():
                self._is_spent = True
                return
            self._transport.write(chunk)
            while self._is_writing_paused and not self._has_head and not self._is_lost:
                await self._wait()

    async def answered(self) -> None:
        """Wait until ``status`` and ``headers`` are there; raises UpstreamGone when they will never be."""
        while not self._has_head:
            if self._is_lost:
                raise UpstreamGone
            await self._wait()

    async def next_chunk(self) -> bytes:
        """Return what has come of the body, waiting for some; nothing means that it is complete."""
        while not self._chunks and not self._is_done:
            if self._is_lost:
                raise UpstreamGone
            await self._wait()
        chunk = b"".join(self._chunks) if len(self._chunks) != 1 else self._chunks[0]
        self._chunks.clear()
        self._held = 0
        if self._is_reading_paused:
            self._is_reading_paused = False
            self._transport.resume_reading()
        return chunk

    @property
    def is_done(self) -> bool:
        """Whether the answer has come to its end and nothing of it is left here."""
        return self._is_done and not self._chunks

    def is_reusable(self) -> bool:
        """Tell whether the exchange has left the connection fit for another."""
        return self.is_done and not self._is_lost and not self._is_spent

    def is_alive(self, now: float) -> bool:
        """Tell whether an idle connection may carry the next exchange: neither old nor closed by the other end."""
        if self._is_lost or now - self.idle_since > IDLE_SECONDS:
            return False
        try:
            # The end of file may have arrived without the loop having looked yet.
            self._socket.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    def close(self) -> None:
        """Give the connection up; whoever waits on it learns that it is gone."""
        self._is_lost = True
        self._transport.abort()
        self._wake()

    # What the event loop calls.

    # Of TCP it is a transport.
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._is_done and self._has_head and not self._is_framed and exc is None:
            self._is_done = True
        self._is_lost = True
        self._wake()

    def data_received(self, data: bytes) -> None:
        if self._is_done:
            # Nobody asked: whatever this is, it must not become the answer to the next request.
            self.close()
            return
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self.close()
        self._wake()

    def pause_writing(self) -> None:
        self._is_writing_paused = True

    def resume_writing(self) -> None:
        self._is_writing_paused = False
        self._wake()

    # What the parser calls.

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self._has_head:
            self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        if status < 200:
            self.headers = []
            return
        self.status, self._has_head = status, True
        self._is_framed = any(name in (b"content-length", b"transfer-encoding") for name, _ in self.headers)
        self._is_spent = not self._parser.should_keep_alive()
        if self._is_head_request:
            self._is_done = True

    def on_body(self, chunk: bytes) -> None:
        self._chunks.append(chunk)
        self._held += len(chunk)
        if self._held > HIGH_WATER and not self._is_reading_paused:
            self._is_reading_paused = True
            self._transport.pause_reading()

    def on_message_complete(self) -> None:
        if self._has_head:
            self._is_done = True

    async def _wait(self) -> None:
        self._changed = self._loop.create_future()
        try:
            await self._changed
        finally:
            self._changed = None

    def _wake(self) -> None:
        if self._changed is not None and not self._changed.done():
            self._changed.set_result(None)


class WebProcess:
    """One web process: its socket, its idle connections and how many exchanges it has in hand."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.in_hand = 0
        self._idle: list[Connection] = []

    async def take(self) -> Connection:
        """Return a connection for one exchange, to be given back after it; raises OSError when nobody listens."""
        self.in_hand += 1
        try:
            return await self._connection()
        except OSError:
            self.in_hand -= 1
            raise

    def give_back(self, connection: Connection) -> None:
        """End an exchange, and keep ``connection`` for the next if it is fit for one."""
        self.in_hand -= 1
        if connection.is_reusable():
            connection.idle_since = asyncio.get_running_loop().time()
            self._idle.append(connection)
        else:
            connection.close()

    def forget_the_old(self, now: float) -> None:
        """Close the idle connections that will not be used again."""
        kept = [connection for connection in self._idle if connection.is_alive(now)]
        for connection in set(self._idle) - set(kept):
            connection.close()
        self._idle = kept

    async def _connection(self) -> Connection:
        loop = asyncio.get_running_loop()
        while self._idle:
            connection = self._idle.pop()
            if connection.is_alive(loop.time()):
                return connection
            connection.close()
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        sock.setblocking(False)
        try:
            sock.connect(str(self.path))
        except OSError:
            sock.close()
            raise
        _, connection = await loop.create_unix_connection(lambda: Connection(loop, sock), sock=sock)
        return connection
