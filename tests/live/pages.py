"""A WSGI application for the tests of the front: it tells what reached it, and answers in every odd way."""

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from samovar.live.behind_front import IS_LOCAL, BehindFront

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

MEGABYTE = 1024 * 1024
# Where the pages note what happened to them, for tests that cannot see it from outside.
NOTES = Path(os.environ.get("SAMOVAR_HOME", ".")) / "notes"
Page = Callable[["WSGIEnvironment"], tuple[str, list[tuple[str, str]], Iterable[bytes]]]


def application(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    """Answer a request by the first part of its path."""
    note(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}")
    page = PAGES.get(environ["PATH_INFO"].split("/")[1], seen)
    status, headers, body = page(environ)
    start_response(status, headers)
    return body


def note(text: str) -> None:
    """Write a line that the test can read."""
    with NOTES.open("a", encoding="utf-8") as file:
        file.write(f"{text}\n")


def seen(environ: "WSGIEnvironment") -> tuple[str, list[tuple[str, str]], Iterable[bytes]]:
    """Tell what of the request arrived here."""
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    told = {name: value for name, value in environ.items() if isinstance(value, str)}
    told |= {"body": body.decode("latin-1"), "scheme": environ["wsgi.url_scheme"], "pid": str(os.getpid())}
    told |= {"is_local": str(environ[IS_LOCAL])}
    text = json.dumps(told).encode()
    return "200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(text)))], [text]


def upload(environ: "WSGIEnvironment") -> tuple[str, list[tuple[str, str]], Iterable[bytes]]:
    """Read a body piece by piece and return its size and its digest."""
    digest, size = hashlib.sha256(), 0
    while chunk := environ["wsgi.input"].read(65536):
        digest.update(chunk)
        size += len(chunk)
    return "200 OK", [], [f"{size} {digest.hexdigest()}".encode()]


def unread(environ: "WSGIEnvironment") -> tuple[str, list[tuple[str, str]], Iterable[bytes]]:
    """Answer without looking at the body."""
    return "403 Forbidden", [("Content-Length", "2")], [b"no"]


def export(environ: "WSGIEnvironment") -> tuple[str, list[tuple[str, str]], Iterable[bytes]]:
    """Stream as many megabytes as the path says, without a length, and note how it ended."""
    count = int(environ["PATH_INFO"].split("/")[2])
    return "200 OK", [("Content-Type", "text/csv")], _megabytes(count)


def _megabytes(count: int) -> Iterator[bytes]:
    sent = 0
    try:
        for number in range(count):
            yield bytes([number % 256]) * MEGABYTE
            sent += 1
    finally:
        note(f"exported {sent} of {count}")


def broken(environ: "WSGIEnvironment") -> tuple[str, list[tuple[str, str]], Iterable[bytes]]:
    """Begin a long answer and die in the middle of it, as soon as the reader has seen the beginning."""
    return "200 OK", [], _dying()


def _dying() -> Iterator[bytes]:
    yield b"x" * MEGABYTE
    _wait_for("gate")
    os._exit(9)


def death(environ: "WSGIEnvironment") -> tuple[str, list[tuple[str, str]], Iterable[bytes]]:
    """Die before a word is said."""
    os._exit(9)


def slow(environ: "WSGIEnvironment") -> tuple[str, list[tuple[str, str]], Iterable[bytes]]:
    """Wait until the test lets go: a file named by the path appears."""
    _wait_for(environ["PATH_INFO"].split("/")[2])
    return "200 OK", [("Content-Length", "4")], [b"done"]


def _wait_for(gate: str) -> None:
    while not (NOTES.parent / gate).exists():
        time.sleep(0.01)


def bare(environ: "WSGIEnvironment") -> tuple[str, list[tuple[str, str]], Iterable[bytes]]:
    """Answer with headers that must not, and others that must, get through."""
    headers = [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("X-Frame-Options", "SAMEORIGIN"), ("Keep-Alive", "5")]
    return "200 OK", [*headers, ("Content-Length", "2")], [b"ok"]


def nothing(environ: "WSGIEnvironment") -> tuple[str, list[tuple[str, str]], Iterable[bytes]]:
    """Answer without a body."""
    return "204 No Content", [], []


PAGES: dict[str, Page] = {
    "upload": upload,
    "unread": unread,
    "export": export,
    "broken": broken,
    "death": death,
    "slow": slow,
    "bare": bare,
    "nothing": nothing,
}
app = BehindFront(application)
