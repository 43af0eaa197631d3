"""A screen of the staff, as a browser opens its stream."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.test import Client

from samovar.accounts.models import User
from samovar.live.position import Position
from tests.live.serving import Answer, Serving


@dataclass
class Seen:
    """One event of a stream."""

    id: str = ""
    event: str = ""
    lines: list[str] = field(default_factory=list)

    @property
    def data(self) -> dict[str, Any]:
        """What it tells."""
        told: dict[str, Any] = json.loads("\n".join(self.lines) or "{}")
        return told

    @property
    def position(self) -> Position:
        """Where in the log it stands."""
        found = Position.parse(self.id)
        assert found is not None, self.id
        return found


class Screen:
    """An open stream: ``next()`` waits for the next event that says something."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.answer = Answer()
        self.last_id = ""
        self._text = ""
        self._taken = 0

    def open(self, request: str) -> None:
        """Ask, and read until the answer has begun and the stream has said where it is."""
        self.connection.sendall(request.encode())
        while self.answer.status < 200 or (self.answer.status == 200 and b"\n\n" not in self.answer.body):
            if not self._receive():
                break

    def next(self) -> Seen | None:
        """Return the next event with data, or None when the stream has ended."""
        while True:
            end = self._text.find("\n\n", self._taken)
            if end >= 0:
                seen = _parsed(self._text[self._taken : end])
                self._taken = end + 2
                self.last_id = seen.id or self.last_id
                if seen.lines:
                    return seen
            elif not self._receive():
                return None

    def ends(self) -> bool:
        """Read to the end of the stream."""
        while self.next() is not None:
            pass
        return True

    def _receive(self) -> bool:
        self._text += self.answer.body.decode()
        self.answer.body = b""
        if "\n\n" in self._text[self._taken :]:
            return True
        if self.answer.is_complete:
            return False
        try:
            data = self.connection.recv(65536)
        except ConnectionResetError:
            return False
        if not data:
            return False
        self.answer.parser.feed_data(data)
        return True


def _parsed(block: str) -> Seen:
    seen = Seen()
    for line in block.split("\n"):
        name, _, value = line.partition(": ")
        if name == "data":
            seen.lines.append(value)
        elif name == "id":
            seen.id = value
        elif name == "event":
            seen.event = value
    return seen


@contextmanager
def screen(
    served: Serving, key: str, *headers: str, query: str = "", small: bool = False, port: int = 0
) -> Iterator[Screen]:
    """Open a stream with the session ``key``, over another port than the front's own if one is named."""
    with served.connect(4096 if small else 0, port) as connection:
        found = Screen(connection)
        lines = [f"GET /stream/{query} HTTP/1.1", "Host: localhost", f"Cookie: {settings.SESSION_COOKIE_NAME}={key}"]
        asked = headers or ("Sec-Fetch-Site: same-origin",)
        found.open("\r\n".join([*lines, *asked, "", ""]))
        yield found


def signed_in(user: User) -> Client:
    """Return a browser in which ``user`` is signed in."""
    browser = Client()
    browser.force_login(user)
    return browser


def key_of(browser: Client) -> str:
    """Return the session key that the browser holds."""
    return browser.cookies[settings.SESSION_COOKIE_NAME].value
