"""What a reader sees while processes die and come back."""

import contextlib
import socket
from collections.abc import Iterator

import pytest

from tests.live.pages import MEGABYTE
from tests.live.serving import Serving, read_answer, serving, wait_until

READER = ("Accept: text/html,application/xhtml+xml",)


@pytest.fixture
def alone(tmp_path: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """Return a front with one web process, to be killed."""
    with serving(tmp_path_factory.mktemp("mortal")) as found:
        yield found


@pytest.fixture
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """Return a front with two web processes, to be killed."""
    with serving(tmp_path_factory.mktemp("mortals"), 2) as found:
        yield found


def test_without_a_web_process_there_is_a_calm_page_and_then_the_page_again(alone: Serving) -> None:
    alone.kill_web(1)

    english = alone.get("/", *READER)
    russian = alone.get("/", *READER, "Accept-Language: fr, ru;q=0.8, en;q=0.5")
    program = alone.get("/", "Accept: application/json")
    posted = alone.ask(b"POST / HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\nContent-Length: 3\r\n\r\nabc")

    assert {answer.status for answer in (english, russian, program, posted)} == {503}
    assert {answer.one("retry-after") for answer in (english, russian, program, posted)} == {"3"}
    assert "One moment" in english.body.decode() and "Одну минуту" in russian.body.decode()
    assert english.one("refresh") == "3" and posted.all("refresh") == []
    assert "last step" in posted.body.decode()
    assert program.body == b"Service Unavailable"
    assert "unsafe-inline" not in english.one("content-security-policy")

    alone.start_web(1)

    assert alone.get("/", *READER).status == 200


def test_with_one_of_two_gone_every_page_is_served(pair: Serving) -> None:
    pair.kill_web(1)

    assert {pair.get("/").status for _ in range(20)} == {200}


def test_a_connection_whose_web_process_was_replaced_goes_on(alone: Serving) -> None:
    with alone.connect() as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert read_answer(connection).status == 200

        alone.kill_web(1)
        alone.start_web(1)

        connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert read_answer(connection).status == 200


def test_a_request_is_carried_out_at_most_once_when_its_web_process_dies(pair: Serving) -> None:
    answer = pair.ask(b"POST /death HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc")

    assert answer.status == 503
    assert pair.notes().count("POST /death") == 1


def test_half_an_answer_does_not_look_like_a_whole_one(alone: Serving) -> None:
    with alone.connect() as connection:
        connection.sendall(b"GET /broken HTTP/1.1\r\nHost: localhost\r\n\r\n")
        connection.recv(1, socket.MSG_PEEK)
        (alone.home / "gate").touch()
        answer = read_answer(connection)

    assert answer.status == 200
    assert len(answer.body) <= MEGABYTE
    assert not answer.is_complete


def test_the_application_dies_with_the_process_that_watches_it(alone: Serving) -> None:
    alone.web[1].kill()
    alone.web[1].wait()

    wait_until(lambda: alone.get("/").status == 503)


def test_the_less_busy_process_gets_the_request(pair: Serving) -> None:
    with contextlib.ExitStack() as stack:
        waiting = [stack.enter_context(pair.connect()) for _ in range(2)]
        for connection in waiting:
            connection.sendall(b"GET /slow/gate HTTP/1.1\r\nHost: localhost\r\n\r\n")
        wait_until(lambda: pair.notes().count("GET /slow/gate") == 2)
        # Two threads wait, one in each process; with all four taken nobody could answer.
        assert {pair.get("/").status for _ in range(10)} == {200}
        (pair.home / "gate").touch()
        assert {read_answer(connection).body for connection in waiting} == {b"done"}


def test_requests_in_hand_are_finished_when_the_front_is_told_to_stop(alone: Serving) -> None:
    with alone.connect() as connection:
        connection.sendall(b"GET /slow/gate HTTP/1.1\r\nHost: localhost\r\n\r\n")
        wait_until(lambda: "GET /slow/gate" in alone.notes())

        alone.front.terminate()
        (alone.home / "gate").touch()
        answer = read_answer(connection)

    assert (answer.status, answer.body) == (200, b"done")
    assert alone.front.wait(30) in (0, -15)
