"""Large bodies in both directions: whole, with little memory, and not at the cost of a web process."""

import contextlib
import hashlib
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.pages import MEGABYTE
from tests.live.serving import Serving, read_answer, resident_bytes, serving, wait_until

GROWTH = 24 * MEGABYTE


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """Return a front with one web process, which has two threads."""
    with serving(tmp_path_factory.mktemp("alone")) as found:
        found.get("/export/8")
        yield found


def post_head(path: str, size: int) -> bytes:
    return f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {size}\r\n\r\n".encode()


def skip_head(connection: socket.socket) -> None:
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(1)


def test_uploads_of_25_megabytes_arrive_whole_and_leave_the_memory_flat(alone: Serving) -> None:
    body = os.urandom(25 * MEGABYTE)
    before = resident_bytes(alone.front.pid)
    for _ in range(4):
        answer = alone.ask(post_head("/upload", len(body)) + body)
        assert answer.body.decode() == f"{len(body)} {hashlib.sha256(body).hexdigest()}"
        assert resident_bytes(alone.front.pid) - before < GROWTH


def test_an_export_of_200_megabytes_streams_through_flat_memory(alone: Serving) -> None:
    before, most, size = resident_bytes(alone.front.pid), 0, 0
    with alone.connect() as connection:
        connection.sendall(b"GET /export/200 HTTP/1.0\r\nHost: localhost\r\n\r\n")
        while chunk := connection.recv(MEGABYTE):
            size += len(chunk)
            most = max(most, resident_bytes(alone.front.pid))

    assert size > 200 * MEGABYTE
    assert most - before < GROWTH


def test_a_slow_upload_does_not_hold_a_web_process(alone: Serving) -> None:
    before = alone.notes()
    slow = [alone.connect() for _ in range(6)]
    for connection in slow:
        connection.sendall(post_head("/upload", 3 * MEGABYTE) + b"x" * 2 * MEGABYTE)

    assert alone.get("/").status == 200
    assert not [line for line in alone.notes()[len(before) :] if "upload" in line]

    for connection in slow:
        connection.sendall(b"x" * MEGABYTE)
        assert read_answer(connection).body.startswith(b"3145728 ")
        connection.close()


def test_slow_readers_do_not_hold_a_web_process(alone: Serving) -> None:
    slow = [alone.connect() for _ in range(3)]
    before = resident_bytes(alone.front.pid)
    done = alone.notes().count("exported 40 of 40")
    for connection in slow:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        connection.sendall(b"GET /export/40 HTTP/1.0\r\nHost: localhost\r\n\r\n")
        # Enough to show that somebody reads, and far from all.
        connection.recv(65536)

    taken = dict.fromkeys(slow, 65536)

    def all_are_exported() -> bool:
        for connection in slow:
            taken[connection] += len(connection.recv(65536))
        return alone.notes().count("exported 40 of 40") == done + 3

    wait_until(all_are_exported)
    assert all(size < 30 * MEGABYTE for size in taken.values())
    assert resident_bytes(alone.front.pid) - before < GROWTH
    assert alone.get("/").status == 200
    for connection in slow:
        while chunk := connection.recv(MEGABYTE):
            taken[connection] += len(chunk)
        assert taken[connection] > 40 * MEGABYTE
        connection.close()


def test_a_reader_who_leaves_ends_the_export(alone: Serving) -> None:
    with alone.connect() as connection:
        connection.sendall(b"GET /export/900 HTTP/1.1\r\nHost: localhost\r\n\r\n")
        connection.recv(65536)

    wait_until(lambda: any(line.endswith(" of 900") for line in alone.notes()))
    [line] = [line for line in alone.notes() if line.endswith(" of 900")]
    assert line != "exported 900 of 900"


def test_a_sender_who_leaves_is_never_heard_of(alone: Serving) -> None:
    with alone.connect() as connection:
        connection.sendall(post_head("/upload/left", 3 * MEGABYTE) + b"x" * MEGABYTE)

    assert alone.get("/").status == 200
    assert "POST /upload/left" not in alone.notes()


def _spooled(pid: int) -> list[Path]:
    found = []
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            found += [link] if "spool" in str(link.readlink()) else []
    return found


def test_nothing_of_a_body_stays_on_the_disk(alone: Serving, tmp_path: Path) -> None:
    alone.ask(post_head("/upload", MEGABYTE) + b"x" * MEGABYTE)

    assert list((alone.home / "spool").iterdir()) == []
    # It is closed just after the answer.
    wait_until(lambda: not _spooled(alone.front.pid))
