"""From a request as it came to the request that a web process gets.

Nothing of the framing and of what says where a request came from is taken over: the length of the body is written
anew, and the address, the scheme and the host of the client are the front's own finding. Pure functions.
"""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass

from samovar.lib.env import Network
from samovar.live.asgi import Header, Scope

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
LONGEST_HEAD = 64 * 1024
HOP_BY_HOP = frozenset(
    b"connection keep-alive proxy-connection proxy-authenticate proxy-authorization te trailer transfer-encoding "
    b"upgrade".split()
)
# Headers by which others tell the address, the scheme, the host or the user of somebody else.
HEARSAY = frozenset(
    b"forwarded x-real-ip x-client-ip x-cluster-client-ip true-client-ip fastly-client-ip x-request-id x-original-url "
    b"x-rewrite-url x-http-method-override remote-user remote-addr via".split()
)
HEARSAY_FAMILIES = (b"x-forwarded-", b"x-samovar-", b"x-remote-", b"cf-", b"x-original-")
NOT_PASSED = HOP_BY_HOP | HEARSAY | {b"host", b"content-length", b"expect"}
SIGNS_OF_A_PROXY = frozenset({b"forwarded", b"x-forwarded-for", b"x-real-ip", b"via"})


class Refused(Exception):
    """A request that is not passed on; carries the status of the answer."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass(frozen=True, slots=True)
class Client:
    """Who asks: the address, how it reached us, by which host name, and whether it sits on this machine."""

    address: str
    scheme: str
    host: bytes
    is_local: bool


class TrustedProxies:
    """The peers whose word about the client is taken (SAMOVAR_TRUSTED_PROXIES: addresses and networks).

    ``public_name`` is the one under which people reach us (SAMOVAR_URL).
    """

    def __init__(self, networks: Iterable[Network], public_name: str) -> None:
        self._networks = tuple(networks)
        # What a proxy asks for that passes no name on; it says nothing about what people asked for.
        is_of_this_machine = public_name == "localhost" or _is_loopback(public_name)
        self._public_name = b"" if is_of_this_machine else public_name.lower().encode()
        self._known: dict[str, bool] = {}

    def __contains__(self, address: str) -> bool:
        if not self._networks:
            return False
        if address not in self._known:
            if len(self._known) > 10_000:
                self._known.clear()
            self._known[address] = self._lies_inside(address)
        return self._known[address]

    def named_us(self, host: bytes) -> bool:
        """Tell whether ``host`` is our own name: the proxy passed it on, and what else names one is the visitor's."""
        return bool(self._public_name) and host.partition(b":")[0].lower() == self._public_name

    def _lies_inside(self, address: str) -> bool:
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(found in network for network in self._networks)


def client_of(scope: Scope, trusted: TrustedProxies) -> Client:
    """Tell who asks; raises Refused when the request does not name exactly one host."""
    peer = scope["client"][0] if scope["client"] else ""
    named = {name: value for name, value in scope["headers"] if name.startswith(b"x-forwarded-")}
    hosts = [value for name, value in scope["headers"] if name == b"host"]
    if len(hosts) != 1 or not hosts[0]:
        raise Refused(400)
    if peer in trusted:
        return _as_told(scope, peer, hosts[0], trusted)
    seen_proxy = bool(named) or any(name in SIGNS_OF_A_PROXY for name, _ in scope["headers"])
    return Client(peer, scope["scheme"], hosts[0], is_local=_is_loopback(peer) and not seen_proxy)


def _as_told(scope: Scope, peer: str, host: bytes, trusted: TrustedProxies) -> Client:
    told = {name: value for name, value in scope["headers"] if name.startswith(b"x-forwarded-")}
    chain = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
    address = _first_stranger(b",".join(chain).decode("latin-1"), peer, trusted)
    named = b"" if trusted.named_us(host) else told.get(b"x-forwarded-host", b"").split(b",")[0].strip()
    scheme = told.get(b"x-forwarded-proto", b"").decode("latin-1").strip().lower()
    return Client(
        address,
        scheme if scheme in ("http", "https") else scope["scheme"],
        named or host,
        is_local=_is_loopback(address),
    )


def _first_stranger(chain: str, peer: str, trusted: TrustedProxies) -> str:
    """Walk the chain from our end: the first address that is not one of our proxies is the client."""
    address = peer
    for told in reversed([part.strip() for part in chain.split(",") if part.strip()]):
        try:
            address = str(ipaddress.ip_address(told))
        except ValueError:
            break
        if address not in trusted:
            break
    return address


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def body_size(scope: Scope) -> int | None:
    """Return the announced size of the body, 0 when there is none, None when it comes in chunks.

    Raises Refused for everything that two programs could read in two ways.
    """
    lengths = [value for name, value in scope["headers"] if name == b"content-length"]
    codings = [value for name, value in scope["headers"] if name == b"transfer-encoding"]
    if codings:
        if lengths or codings != [b"chunked"] or scope["http_version"] != "1.1":
            raise Refused(400)
        return None
    if not lengths:
        return 0
    if len(lengths) > 1 or not lengths[0].isdigit():
        raise Refused(400)
    return int(lengths[0])


def check(scope: Scope) -> None:
    """Raise Refused unless the method and the version are ones that we serve."""
    if scope["http_version"] not in ("1.1", "1.0"):
        raise Refused(505)
    if scope["method"] not in METHODS:
        raise Refused(405)


def request_head(scope: Scope, client: Client, request_id: str, size: int) -> bytes:
    """Return the first lines of the request for a web process, with a body of ``size`` bytes to follow."""
    target = scope["raw_path"] + (b"?" + scope["query_string"] if scope["query_string"] else b"")
    lines = [
        scope["method"].encode() + b" " + target + b" HTTP/1.1",
        b"host: " + client.host,
        b"x-forwarded-for: " + client.address.encode(),
        b"x-forwarded-proto: " + client.scheme.encode(),
        b"x-forwarded-host: " + client.host,
        b"x-request-id: " + request_id.encode(),
    ]
    if client.is_local:
        lines.append(b"x-samovar-local: 1")
    if size or scope["method"] in ("POST", "PUT", "PATCH"):
        lines.append(b"content-length: %d" % size)
    lines += [name + b": " + value for name, value in scope["headers"] if _may_pass(name)]
    head = b"\r\n".join(lines) + b"\r\n\r\n"
    if len(head) > LONGEST_HEAD:
        raise Refused(431)
    # The parser has refused these already; if it ever lets one through, nobody may smuggle a line.
    if head.count(b"\n") != len(lines) + 1 or head.count(b"\r") != len(lines) + 1 or b"\0" in head:
        raise Refused(400)
    return head


def _may_pass(name: bytes) -> bool:
    # A web process could not tell "x_forwarded_for" from "x-forwarded-for".
    return name not in NOT_PASSED and not name.startswith(HEARSAY_FAMILIES) and b"_" not in name


def response_headers(headers: list[Header], defaults: list[Header]) -> list[Header]:
    """Return what the client gets of the headers of a web process, plus those ``defaults`` that it left out."""
    kept = [(name, value) for name, value in headers if name not in HOP_BY_HOP and name != b"server"]
    present = {name for name, _ in kept}
    return kept + [(name, value) for name, value in defaults if name not in present]
