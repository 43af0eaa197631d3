"""Requests that two programs could read in two ways, and others that never reach a web process."""

import json

import pytest

from tests.live.serving import Serving, read_answer

SMUGGLED = "GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"
AMBIGUOUS = {
    "length and chunks": "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "chunks and length": "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "two lengths": f"Content-Length: 0\r\nContent-Length: {len(SMUGGLED)}\r\n\r\n{SMUGGLED}",
    "the same length twice": "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
    "a list of lengths": "Content-Length: 3, 3\r\n\r\nabc",
    "a length with a sign": "Content-Length: +3\r\n\r\nabc",
    "a negative length": "Content-Length: -3\r\n\r\nabc",
    "no length in the header": "Content-Length:\r\n\r\nabc",
    "a blank before the colon": f"Content-Length : 3\r\n\r\nabc{SMUGGLED}",
    "an unknown coding": "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "a coding besides chunks": "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "chunks that are not last": "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "two codings": "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
    "identity": "Transfer-Encoding: identity\r\n\r\n",
    "a chunk with another number": "Transfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n",
    "a chunk that ends by a bare newline": "Transfer-Encoding: chunked\r\n\r\n3\nabc\n0\n\n",
    "a chunk longer than it says": "Transfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n",
    "a folded line": "X-Note: a\r\n Content-Length: 3\r\n\r\n",
    "a bare newline": "X-Note: a\nContent-Length: 3\r\n\r\nabc",
    "a bare return": "X-Note: a\rContent-Length: 3\r\n\r\nabc",
    "a null": "X-Note: a\0b\r\n\r\n",
    "a control character": "X-Note: a\x01b\r\n\r\n",
    "a second host": "Host: evil.example\r\n\r\n",
    "a line without a colon": "Nonsense\r\n\r\n",
}
LINES = {
    "no host": ("GET / HTTP/1.1\r\n\r\n", 400),
    "an empty host": ("GET / HTTP/1.1\r\nHost:\r\n\r\n", 400),
    "no version": ("GET /\r\n\r\n", 505),
    "chunks in the old version": ("POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    "a version of the future": ("GET / HTTP/2.0\r\nHost: localhost\r\n\r\n", 505),
    "an odd version": ("GET / HTTP/1.9\r\nHost: localhost\r\n\r\n", 400),
    "an odd method": ("FOO / HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
    "a method that nobody serves": ("PROPFIND / HTTP/1.1\r\nHost: localhost\r\n\r\n", 405),
    "a tunnel": ("CONNECT a.example:80 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
    "a blank in the path": ("GET /a b HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
    "a raw letter in the path": ("GET /я HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
    "not HTTP at all": ("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
}


@pytest.mark.parametrize("name", AMBIGUOUS)
def test_what_can_be_read_in_two_ways_reaches_nobody(served: Serving, name: str) -> None:
    before = served.notes()

    with served.connect() as connection:
        connection.sendall(f"POST /ambiguous HTTP/1.1\r\nHost: localhost\r\n{AMBIGUOUS[name]}".encode())
        answer = read_answer(connection)
        rest = connection.recv(65536)

    assert (answer.status, answer.one("connection"), rest) == (400, "close", b"")
    assert served.notes() == before


@pytest.mark.parametrize("name", LINES)
def test_what_is_no_request_of_ours_reaches_nobody(served: Serving, name: str) -> None:
    before = served.notes()
    request, status = LINES[name]

    answer = served.ask(request.encode())

    assert (answer.status, answer.one("connection")) == (status, "close")
    assert served.notes() == before


def test_even_a_refusal_carries_the_headers_of_every_answer(served: Serving) -> None:
    for answer in (served.ask(b"nonsense\r\n\r\n"), served.ask(b"GET / HTTP/1.1\r\n\r\n")):
        assert answer.one("content-security-policy").startswith("default-src 'none'")
        assert answer.one("x-content-type-options") == "nosniff"
        assert answer.one("x-frame-options") == "DENY"
        assert answer.one("cache-control") == "no-store"


def test_the_host_is_the_header_and_not_the_address_in_the_first_line(served: Serving) -> None:
    answer = served.ask(b"GET http://evil.example/page?x=1 HTTP/1.1\r\nHost: localhost\r\n\r\n")

    told = json.loads(answer.body)
    assert (told["HTTP_HOST"], told["PATH_INFO"], told["QUERY_STRING"]) == ("localhost", "/page", "x=1")


@pytest.mark.parametrize("lines", [1, 400])
def test_too_many_headers_are_refused(served: Serving, lines: int) -> None:
    before = served.notes()
    padding = "\r\n".join(f"X-Padding-{number}: {'x' * (80_000 // lines)}" for number in range(lines))

    answer = served.get("/", padding)

    assert answer.status == 431
    assert served.notes() == before


def test_headers_without_end_are_not_collected(served: Serving) -> None:
    with served.connect() as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Padding: " + b"x" * 60_000)
        connection.sendall(b"x" * 200_000)
        answer = read_answer(connection)

    assert answer.status == 431


def test_requests_without_end_in_one_breath_are_cut_off(served: Serving) -> None:
    with served.connect() as connection:
        connection.sendall(b"GET /slow/never HTTP/1.1\r\nHost: localhost\r\n\r\n")
        connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n" * 100)

        assert read_answer(connection).status == 0


def test_a_body_over_the_limit_is_refused_before_it_is_sent(served: Serving) -> None:
    before = served.notes()
    head = b"POST /upload HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 31457281\r\n\r\n"

    assert served.ask(head).status == 413
    assert served.notes() == before


def test_a_body_in_chunks_over_the_limit_is_refused(served: Serving) -> None:
    before = served.notes()
    megabyte = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
    with served.connect() as connection:
        connection.sendall(b"POST /upload HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(31):
            connection.sendall(megabyte)
        connection.sendall(b"0\r\n\r\n")
        answer = read_answer(connection)

    assert answer.status == 413
    assert served.notes() == before
