"""What passes through the front, and what it makes of it."""

import json
from typing import Any

import pytest

from tests.live.serving import Serving, read_answer, serving


def seen(served: Serving, *headers: str, path: str = "/") -> dict[str, Any]:
    told: dict[str, Any] = json.loads(served.get(path, *headers).body)
    return told


def test_a_page_arrives_with_its_path_its_query_and_its_headers(served: Serving) -> None:
    told = seen(served, "Accept-Language: ru", "Cookie: sessionid=abc", path="/a%20b/%D1%8F?q=%2F&x=1")

    assert told["PATH_INFO"].encode("latin-1").decode() == "/a b/я"
    assert told["QUERY_STRING"] == "q=%2F&x=1"
    assert (told["HTTP_ACCEPT_LANGUAGE"], told["HTTP_COOKIE"]) == ("ru", "sessionid=abc")


def test_who_asks_is_the_peer_whatever_the_request_says(served: Serving) -> None:
    told = seen(
        served,
        "X-Forwarded-For: 10.1.1.1",
        "X-Forwarded-Proto: https",
        "X-Forwarded-Host: evil.example",
        "X-Real-IP: 10.1.1.1",
        "Forwarded: for=10.1.1.1;proto=https;host=evil.example",
        "X-Remote-User: olga",
        "Remote-User: olga",
        "CF-Connecting-IP: 10.1.1.1",
        "X-Samovar-Local: 1",
        "X_Forwarded_For: 10.1.1.1",
        "X-Request-Id: mine",
        "X-HTTP-Method-Override: DELETE",
    )

    assert (told["REMOTE_ADDR"], told["scheme"], told["HTTP_HOST"]) == ("127.0.0.1", "http", "localhost")
    assert not [name for name in told if "FORWARDED" in name or "REMOTE_USER" in name or name.startswith("HTTP_CF")]
    assert "mine" not in told.values() and "10.1.1.1" not in json.dumps(told) and "olga" not in json.dumps(told)
    assert "HTTP_X_HTTP_METHOD_OVERRIDE" not in told


def test_a_request_through_an_unknown_proxy_does_not_count_as_local(served: Serving) -> None:
    assert seen(served)["is_local"] == "True"
    assert seen(served, "X-Forwarded-For: 203.0.113.7")["is_local"] == "False"
    assert seen(served, "Via: 1.1 somebody")["is_local"] == "False"


def test_a_trusted_proxy_is_believed_and_only_its_own_part_of_the_chain(tmp_path_factory: Any) -> None:
    home = tmp_path_factory.mktemp("trusting")
    with serving(home, SAMOVAR_TRUSTED_PROXIES="127.0.0.1 10.0.0.0/8") as trusting:
        told = seen(
            trusting,
            "X-Forwarded-For: 198.51.100.1, 203.0.113.7",
            "X-Forwarded-For: 10.0.0.9",
            "X-Forwarded-Proto: https",
            "X-Forwarded-Host: desk.example",
        )
        plain = seen(trusting)

    assert (told["REMOTE_ADDR"], told["scheme"], told["HTTP_HOST"]) == ("203.0.113.7", "https", "desk.example")
    assert (told["is_local"], plain["is_local"]) == ("False", "True")
    assert plain["REMOTE_ADDR"] == "127.0.0.1"


def test_visitors_do_not_choose_the_name_when_the_proxy_passes_ours_on(tmp_path_factory: Any) -> None:
    home = tmp_path_factory.mktemp("named")
    with serving(home, SAMOVAR_URL="https://desk.example", SAMOVAR_TRUSTED_PROXIES="127.0.0.1") as named:
        passed_on = _named(named, "Desk.example:443", "X-Forwarded-Host: evil.example")
        replaced = _named(named, "127.0.0.1:8000", "X-Forwarded-Host: desk.example")

    assert (passed_on, replaced) == ("Desk.example:443", "desk.example")


def _named(served: Serving, host: str, header: str) -> str:
    with served.connect() as connection:
        connection.sendall(f"GET / HTTP/1.1\r\nHost: {host}\r\n{header}\r\n\r\n".encode())
        return str(json.loads(read_answer(connection).body)["HTTP_HOST"])


