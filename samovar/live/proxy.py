"""Passing a request to a web process and its answer back to the client."""

import asyncio
import secrets
from collections.abc import Sequence
from pathlib import Path

import structlog

from samovar.live import answers
from samovar.live.asgi import Receive, Scope, Send, start
from samovar.live.bodies import Admits, ClientGone, Rooms, collect
from samovar.live.forwarding import (
    Refused,
    TrustedProxies,
    body_size,
    check,
    client_of,
    request_head,
    response_headers,
)
from samovar.live.protocol import ClientConnection, connection_of
from samovar.live.relay import relay
from samovar.live.spool import Room, Spool
from samovar.live.upstream import Connection, UpstreamGone, WebProcess

# How long a web process may say nothing before the first line of an answer.
ANSWER_SECONDS = 60
MOST_IN_HAND = 512
COMPLAIN_SECONDS = 10

log = structlog.get_logger("samovar.live")


class Proxy:
    """Passes each request to the least busy web process.

    A body is collected before a web process hears of the request: one slow upload would hold one of its few threads.
    """

    def __init__(self, sockets: Sequence[Path], trusted: TrustedProxies, room: Room, admits: Admits) -> None:
        self.processes = [WebProcess(path) for path in sockets]
        self._trusted = trusted
        self._room = room
        self._rooms = Rooms(room, admits)
        self._defaults = answers.page_defaults()
        self._unavailable = answers.UnavailablePage()
        self._complained_at = float("-inf")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        connection = connection_of(scope)
        try:
            await self._pass(scope, receive, send, connection)
        except Refused as refused:
            await answers.refuse(refused.status, scope, receive, send)
        except UpstreamGone as gone:
            self._complain(gone.reason)
            await answers.give(self._unavailable.answer(scope, gone.status), send)
        except ClientGone:
            connection.abort()

    async def _pass(self, scope: Scope, receive: Receive, send: Send, connection: ClientConnection) -> None:
        check(scope)
        client = client_of(scope, self._trusted)
        size = body_size(scope)
        body = Spool(await self._rooms.for_body(scope, size))
        try:
            if size != 0:
                await collect(body, size, receive)
            head = request_head(scope, client, secrets.token_hex(8), body.size)
            await self._exchange(head, body, scope, send, connection)
        finally:
            body.close()

    async def _exchange(self, head: bytes, body: Spool, scope: Scope, send: Send, connection: ClientConnection) -> None:
        process, upstream = await self._connect()
        connection.on_lost = upstream.close
        try:
            if connection.is_lost:
                raise ClientGone
            upstream.begin(head, scope["method"] == "HEAD")
            await _await_answer(upstream, body)
            await self._give(upstream, scope, send, connection)
        except UpstreamGone as gone:
            raise (ClientGone if connection.is_lost else gone) from gone
        finally:
            connection.on_lost = None
            process.give_back(upstream)

    def _complain(self, reason: str) -> None:
        """Log that no web process answers, but not once for every reader who finds out."""
        now = asyncio.get_running_loop().time()
        if now - self._complained_at > COMPLAIN_SECONDS:
            self._complained_at = now
            log.warning("no answer from web", reason=reason)

    async def _connect(self) -> tuple[WebProcess, Connection]:
        # Those who are equally busy take turns.
        self.processes.append(self.processes.pop(0))
        for process in sorted(self.processes, key=lambda process: process.in_hand):
            if process.in_hand >= MOST_IN_HAND:
                raise UpstreamGone("all are too busy")
            try:
                return process, await process.take()
            except OSError:
                continue
        raise UpstreamGone("nobody listens")

    async def _give(self, upstream: Connection, scope: Scope, send: Send, connection: ClientConnection) -> None:
        headers = response_headers(upstream.headers, self._defaults)
        if any(name == b"upgrade" for name, _ in scope["headers"]):
            # What the client says next may be in the protocol that it has offered to speak.
            headers.append((b"connection", b"close"))
        await send(start(upstream.status, headers))
        try:
            await relay(upstream, send, connection, self._room)
        except (UpstreamGone, OSError) as broken:
            if not connection.is_lost:
                log.warning("answer broke off", reason=type(broken).__name__)
            # Half an answer must not look like a whole one.
            raise ClientGone from broken


async def _await_answer(upstream: Connection, body: Spool) -> None:
    if body.size:
        await upstream.send_body(body.chunks())
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            await upstream.answered()
    except TimeoutError:
        raise UpstreamGone("no answer in time", 504) from None
