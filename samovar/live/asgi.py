"""The part of the ASGI protocol that passes between uvicorn and the front."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Required, TypedDict

if TYPE_CHECKING:
    from samovar.live.protocol import ClientConnection

Header = tuple[bytes, bytes]


class Scope(TypedDict):
    """A request without its body."""

    type: str
    http_version: str
    method: str
    scheme: str
    path: str
    raw_path: bytes
    query_string: bytes
    headers: list[Header]
    client: tuple[str, int] | None
    extensions: dict[str, "ClientConnection"]


class Message(TypedDict, total=False):
    """A part of a body that came, or of an answer that goes."""

    type: Required[str]
    status: int
    headers: list[Header]
    body: bytes
    more_body: bool


Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


def start(status: int, headers: list[Header]) -> Message:
    """Return the message that begins an answer."""
    return {"type": "http.response.start", "status": status, "headers": headers}


def part(body: bytes, more_body: bool) -> Message:
    """Return the message with a part of an answer's body."""
    return {"type": "http.response.body", "body": body, "more_body": more_body}
