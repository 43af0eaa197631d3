"""Addresses that strangers chose lead to public servers only, within limits, and tell nobody anything."""

import itertools
import socket
import threading

import pytest

from samovar.lib import safe_http
from samovar.lib.errors import NotFetched
from samovar.lib.safe_http import MOST_BYTES, World, fetch, is_public, joined
from tests.lib.outside import PUBLIC, moved, ok, outside


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.1.2",
        "169.254.169.254", "100.64.0.1", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.7", "203.0.113.7",
        "224.0.0.1", "239.1.1.1",
        "240.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "fc00::1",
        "fd00::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "2001:db8::1", "2002:7f00:1::1", "2001:0:7f00:1::1",
        "64:ff9b::7f00:1", "64:ff9b:1::1", "100::1",
    ],
)  # fmt: skip
def test_an_address_that_is_not_of_the_world_is_out_of_reach(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", [PUBLIC, "8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "2a00:1450:4010:c0b::66"])
def test_an_address_of_the_world_may_be_reached(address: str) -> None:
    assert is_public(address)


@pytest.fixture
def listener() -> socket.socket:
    """A server of our own machine that nobody may reach."""
    found = socket.create_server(("127.0.0.1", 0))
    found.settimeout(0.2)
    return found


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "0", "2130706433", "0x7f000001", "0x7f.1",
        "0177.0.0.1", "127.1", "127.0.0.1.", "①②⑦.⓪.⓪.①",
    ],
)  # fmt: skip
def test_our_own_machine_is_not_reached_however_it_is_written(listener: socket.socket, host: str) -> None:
    port = listener.getsockname()[1]

    with listener, pytest.raises(NotFetched):
        fetch(f"http://{host}/", World(ports={"http": port, "https": port}))
    with pytest.raises(OSError):
        listener.accept()


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd", "gopher://outside.example/", "ftp://outside.example/", "http:///a", "outside.example", "",
        "http://user:word@outside.example/", "http://outside.example:5432/", "https://outside.example:22/",
        "http://outside.example:99999/", "http://[outside.example/", "http://outside.example/" + "a" * 5000,
        "http://nobody.example/", "http://" + "a" * 70 + "é.example/",
    ],
)  # fmt: skip
def test_what_is_no_plain_address_of_the_web_is_refused(address: str) -> None:
    with outside({"/": ok(b"here")}) as server:
        with pytest.raises(NotFetched):
            fetch(address, World(server.world.resolve, server.world.may_reach))
        assert not server.asked


def test_the_address_that_was_looked_at_is_the_one_that_is_asked() -> None:
    with outside({"/": ok(b"secret")}) as server:
        answers = iter([[PUBLIC], ["127.0.0.1"], ["127.0.0.1"]])
        reached: list[str] = []

        def may_reach(address: str) -> bool:
            reached.append(address)
            return False

        with pytest.raises(NotFetched):
            fetch("http://rebinding.example/", World(lambda host, port: next(answers), may_reach, server.world.ports))

        assert reached == [PUBLIC]
        assert not server.asked


def test_a_name_with_one_address_of_ours_among_others_is_refused() -> None:
    with outside({"/": ok(b"secret")}) as server:
        world = World(lambda host, port: ["127.0.0.1", "10.0.0.1"], server.world.may_reach, server.world.ports)

        with pytest.raises(NotFetched):
            fetch("http://outside.example/", world)
        assert not server.asked


def test_nothing_of_us_or_of_the_reader_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with outside({"/a%20b?c=%C3%A9": ok(b"here")}) as server:
        assert fetch("http://outside.example/a b?c=é#part", server.world).content == b"here"

    [asked] = server.asked
    fields = {line.partition(":")[0].lower() for line in asked.strip().split("\r\n")[1:]}
    assert fields == {"host", "accept", "accept-encoding", "connection", "user-agent"}


def test_redirects_are_followed_three_times_and_each_is_looked_at() -> None:
    answers = {f"/{number}": moved(f"/{number + 1}") for number in range(5)}
    with outside(
        {
            **answers,
            "/5": ok(b"here"),
            "/home": moved("http://home.example/"),
            "/f": moved("file:///a"),
            "/none": moved("http://[outside.example/"),
        }
    ) as it:
        assert fetch("http://outside.example/2", it.world).content == b"here"
        for path in ("1", "home", "f", "none"):
            with pytest.raises(NotFetched):
                fetch(f"http://outside.example/{path}", it.world)


def test_nobody_is_led_from_https_to_http() -> None:
    assert joined("https://outside.example/a", "/b") == "https://outside.example/b"
    assert joined("http://outside.example/a", "https://outside.example/b") == "https://outside.example/b"
    for target in ("http://outside.example/b", "HTTP://outside.example/b", "file:///b"):
        with pytest.raises(NotFetched):
            joined("https://outside.example/a", target)


@pytest.mark.parametrize(
    "answer",
    [
        ok(b"a" * (MOST_BYTES + 1)),
        b"HTTP/1.1 200 OK\r\n\r\n" + b"a" * (MOST_BYTES + 1),
        ok(b"\x1f\x8b", "Content-Encoding: gzip"),
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nhere",
        b"HTTP/1.1 302 Found\r\n\r\n",
        b"220 mail.example ESMTP\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 200 + b"\r\n",
        b"",
    ],
)
def test_an_answer_that_is_too_much_or_none_is_refused(answer: bytes) -> None:
    with outside({"/": answer}) as server, pytest.raises(NotFetched):
        fetch("http://outside.example/", server.world)


@pytest.mark.parametrize("beginning", [b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_a_server_that_never_ends_is_left(beginning: bytes) -> None:
    drops = [beginning, *itertools.repeat(b"a", 3000)]
    with outside({"/": drops}) as server, pytest.raises(NotFetched):
        fetch("http://outside.example/", server.world, seconds=0.3)


def test_a_name_that_is_never_found_is_left() -> None:
    is_over = threading.Event()

    def resolve(_host: str, _port: int) -> list[str]:
        is_over.wait(30)
        return [PUBLIC]

    try:
        with pytest.raises(NotFetched):
            fetch("http://outside.example/", World(resolve), seconds=0.1)
    finally:
        is_over.set()


def test_a_server_without_a_certificate_is_not_believed() -> None:
    with outside({"/": ok(b"here")}) as server, pytest.raises(NotFetched):
        fetch("https://outside.example/", server.world)


def test_a_body_may_come_after_its_head() -> None:
    with outside(
        {"/a": [b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\n", b"hel", b"lo"]}
    ) as server:
        assert fetch("http://outside.example/a", server.world).content == b"hello"


def test_a_form_is_sent_once_and_follows_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    with outside({"/token": moved("http://outside.example/other"), "/no": b"HTTP/1.1 400 No\r\n\r\nno"}) as server:
        monkeypatch.setattr(safe_http, "World", lambda: server.world)
        answered = safe_http.post("http://outside.example/token", {"code": "a b&c", "ё": "1"})
        assert (answered.status, len(server.asked)) == (302, 1)
        assert server.asked[0].startswith("POST /token ") and "Content-Length: 21" in server.asked[0]
        assert safe_http.post("http://outside.example/no", {}) == safe_http.Answered(400, b"no")
        with pytest.raises(NotFetched):
            safe_http.post("http://home.example/token", {})
