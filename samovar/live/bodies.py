"""Collecting the body of a request, from a client that may be slow but must not be a burden."""

import asyncio
from collections.abc import Awaitable, Callable

from samovar.live.asgi import Receive, Scope
from samovar.live.forwarding import Refused
from samovar.live.spool import MEMORY_LIMIT, NoRoom, Room, Spool
from samovar.live.upstream import UpstreamGone
from samovar.live.viewers import session_key

UPLOAD_LIMIT = 30 * 1024 * 1024
# How long a client may say nothing in the middle of a body.
SILENCE_SECONDS = 30.0
# How long a body may take in all: this, and a second for every 32 kB that came. A poor telephone line is faster. The
# largest body may so take a quarter of an hour, and one of which hardly anything comes is refused within a minute.
GRACE_SECONDS = 20.0
LEAST_BYTES_A_SECOND = 32 * 1024
# What all who are not signed in may take of the room together: nobody of them has reason to send large bodies.
STRANGERS_LIMIT = 256 * 1024 * 1024

# Tells whether a session is one of a member of staff.
Admits = Callable[[str], Awaitable[bool]]


class ClientGone(Exception):
    """The client went away before its request was complete, or before the answer was."""


class Rooms:
    """The room for bodies: a part of it for strangers, all of it for members of staff."""

    def __init__(self, room: Room, admits: Admits) -> None:
        self._room = room
        self._strangers = room.part(STRANGERS_LIMIT)
        self._admits = admits

    async def for_body(self, scope: Scope, size: int | None) -> Room:
        """Return where a body may be kept. Only one that will need the disk is worth the question who sends it."""
        if size is not None and size <= MEMORY_LIMIT:
            return self._room
        cookies = b"; ".join(value for name, value in scope["headers"] if name == b"cookie").decode("latin-1")
        key = session_key(cookies)
        return self._room if key and await self._admits(key) else self._strangers


async def collect(body: Spool, size: int | None, receive: Receive) -> None:
    """Read a body to its end; raises Refused when it is too large or too slow, ClientGone, and UpstreamGone (503)."""
    if size is not None and size > UPLOAD_LIMIT:
        raise Refused(413)
    loop = asyncio.get_running_loop()
    began, is_complete = loop.time(), False
    while not is_complete:
        try:
            async with asyncio.timeout(patience(loop.time() - began, body.size)):
                message = await receive()
        except TimeoutError:
            raise Refused(408) from None
        if message["type"] != "http.request":
            raise ClientGone
        if body.size + len(message["body"]) > UPLOAD_LIMIT:
            raise Refused(413)
        try:
            await body.write(message["body"])
        except (NoRoom, OSError) as full:
            raise UpstreamGone("no room for a body") from full
        is_complete = not message["more_body"]
    body.end()


def patience(elapsed_seconds: float, size_bytes: int) -> float:
    """Return for how many seconds to wait for more of a body of which so much came; raises Refused for too little."""
    left = GRACE_SECONDS + size_bytes / LEAST_BYTES_A_SECOND - elapsed_seconds
    if left <= 0:
        raise Refused(408)
    return min(left, SILENCE_SECONDS)
