"""A client's connection: uvicorn's own, made stricter, and able to tell that the client is gone."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from samovar.live import asgi
from samovar.live.answers import raw, refusal
from samovar.live.forwarding import LONGEST_HEAD

HEAD_SECONDS = 30
# How long a client may take nothing of what waits for it.
STALL_SECONDS = 120
MOST_PIPELINED = 32
EXTENSION = "samovar.connection"


class ClientConnection(HttpToolsProtocol):
    """One client. Everything that it sends before a complete request is bounded in size and in time."""

    # When the head that is being read began; None while no head is being read.
    head_since: float | None
    # Since when the client has taken nothing of what is too much to keep for it; None while it takes enough.
    stalled_since: float | None = None
    # What to do when the client goes away during the present request.
    on_lost: Callable[[], None] | None = None
    is_lost = False
    _head_bytes = 0

    # Of TCP it is a transport.
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self.head_since = self.loop.time()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the request that is being answered that nobody waits for it."""
        self.is_lost = True
        super().connection_lost(exc)
        if self.on_lost is not None:
            self.on_lost()

    def data_received(self, data: bytes) -> None:
        """Read what came, as long as the lines before a body stay within their limit."""
        super().data_received(data)
        if self.head_since is None:
            self._head_bytes = 0
            return
        self._head_bytes += len(data)
        if self._head_bytes > LONGEST_HEAD and not self.transport.is_closing():
            self._refuse(431)

    def on_message_begin(self) -> None:
        """Begin a request and let the application reach its connection."""
        super().on_message_begin()
        self.head_since = self.loop.time()
        # What uvicorn calls a scope is a plain dictionary that may hold more.
        scope: dict[str, Any] = self.scope  # type: ignore[assignment]
        scope["extensions"] = {EXTENSION: self}

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header; lines that come after a body are not headers of anything."""
        if self.head_since is not None:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Hand the request on."""
        self.head_since = None
        super().on_headers_complete()
        if len(self.pipeline) > MOST_PIPELINED:
            self.transport.abort()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no request, with the headers that every answer has."""
        self._refuse(400)

    def pause_writing(self) -> None:
        """Let the application wait: the client does not take what was sent."""
        super().pause_writing()
        self.stalled_since = self.loop.time()

    def resume_writing(self) -> None:
        """Go on: the client has taken nearly all."""
        super().resume_writing()
        self.stalled_since = None

    async def takes_more(self, within_seconds: float) -> bool:
        """Wait until the client can be sent more; returns False when it takes too long."""
        if self.stalled_since is None:
            return True
        try:
            async with asyncio.timeout(within_seconds):
                await self.flow.drain()
        except TimeoutError:
            return False
        return True

    def abort(self) -> None:
        """Drop the connection at once, together with what the client has not taken yet."""
        self.transport.abort()

    def _refuse(self, status: int) -> None:
        self.transport.write(raw(refusal(status)))
        self.transport.close()


def connection_of(scope: asgi.Scope) -> ClientConnection:
    """Return the connection that a request came over."""
    return scope["extensions"][EXTENSION]


def close_the_slow(connections: Iterable[object], now: float) -> None:
    """Drop every connection that has been too long at the head of one request, or at what it should take."""
    for connection in [one for one in connections if isinstance(one, ClientConnection)]:
        if _is_over(connection.head_since, HEAD_SECONDS, now) or _is_over(connection.stalled_since, STALL_SECONDS, now):
            connection.abort()


def _is_over(since: float | None, seconds: float, now: float) -> bool:
    return since is not None and now - since > seconds
