"""``/stream/``: what happens, as it happens, for screens of the staff (server-sent events)."""

from urllib.parse import parse_qs, urlsplit

import psycopg
from django.conf import settings
from django.http.request import split_domain_port, validate_host

from samovar.conversations.attending import tab_of
from samovar.live import answers
from samovar.live.asgi import Header, Receive, Scope, Send, part, start
from samovar.live.attending import Attending
from samovar.live.fanout import Fanout, here, reset
from samovar.live.forwarding import Client, Refused, TrustedProxies, check, client_of
from samovar.live.position import Position
from samovar.live.protocol import connection_of
from samovar.live.subscriber import Subscriber
from samovar.live.viewers import Doorkeeper, session_key

PATH = "/stream/"
HEARTBEAT_SECONDS = 15.0
RETRY_MILLISECONDS = 2000
MOST_STREAMS = 10_000


class Streaming:
    """Answers ``/stream/``. A screen that comes back says where it was, and misses nothing and gets nothing twice."""

    def __init__(self, fanout: Fanout, attending: Attending, doorkeeper: Doorkeeper, trusted: TrustedProxies) -> None:
        self._fanout = fanout
        self._attending = attending
        self._doorkeeper = doorkeeper
        self._trusted = trusted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Stream to one screen until it goes, may not look any more, or does not keep up."""
        connection = connection_of(scope)
        try:
            key = await self._admitted(scope)
            after = _resumed_at(scope)
            subscriber = await self._fanout.subscribe(key, after, connection.abort)
            subscriber.tab = _tab(scope)
        except Refused as refused:
            await answers.refuse(refused.status, scope, receive, send)
            return
        except psycopg.Error:
            await answers.refuse(503, scope, receive, send)
            return
        connection.on_lost = subscriber.close
        try:
            await send(start(200, _headers()))
            self._attending.greet(subscriber)
            await self._stream(subscriber, after, send)
        except psycopg.Error:
            # The screen comes again, and says where it was.
            subscriber.close()
        finally:
            connection.on_lost = None
            self._fanout.unsubscribe(subscriber)
            self._attending.lose(subscriber)
        if not connection.is_lost:
            await send(part(b"", False))

    async def _admitted(self, scope: Scope) -> str:
        check(scope)
        if scope["method"] != "GET":
            raise Refused(405)
        client = client_of(scope, self._trusted)
        if not _is_ours(client.host) or not _is_from_our_page(scope, client):
            raise Refused(403)
        if self._fanout.count >= MOST_STREAMS:
            raise Refused(503)
        key = session_key(_header(scope, b"cookie"))
        if not await self._doorkeeper.admits(key):
            raise Refused(403)
        return key

    async def _stream(self, subscriber: Subscriber, after: Position | None, send: Send) -> None:
        joined_at = subscriber.joined_at
        await send(part(f"retry: {RETRY_MILLISECONDS}\n\n".encode(), True))
        if after is None:
            await send(part(here(joined_at), True))
        elif await self._is_lost(after):
            subscriber.begin_anew()
            await send(part(reset(joined_at), True))
        else:
            await self._catch_up(subscriber, after, send)
        while not subscriber.is_closed:
            frames = await subscriber.next(HEARTBEAT_SECONDS)
            if not subscriber.is_closed:
                await send(part(frames or here(self._fanout.position), True))

    async def _is_lost(self, after: Position) -> bool:
        """Tell whether a screen was never there, or missed more than it can be told."""
        return after > await self._fanout.log.present() or await self._fanout.log.is_far_behind(after)

    async def _catch_up(self, subscriber: Subscriber, after: Position, send: Send) -> None:
        while not subscriber.is_closed and after < subscriber.joined_at:
            entries = await self._fanout.log.between(after, subscriber.joined_at)
            if not entries:
                return
            await send(part(subscriber.frames_of(entries), True))
            after = entries[-1].position


def _resumed_at(scope: Scope) -> Position | None:
    """Return where the screen was: by its own word when it comes back by itself, by its page the first time."""
    query = parse_qs(scope["query_string"].decode("latin-1"))
    named = [_header(scope, b"last-event-id"), *query.get("last_event_id", []), *query.get("after", [])]
    return next((position for text in named if (position := Position.parse(text)) is not None), None)


def _tab(scope: Scope) -> str:
    """Return how the screen calls itself, where it wants to hear of others that are open."""
    [*_, named] = ["", *parse_qs(scope["query_string"].decode("latin-1")).get("tab", [])]
    return tab_of(named)


def _is_from_our_page(scope: Scope, client: Client) -> bool:
    """Tell whether a page of ours asks: browsers say so in one of three headers, depending on what they know."""
    if site := _header(scope, b"sec-fetch-site"):
        return site == "same-origin"
    named = urlsplit(_header(scope, b"origin") or _header(scope, b"referer"))
    return named.scheme in ("http", "https") and named.netloc.encode() == client.host


def _is_ours(host: bytes) -> bool:
    name, _ = split_domain_port(host.decode("latin-1"))
    return bool(name) and validate_host(name, settings.ALLOWED_HOSTS)


def _header(scope: Scope, name: bytes) -> str:
    return next((value.decode("latin-1") for found, value in scope["headers"] if found == name), "")


def _headers() -> list[Header]:
    return [
        *answers.own_headers(),
        (b"content-type", b"text/event-stream; charset=utf-8"),
        # Proxies in between keep nothing back.
        (b"x-accel-buffering", b"no"),
    ]
