"""What the front says by itself: short refusals, and the page for the moments in which no web process answers."""

import asyncio
import base64
import contextlib
import hashlib
import re
from dataclasses import dataclass
from http import HTTPStatus

from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, HTTPScope
from csp.utils import build_policy
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from samovar.live.forwarding import Header

RETRY_AFTER_SECONDS = 3
# A refused body is read on for a while, because many clients look at the answer only after they have sent it all.
LINGER_BYTES = 64 * 1024 * 1024
LINGER_SECONDS = 10
STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer of the front."""

    status: int
    headers: list[Header]
    body: bytes


def page_defaults() -> list[Header]:
    """Return the headers that every page carries, for an answer of a web process that left one out."""
    return [*_common(), (b"content-security-policy", build_policy(nonce=None).encode())]


def refusal(status: int) -> Answer:
    """Return the answer of a few words for ``status``; the connection is closed after it."""
    phrase = HTTPStatus(status).phrase.encode()
    headers = [*_own("default-src 'none'; frame-ancestors 'none'"), (b"content-type", b"text/plain; charset=utf-8")]
    return _complete(status, [*headers, (b"connection", b"close")], phrase)


class UnavailablePage:
    """The page that says that Samovar is starting or very busy, in each language, drawn once."""

    def __init__(self) -> None:
        self._pages = {
            (code, is_reading): _draw(code, is_reading)
            for code, _ in settings.LANGUAGES
            for is_reading in (True, False)
        }

    def answer(self, scope: HTTPScope, status: int = 503) -> Answer:
        """Return it in the best language for the reader; a program gets a few words instead."""
        wanted = {name: value for name, value in scope["headers"] if name in (b"accept", b"accept-language")}
        if b"text/html" not in wanted.get(b"accept", b""):
            plain = refusal(status)
            retry = [(b"retry-after", b"%d" % RETRY_AFTER_SECONDS)]
            return Answer(status, [*plain.headers, *retry], plain.body)
        code = best_language(wanted.get(b"accept-language", b"").decode("latin-1"))
        is_reading = scope["method"] in ("GET", "HEAD")
        page, policy = self._pages[code, is_reading]
        headers = [*_own(policy), (b"content-type", b"text/html; charset=utf-8"), (b"content-language", code.encode())]
        headers.append((b"retry-after", b"%d" % RETRY_AFTER_SECONDS))
        if is_reading:
            headers.append((b"refresh", b"%d" % RETRY_AFTER_SECONDS))
        return _complete(status, headers, page)


def best_language(accepted: str) -> str:
    """Return the code of ours that ``Accept-Language`` prefers."""
    known = [code for code, _ in settings.LANGUAGES]
    ranked: list[tuple[float, str]] = []
    for part in accepted[:500].split(","):
        tag, _, quality = part.strip().partition(";q=")
        code = tag.strip().lower().split("-")[0]
        if code in known:
            ranked.append((_as_number(quality), code))
    return max(ranked, key=lambda entry: entry[0])[1] if ranked else settings.LANGUAGE_CODE


async def refuse(status: int, scope: HTTPScope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    """Refuse a request; a body that is too large is read on for a while, so that its sender gets to see the answer."""
    answer = refusal(status)
    await send({"type": "http.response.start", "status": status, "headers": answer.headers, "trailers": False})
    await send({"type": "http.response.body", "body": answer.body, "more_body": True})
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE and not any(name == b"expect" for name, _ in scope["headers"]):
        await _linger(receive)
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _linger(receive: ASGIReceiveCallable) -> None:
    left = LINGER_BYTES
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LINGER_SECONDS):
            while left > 0:
                message = await receive()
                if message["type"] != "http.request" or not message["more_body"]:
                    return
                left -= len(message["body"])


async def give(answer: Answer, send: ASGISendCallable) -> None:
    """Send ``answer`` to the client."""
    await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers, "trailers": False})
    await send({"type": "http.response.body", "body": answer.body, "more_body": False})


def raw(answer: Answer) -> bytes:
    """Return ``answer`` as it goes over the wire, for a request that never became one."""
    first = f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}".encode()
    return b"\r\n".join([first, *(name + b": " + value for name, value in answer.headers), b"", answer.body])


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


def _own(policy: str) -> list[Header]:
    return [*_common(), (b"content-security-policy", policy.encode()), (b"cache-control", b"no-store")]


def _complete(status: int, headers: list[Header], body: bytes) -> Answer:
    return Answer(status, [*headers, (b"content-length", b"%d" % len(body))], body)


def _draw(code: str, is_reading: bool) -> tuple[bytes, str]:
    with translation.override(code):
        page = render_to_string("live/unavailable.html", {"language": code, "is_reading": is_reading})
    # The page must need nothing that is not there at such a moment: its few rules stand in it, allowed by their hash.
    [style] = STYLE.findall(page)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return page.encode(), f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; frame-ancestors 'none'"
