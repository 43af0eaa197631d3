"""What the front says by itself: short refusals, and the page for the moments in which no web process answers."""

import asyncio
import base64
import contextlib
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from csp.utils import build_policy
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils import translation

from samovar.live.asgi import Header, Receive, Scope, Send, part, start

RETRY_AFTER_SECONDS = 3
# A refused body is read on for a while, because many clients look at the answer only after they have sent it all.
LINGER_BYTES = 64 * 1024 * 1024
LINGER_SECONDS = 10
PLAIN_POLICY = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"
PAGE_POLICY = "default-src 'none'; style-src data:; base-uri 'none'; frame-ancestors 'none'"
SHEETS = ("tokens", "reset", "base", "entrance")


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer of the front."""

    status: int
    headers: list[Header]
    body: bytes


def page_defaults() -> list[Header]:
    """Return the headers that every page carries, for an answer of a web process that left one out."""
    return [*_common(), (b"content-security-policy", build_policy(nonce=None).encode())]


def own_headers(policy: str = PLAIN_POLICY) -> list[Header]:
    """Return the headers of whatever the front answers by itself."""
    return [*_common(), (b"content-security-policy", policy.encode()), (b"cache-control", b"no-store")]


def refusal(status: int) -> Answer:
    """Return the answer of a few words for ``status``; the connection is closed after it."""
    headers = [*own_headers(), (b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
    return _complete(status, headers, HTTPStatus(status).phrase.encode())


class UnavailablePage:
    """The page that says that Samovar is starting or very busy, in each language, drawn once."""

    def __init__(self) -> None:
        codes = [code for code, _ in settings.LANGUAGES]
        self._pages = {(code, reading): _draw(code, reading) for code in codes for reading in (True, False)}

    def answer(self, scope: Scope, status: int = 503) -> Answer:
        """Return it in the best language for the reader; a program gets a few words instead."""
        retry = (b"retry-after", b"%d" % RETRY_AFTER_SECONDS)
        wanted = {name: value for name, value in scope["headers"] if name in (b"accept", b"accept-language")}
        if b"text/html" not in wanted.get(b"accept", b""):
            plain = refusal(status)
            return Answer(status, [*plain.headers, retry], plain.body)
        code = best_language(wanted.get(b"accept-language", b"").decode("latin-1"))
        is_reading = scope["method"] in ("GET", "HEAD")
        headers = [*own_headers(PAGE_POLICY), (b"content-type", b"text/html; charset=utf-8"), retry]
        if is_reading:
            headers.append((b"refresh", b"%d" % RETRY_AFTER_SECONDS))
        return _complete(status, headers, self._pages[code, is_reading])


def best_language(accepted: str) -> str:
    """Return the code of ours that ``Accept-Language`` prefers."""
    known = [code for code, _ in settings.LANGUAGES]
    ranked: list[tuple[float, str]] = []
    for entry in accepted[:500].split(","):
        tag, _, quality = entry.strip().partition(";q=")
        code = tag.strip().lower().split("-")[0]
        if code in known:
            ranked.append((_as_number(quality), code))
    return max(ranked, key=lambda entry: entry[0])[1] if ranked else settings.LANGUAGE_CODE


async def give(answer: Answer, send: Send) -> None:
    """Send ``answer`` to the client."""
    await send(start(answer.status, answer.headers))
    await send(part(answer.body, False))


async def refuse(status: int, scope: Scope, receive: Receive, send: Send) -> None:
    """Refuse a request; a body that is too large is read on for a while, so that its sender gets to see the answer."""
    answer = refusal(status)
    await send(start(status, answer.headers))
    await send(part(answer.body, True))
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE and not any(name == b"expect" for name, _ in scope["headers"]):
        await _linger(receive)
    await send(part(b"", False))


def raw(answer: Answer) -> bytes:
    """Return ``answer`` as it goes over the wire, for a request that never became one."""
    first = f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}".encode()
    return b"\r\n".join([first, *(name + b": " + value for name, value in answer.headers), b"", answer.body])


async def _linger(receive: Receive) -> None:
    left = LINGER_BYTES
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LINGER_SECONDS):
            while left > 0:
                message = await receive()
                if message["type"] != "http.request" or not message["more_body"]:
                    return
                left -= len(message["body"])


def _as_number(quality: str) -> float:
    try:
        return float(quality or 1)
    except ValueError:
        return 0.0


def _common() -> list[Header]:
    return [
        (b"x-content-type-options", b"nosniff"),
        (b"x-frame-options", b"DENY"),
        (b"referrer-policy", settings.SECURE_REFERRER_POLICY.encode()),
        (b"cross-origin-opener-policy", settings.SECURE_CROSS_ORIGIN_OPENER_POLICY.encode()),
    ]


def _complete(status: int, headers: list[Header], body: bytes) -> Answer:
    return Answer(status, [*headers, (b"content-length", b"%d" % len(body))], body)


def _draw(code: str, is_reading: bool) -> bytes:
    # The page must need nothing that is not there at such a moment: it carries its style in an address.
    sheets = b"".join(Path(str(finders.find(f"ui/css/{name}.css"))).read_bytes() for name in SHEETS)
    style = "data:text/css;base64," + base64.b64encode(sheets).decode()
    with translation.override(code):
        page = render_to_string("live/unavailable.html", {"style": style, "is_reading": is_reading})
    return page.encode()