def test_every_request_has_a_number_of_its_own(served: Serving) -> None:
    numbers = {seen(served)["samovar.request_id"] for _ in range(3)}

    assert len(numbers) == 3 and all(len(number) == 16 for number in numbers)


def test_headers_of_the_connection_stay_with_the_connection(served: Serving) -> None:
    told = seen(served, "Connection: keep-alive", "Keep-Alive: 300", "TE: trailers", "Proxy-Authorization: Basic eA==")
    answer = served.get("/bare")

    assert not {"HTTP_CONNECTION", "HTTP_KEEP_ALIVE", "HTTP_TE", "HTTP_PROXY_AUTHORIZATION"} & set(told)
    assert answer.all("keep-alive") == [] and answer.all("server") == []


def test_headers_of_a_page_get_through_and_missing_ones_are_added(served: Serving) -> None:
    answer = served.get("/bare")

    assert answer.all("set-cookie") == ["a=1", "b=2"]
    assert answer.one("x-frame-options") == "SAMEORIGIN"
    assert answer.one("x-content-type-options") == "nosniff"
    assert "frame-ancestors 'none'" in answer.one("content-security-policy")


@pytest.mark.parametrize("path", ["/", "/nothing", "/export/1"])
def test_a_connection_carries_many_requests(served: Serving, path: str) -> None:
    with served.connect() as connection:
        for _ in range(5):
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            assert read_answer(connection).is_complete


def test_requests_sent_in_one_breath_are_answered_in_their_order(served: Serving) -> None:
    request = "".join(f"GET /{number} HTTP/1.1\r\nHost: localhost\r\n\r\n" for number in range(8))
    posted = "POST /8 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc"
    with served.connect() as connection:
        connection.sendall((request + posted).encode())
        data = b""
        while chunk := connection.recv(65536):
            data += chunk

    parts = [part for part in data.split(b"HTTP/1.1 200 OK") if part]
    told = [json.loads(part.split(b"\r\n\r\n", 1)[1]) for part in parts]
    assert [one["PATH_INFO"] for one in told] == [f"/{number}" for number in range(9)]
    assert told[-1]["body"] == "abc"


def test_a_head_request_gets_the_length_and_no_body(served: Serving) -> None:
    with served.connect() as connection:
        for _ in range(2):
            connection.sendall(b"HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            answer = read_answer(connection, is_head=True)
            assert answer.status == 200 and int(answer.one("content-length")) > 100 and answer.body == b""


def test_a_client_of_the_old_version_is_served(served: Serving) -> None:
    answer = served.ask(b"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n")

    assert (answer.status, answer.one("connection")) == (200, "close")


def test_a_client_that_asks_first_is_told_to_go_on(served: Serving) -> None:
    with served.connect() as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 100 Continue")
        connection.sendall(b"abc")
        answer = read_answer(connection)

    assert json.loads(answer.body)["body"] == "abc"


def test_a_body_in_chunks_arrives_whole_and_with_a_length(served: Serving) -> None:
    chunks = "4\r\nabcd\r\n2;note=x\r\nef\r\n0\r\nX-Forwarded-For: 10.1.1.1\r\nHost: evil.example\r\n\r\n"
    answer = served.ask(f"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}".encode())

    told = json.loads(answer.body)
    assert (told["body"], told["CONTENT_LENGTH"], told["REMOTE_ADDR"]) == ("abcdef", "6", "127.0.0.1")


def test_an_answer_that_does_not_read_the_body_comes_through(served: Serving) -> None:
    body = b"x" * 5_000_000
    for _ in range(20):
        answer = served.ask(b"POST /unread HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000000\r\n\r\n" + body)
        assert (answer.status, answer.body) == (403, b"no")


def test_an_offer_to_speak_another_protocol_is_passed_over(served: Serving) -> None:
    upgrade = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n"
    answer = served.ask(f"GET / HTTP/1.1\r\nHost: localhost\r\n{upgrade}\r\n".encode())

    assert answer.status == 200
    assert answer.one("connection") == "close"
    assert "HTTP_UPGRADE" not in json.loads(answer.body)
