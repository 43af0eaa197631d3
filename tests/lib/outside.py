"""A server of somebody else, on this machine: it answers as it was told, and notes what it was asked."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from samovar.lib.safe_http import World

PUBLIC = "93.184.215.14"
Answer = bytes | list[bytes]


@dataclass
class Outside:
    """What it says for each path; a list is said piece by piece, a breath between them."""

    answers: dict[str, Answer]
    port: int = 0
    asked: list[str] = field(default_factory=list)
    is_over: threading.Event = field(default_factory=threading.Event)

    @property
    def world(self) -> World:
        """A world in which this server stands at a name of its own."""
        return World(
            resolve=_resolve,
            may_reach=lambda address: address == "127.0.0.1",
            ports={"http": self.port, "https": self.port},
        )

    def answer(self, line: socket.socket) -> None:
        """Read one request and say what belongs to it."""
        with line:
            head = line.recv(65536).decode("latin-1")
            self.asked.append(head)
            given = self.answers.get(head.partition(" ")[2].partition(" ")[0], b"")
            for piece in given if isinstance(given, list) else [given]:
                try:
                    line.sendall(piece)
                except OSError:
                    return
                if isinstance(given, list) and self.is_over.wait(0.02):
                    return


def _resolve(host: str, _port: int) -> list[str]:
    found = {"outside.example": ["127.0.0.1"], "home.example": ["10.0.0.1"]}.get(host)
    if found is None:
        raise socket.gaierror
    return found


@contextmanager
def outside(answers: dict[str, Answer]) -> Iterator[Outside]:
    """Run such a server."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Outside(answers, listener.getsockname()[1])
        listener.settimeout(0.1)
        thread = threading.Thread(target=_serve, args=(listener, server))
        thread.start()
        try:
            yield server
        finally:
            server.is_over.set()
            thread.join()


def _serve(listener: socket.socket, server: Outside) -> None:
    while not server.is_over.is_set():
        try:
            line, _peer = listener.accept()
        except TimeoutError:
            continue
        line.settimeout(10)
        server.answer(line)


def ok(content: bytes, *fields: str) -> bytes:
    """An answer that holds ``content``."""
    head = "\r\n".join(["HTTP/1.1 200 OK", f"Content-Length: {len(content)}", *fields])
    return f"{head}\r\n\r\n".encode() + content


def moved(target: str) -> bytes:
    """An answer that leads elsewhere."""
    return f"HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n".encode()
