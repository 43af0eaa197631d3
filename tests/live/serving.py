"""Starts a real front and real web processes for a test, on a free loopback port."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httptools

from tests.postgres import database_address

ROOT = Path(__file__).resolve().parents[2]
# A machine that does much else at the same time must not fail a test.
PATIENCE_SECONDS = 120.0


class Serving:
    """A front with ``count`` web processes, which serve ``application``, and a home folder of its own."""

    front: subprocess.Popen[bytes]
    application = "tests.live.pages:app"

    def __init__(self, home: Path, count: int, variables: dict[str, str]) -> None:
        self.home = home
        self.count = count
        self._variables = {
            **os.environ,
            "SAMOVAR_HOME": str(home),
            "SAMOVAR_WEB_PROCESSES": str(max(count, 1)),
            # They read nothing from it; a cluster for each of them would cost ten seconds.
            "DATABASE_URL": database_address(),
            **variables,
        }
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.web: dict[int, subprocess.Popen[bytes]] = {}
        self._started: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        """Start everything and wait until pages are answered."""
        (self.home / "run").mkdir(parents=True)
        for number in range(1, self.count + 1):
            self.start_web(number)
        self.front = self._spawn("samovar", "live", "--descriptor", str(self._listener.fileno()))
        wait_until(lambda: self._is_alive(self.front) and (self.get("/").status < 500) == bool(self.count))

    def start_web(self, number: int) -> None:
        """Start the web process ``number`` and wait until it listens."""
        path = self.home / "run" / f"web-{number}.sock"
        process = self.web[number] = self._spawn("tests.live.web_process", str(path), self.application)
        wait_until(lambda: self._is_alive(process) and _listens(path))

    def stop(self) -> None:
        """Stop everything."""
        for process in self._started:
            process.terminate()
        for process in self._started:
            process.wait(PATIENCE_SECONDS)
        self._listener.close()

    def kill_web(self, number: int) -> None:
        """Kill the process that runs the application, and wait until granian has noticed."""
        [child] = children(self.web[number].pid)
        os.kill(child, signal.SIGKILL)
        self.web[number].wait(PATIENCE_SECONDS)

    def connect(self, receive_bytes: int = 0, port: int = 0) -> socket.socket:
        """Return a new connection to the front, with a small window when ``receive_bytes`` says so."""
        connection = socket.socket()
        connection.settimeout(PATIENCE_SECONDS)
        if receive_bytes:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        connection.connect(("127.0.0.1", port or self.port))
        return connection

    def get(self, path: str, *headers: str) -> "Answer":
        """Ask for a page over a connection of its own."""
        return self.ask("\r\n".join([f"GET {path} HTTP/1.1", "Host: localhost", *headers, "", ""]).encode())

    def ask(self, request: bytes) -> "Answer":
        """Send raw bytes over a connection of its own and return the first answer."""
        with self.connect() as connection:
            connection.sendall(request)
            return read_answer(connection, is_head=request.startswith(b"HEAD"))

    def notes(self) -> list[str]:
        """Return what the pages noted."""
        path = self.home / "notes"
        return path.read_text(encoding="utf-8").splitlines() if path.exists() else []

    def _is_alive(self, process: subprocess.Popen[bytes]) -> bool:
        assert process.poll() is None, "it ended by itself"
        return True

    def _spawn(self, module: str, *arguments: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT,
            env=self._variables,
            pass_fds=[self._listener.fileno()],
        )
        self._started.append(process)
        return process


@contextmanager
def serving(home: Path, count: int = 1, **variables: str) -> Iterator[Serving]:
    """Serve for as long as the block lasts."""
    found = Serving(home, count, variables)
    try:
        found.start()
        yield found
    finally:
        found.stop()


class Answer:
    """An answer as it came over the wire."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: list[tuple[str, str]] = []
        self.body = b""
        self.is_complete = False
        self.parser = httptools.HttpResponseParser(self)

    def on_status(self, status: bytes) -> None:
        """Begin anew after an interim answer."""
        self.headers = []

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header."""
        self.headers.append((name.decode().lower(), value.decode()))

    def on_headers_complete(self) -> None:
        """Keep the status."""
        self.status = self.parser.get_status_code()

    def on_body(self, chunk: bytes) -> None:
        """Keep a part of the body."""
        self.body += chunk

    def on_message_complete(self) -> None:
        """Note that the final answer is whole."""
        self.is_complete = self.status >= 200

    def all(self, name: str) -> list[str]:
        """Return every value of a header."""
        return [value for found, value in self.headers if found == name]

    def one(self, name: str) -> str:
        """Return the one value of a header."""
        [value] = self.all(name)
        return value


def read_answer(connection: socket.socket, is_head: bool = False) -> Answer:
    """Read one answer, or what there is of it when the connection ends."""
    answer = Answer()
    while not answer.is_complete and not (is_head and answer.status >= 200):
        try:
            data = connection.recv(65536)
        except ConnectionResetError:
            break
        if not data:
            break
        answer.parser.feed_data(data)
    return answer


def children(pid: int) -> list[int]:
    """Return the processes that ``pid`` has started."""
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return [int(child) for child in text.split()]


def resident_bytes(pid: int) -> int:
    """Return how much memory a process holds now."""
    return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def wait_until(is_so: Callable[[], bool]) -> None:
    """Wait for something that happens in another process."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        if time.monotonic() > deadline:
            raise AssertionError("it did not happen")
        time.sleep(0.02)


def _listens(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0
