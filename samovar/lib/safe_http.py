"""The one way to ask a server whose address a stranger chose.

The name is resolved once, every address that it has must be a public one, and the connection goes to the address that
was looked at: a name that answers differently the second time reaches nothing. Only http and https at their own ports,
at most three redirects, each looked at anew and none from https to http, 2 MB and ten seconds for all of it. No
cookies, no referrer, no proxy of the environment. What goes wrong is one error without a word of the other side.
"""

import io
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPConnection, HTTPException, HTTPResponse
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import TypeVar
from urllib.parse import SplitResult, quote, urlencode, urljoin, urlsplit

from samovar.lib.errors import NotFetched

MOST_BYTES = 2 * 1024 * 1024
MOST_SECONDS = 10.0
MOST_REDIRECTS = 3
LONGEST_ADDRESS = 4000
PORTS = {"http": 80, "https": 443}
REDIRECTS = frozenset({301, 302, 303, 307, 308})
KEPT_AS_WRITTEN = "/%:@!$&'()*+,;=~-._?"
HEADERS = {
    "Accept": "image/webp,image/png,image/jpeg,image/gif",
    "Accept-Encoding": "identity",
    "Connection": "close",
    "User-Agent": "Samovar",
}
FORM_HEADERS = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
Outcome = TypeVar("Outcome")
# Of the new addresses only these lead to the world; those that hold an old one inside lead wherever that does.
WORLD = IPv6Network("2000::/3")
WITH_OLD_INSIDE = (IPv6Network("2002::/16"), IPv6Network("2001::/32"))
_resolvers = ThreadPoolExecutor(4, thread_name_prefix="resolve")


def is_public(address: str) -> bool:
    """Tell whether a numeric address is of the world, not of this machine, of its network or of nobody."""
    found: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    if found.is_multicast or found.is_reserved or not found.is_global:
        return False
    return found.version == 4 or (found in WORLD and not any(found in network for network in WITH_OLD_INSIDE))


