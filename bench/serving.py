"""What the one port costs: pages through it and without it, and streams beside full page load."""

import asyncio
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter, sleep

from django.conf import settings
from django.db import connection, transaction
from django.test import Client

import bench.ready  # noqa: F401 - first of all, because the models need the settings
from bench.figures import Figures, percentile
from samovar.accounts.models import User
from samovar.events.announcing import CustomerEvent, announce
from samovar.operations import readiness

ROUNDS = 6
ROUND_SECONDS = 5
READERS = 8
STREAMS = 50
STREAM_SECONDS = 20
PAUSE_SECONDS = 0.05
PAGES = ("/", "/profile/")
TICK = os.sysconf("SC_CLK_TCK")


class BenchRang(CustomerEvent):
    """Something to stream; taken out of the log again afterwards."""


@contextmanager
def server(*words: str, path: str = "/healthz") -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """Run a server on a free port for as long as the block lasts; ``{port}`` in its words is that port."""
    port = free_port()
    variables = {name: value for name, value in os.environ.items() if name != "SAMOVAR_ROLE"}
    command = [sys.executable, "-m", *(word.format(port=port) for word in words)]
    variables["SAMOVAR_PORT"] = str(port)
    process = subprocess.Popen(command, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(f"http://localhost:{port}{path}")
        yield port, process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port


def wait_for(address: str) -> None:
    """Wait until the address answers."""
    for _ in range(600):
        try:
            urllib.request.urlopen(address, timeout=5).read()
        except (urllib.error.URLError, OSError):
            sleep(0.2)
        else:
            return
    raise RuntimeError(f"nobody answers at {address}")


class Visitor:
    """An agent who is signed in."""

    def __init__(self) -> None:
        user = User.objects.filter(is_active=True).order_by("pk")[0]
        browser = Client()
        browser.force_login(user)
        self.cookie = f"{settings.SESSION_COOKIE_NAME}={browser.cookies[settings.SESSION_COOKIE_NAME].value}"
        self.path = next(path for path in PAGES if browser.get(path, headers={"Host": "localhost"}).status_code == 200)

    def load(self, port: int, seconds: float) -> subprocess.Popen[str]:
        """Begin to read pages."""
        words = [str(port), str(seconds), str(READERS), self.path, self.cookie]
        return subprocess.Popen([sys.executable, "-m", "bench.load", *words], stdout=subprocess.PIPE, text=True)

    def pages(self, port: int, seconds: float) -> list[float]:
        """Read pages and return how long each took."""
        said, _ = self.load(port, seconds).communicate()
        took: list[float] = json.loads(said)
        return took


def family(pid: int) -> list[int]:
    """Return a process and all that it has started."""
    below = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(one for child in below for one in family(int(child)))]


def processor_seconds(pids: list[int]) -> float:
    """Return the processor time of ``pids``."""
    fields = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in pids]
    return sum(int(one[11]) + int(one[12]) for one in fields) / TICK


def compare_pages(figures: Figures, visitor: Visitor) -> None:
    """Read the same page through the one port and without it, turn by turn."""
    with server("samovar", "start") as (port, process), server("bench.plain", "{port}") as (plain_port, plain):
        arms = {"front": (port, family(process.pid)), "plain": (plain_port, family(plain.pid))}
        for own, _ in arms.values():
            visitor.pages(own, 2)
        rates: dict[str, list[float]] = {"front": [], "plain": []}
        costs: dict[str, list[float]] = {"front": [], "plain": []}
        took: list[float] = []
        for turn in range(ROUNDS * 2):
            name = ("front", "plain")[turn % 2]
            before = processor_seconds(arms[name][1])
            read = visitor.pages(arms[name][0], ROUND_SECONDS)
            rates[name].append(len(read) / ROUND_SECONDS)
            costs[name].append((processor_seconds(arms[name][1]) - before) / len(read))
            took += read if name == "front" else []
    rate, plain_rate = statistics.median(rates["front"]), statistics.median(rates["plain"])
    cost, plain_cost = statistics.median(costs["front"]) * 1000, statistics.median(costs["plain"]) * 1000
    figures.add(f"pages a second ({visitor.path})", rate, "/s", "", f"{plain_rate:.1f} /s without the front")
    figures.add("pages, share of those without the front", rate / plain_rate * 100, "%", "≥ 90 %")
    figures.add("processor time a page", cost, "ms", "", f"{plain_cost:.1f} ms without the front")
    figures.add("processor time, share", cost / plain_cost * 100, "%", "≤ 110 %")
    figures.add("page, 95 %", percentile(took, 0.95) * 1000, "ms")


class Screens:
    """Open streams that note how long after its commit each event arrived."""

    def __init__(self, count: int = STREAMS, patience_seconds: float = 2.0) -> None:
        self.count = count
        self.committed: dict[int, float] = {}
        self.took: list[float] = []
        self._patience = patience_seconds

    async def watch(self, port: int, visitor: Visitor) -> None:
        """Open the streams, announce for a while, and note."""
        streams = [asyncio.create_task(self.stream(port, visitor, number)) for number in range(self.count)]
        await asyncio.sleep(2)
        await asyncio.to_thread(self._announce)
        await asyncio.sleep(self._patience)
        for stream in streams:
            stream.cancel()
        await asyncio.gather(*streams, return_exceptions=True)

    @staticmethod
    def head(visitor: Visitor) -> list[str]:
        """Return how a screen asks for its stream."""
        return ["GET /stream/ HTTP/1.1", "Host: localhost", f"Cookie: {visitor.cookie}", "Sec-Fetch-Site: same-origin"]

    async def stream(self, port: int, visitor: Visitor, number: int) -> None:
        """Read one stream and note when what it tells was committed."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write("\r\n".join([*self.head(visitor), "", ""]).encode())
        while line := await reader.readline():
            if line.startswith(b"data:") and (number := json.loads(line[5:])["actor_id"]) in self.committed:
                self.took.append(perf_counter() - self.committed[number])

    def _announce(self) -> None:
        for number in range(int(STREAM_SECONDS / PAUSE_SECONDS)):
            with transaction.atomic():
                announce(BenchRang(customer_id=0, actor_id=-number - 1))
                # Now, so that the commit itself counts.
                self.committed[-number - 1] = perf_counter()
            sleep(PAUSE_SECONDS)
        connection.close()


def watch_streams(figures: Figures, visitor: Visitor) -> None:
    """Stream events to open screens, first alone, then while pages are read as fast as they come."""
    with server("samovar", "start") as (port, _):
        for name, bar in (("alone", ""), ("beside full page load", "≤ 20 ms")):
            load = visitor.load(port, STREAM_SECONDS + 4) if bar else None
            screens = Screens()
            asyncio.run(screens.watch(port, visitor))
            if load:
                load.communicate()
            expected = len(screens.committed) * STREAMS
            figures.add(f"event to {STREAMS} screens {name}, 99 %", percentile(screens.took, 0.99) * 1000, "ms", bar)
            figures.add(f"event to screens {name}, median", percentile(screens.took, 0.5) * 1000, "ms")
            figures.add(f"events arrived {name}", len(screens.took) / expected * 100, "%", "100 %")


def clear_away() -> None:
    """Take the events of the bench out of the log."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM events_event WHERE kind = %s", [BenchRang.__name__])


if __name__ == "__main__":
    noted = Figures("One port")
    readiness.ensure()
    somebody = Visitor()
    compare_pages(noted, somebody)
    watch_streams(noted, somebody)
    clear_away()
    noted.finish()