def resolved(host: str, port: int) -> list[str]:
    """Return the numeric addresses of a host."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


@dataclass(frozen=True)
class World:
    """What may be reached, and how names are found there."""

    resolve: Callable[[str, int], list[str]] = resolved
    may_reach: Callable[[str], bool] = is_public
    ports: dict[str, int] = field(default_factory=lambda: PORTS)
    trust: Callable[[], ssl.SSLContext] = ssl.create_default_context


@dataclass(frozen=True)
class Fetched:
    """What a server gave."""

    content: bytes


@dataclass(frozen=True)
class Answered:
    """What a server said to a form."""

    status: int
    content: bytes


@dataclass(frozen=True)
class Taken:
    """What a server made of what it was given, and when it wants to be asked again ("" when it does not say)."""

    status: int
    again: str


def fetch(address: str, world: World | None = None, seconds: float = MOST_SECONDS) -> Fetched:
    """Return what stands at ``address``; raises NotFetched, whatever the reason."""
    end = time.monotonic() + min(seconds, MOST_SECONDS)
    for _number in range(MOST_REDIRECTS + 1):
        found = _asked(address, world or World(), end)
        if isinstance(found, Fetched):
            return found
        address = joined(address, found)
    raise NotFetched


def post(address: str, fields: Mapping[str, str], seconds: float = MOST_SECONDS) -> Answered:
    """Send a form to ``address`` and return the answer, whatever its status; raises NotFetched.

    Redirects are not followed, because what is in the form is meant for one server. What the answer says must not be
    shown to anybody as it is.
    """

    def talk(line: "_Line", parts: SplitResult) -> Answered:
        return _posted(line, parts, urlencode(fields))

    return _at(address, World(), time.monotonic() + min(seconds, MOST_SECONDS), talk)


def hand(address: str, content: bytes, headers: Mapping[str, str], world: World | None = None) -> Taken:
    """Give ``content`` to a server over https and return what it makes of it; raises NotFetched.

    Redirects are not followed, and of the answer nothing is read but its head.
    """
    if not address.lower().startswith("https:"):
        raise NotFetched
    return _at(address, world or World(), time.monotonic() + MOST_SECONDS, partial(_handed, content, headers))


def joined(address: str, target: str) -> str:
    """Return where a redirect leads; raises NotFetched when that is no address at all, or can be overheard."""
    try:
        found = urljoin(address, target)
    except ValueError as error:
        raise NotFetched from error
    if address.lower().startswith("https:") and not found.lower().startswith("https:"):
        raise NotFetched
    return found


def _asked(address: str, world: World, end: float) -> Fetched | str:
    """Return what one server gave, or where it sends us."""
    return _at(address, world, end, _answer)


def _at(address: str, world: World, end: float, talk: "Callable[[_Line, SplitResult], Outcome]") -> Outcome:
    try:
        parts = _checked(address)
        line = _connected(parts, world, end)
        try:
            return talk(line, parts)
        finally:
            line.hang_up()
    except (OSError, HTTPException, ValueError, TookTooLong) as error:
        raise NotFetched from error


def _checked(address: str) -> SplitResult:
    parts = urlsplit(address)
    is_plain = parts.scheme in PORTS and parts.hostname and parts.username is None and parts.password is None
    if not is_plain or len(address) > LONGEST_ADDRESS:
        raise NotFetched
    return parts


def _connected(parts: SplitResult, world: World, end: float) -> "_Line":
    port = world.ports[parts.scheme]
    if (parts.port or port) != port:
        raise NotFetched
    host = _ascii(parts.hostname or "")
    found = _resolvers.submit(world.resolve, host, port).result(timeout=_left(end))
    # One address of ours among those of the world is a trap: the whole name is refused.
    if not found or not all(map(world.may_reach, found)):
        raise NotFetched
    line = socket.create_connection((found[0], port), timeout=_left(end))
    if parts.scheme == "https":
        return _Line(world.trust().wrap_socket(line, server_hostname=host), end)
    return _Line(line, end)


def _posted(line: "_Line", parts: SplitResult, form: str) -> Answered:
    connection = HTTPConnection(_ascii(parts.hostname or ""), parts.port)
    connection.sock = line
    connection.request("POST", _wanted(parts), form, headers=HEADERS | FORM_HEADERS)
    with connection.getresponse() as answer:
        return Answered(answer.status, answer.read(MOST_BYTES))


def _handed(content: bytes, headers: Mapping[str, str], line: "_Line", parts: SplitResult) -> Taken:
    connection = HTTPConnection(_ascii(parts.hostname or ""), parts.port)
    connection.sock = line
    connection.request("POST", _wanted(parts), content, headers=HEADERS | dict(headers))
    with connection.getresponse() as answer:
        return Taken(answer.status, answer.headers.get("Retry-After", ""))


def _answer(line: "_Line", parts: SplitResult) -> Fetched | str:
    connection = HTTPConnection(_ascii(parts.hostname or ""), parts.port)
    connection.sock = line
    connection.request("GET", _wanted(parts), headers=HEADERS)
    with connection.getresponse() as answer:
        if answer.status in REDIRECTS and (target := answer.headers.get("Location")):
            return target
        return Fetched(_content(answer))


def _content(answer: HTTPResponse) -> bytes:
    if answer.status != 200 or answer.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise NotFetched
    content = answer.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise NotFetched
    return content


def _wanted(parts: SplitResult) -> str:
    wanted = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    return quote(wanted, safe=KEPT_AS_WRITTEN)


def _ascii(host: str) -> str:
    return host if host.isascii() else host.encode("idna").decode("ascii")


def _left(end: float) -> float:
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


class _Line:
    """A connection of which every read and write ends at one moment, however slowly the other side goes on."""

    def __init__(self, line: socket.socket, end: float) -> None:
        self._line, self._end = line, end

    def sendall(self, data: bytes) -> None:
        """Send all of it in time."""
        self._line.settimeout(_left(self._end))
        self._line.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        """Return what is to be read."""
        return io.BufferedReader(_Received(self._line, self._end))

    def close(self) -> None:
        """Keep the line: the library closes it when it has read the head, and the body may still be on its way."""

    def hang_up(self) -> None:
        """End the connection."""
        self._line.close()


class _Received(io.RawIOBase):
    def __init__(self, line: socket.socket, end: float) -> None:
        self._line, self._end = line, end

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # all that BufferedReader gives
        self._line.settimeout(_left(self._end))
        return self._line.recv_into(buffer)
