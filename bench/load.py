"""Run as a process: readers who ask for one page after another over connections that stay open.

usage: python -m bench.load PORT SECONDS READERS PATH COOKIE     prints how many pages were read, and how long each took
"""

import asyncio
import json
import sys
from functools import partial
from time import perf_counter

import uvloop

LENGTH = b"content-length:"


class Reader(asyncio.Protocol):
    """One reader: asks again as soon as the page is there; looks at it only as far as to find its end."""

    def __init__(self, request: bytes, until: float, done: asyncio.Future[None]) -> None:
        self.took: list[float] = []
        self._request, self._until, self._done = request, until, done
        self._data = b""

    # Of TCP it is a transport.
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._transport = transport
        self._ask()

    def data_received(self, data: bytes) -> None:
        self._data += data
        head, found, body = self._data.partition(b"\r\n\r\n")
        if not found or not _is_whole(head.lower(), body):
            return
        assert head.startswith(b"HTTP/1.1 200"), head.partition(b"\r\n")[0]
        self.took.append(perf_counter() - self._asked_at)
        self._data = b""
        if perf_counter() < self._until:
            self._ask()
        else:
            self._transport.close()
            self._done.set_result(None)

    def connection_lost(self, error: Exception | None) -> None:
        if not self._done.done():
            self._done.set_exception(error or ConnectionError("the server closed"))

    def _ask(self) -> None:
        self._asked_at = perf_counter()
        self._transport.write(self._request)


def _is_whole(head: bytes, body: bytes) -> bool:
    if LENGTH in head:
        return len(body) >= int(head.split(LENGTH)[1].split(b"\r\n")[0])
    return body.endswith(b"0\r\n\r\n")


def _itself(reader: Reader) -> Reader:
    return reader


async def read(port: int, seconds: float, readers: int, request: bytes) -> list[float]:
    """Let ``readers`` read for ``seconds``; returns how long each page took."""
    loop = asyncio.get_running_loop()
    until, done, found = perf_counter() + seconds, [], []
    for _ in range(readers):
        end = loop.create_future()
        reader = Reader(request, until, end)
        await loop.create_connection(partial(_itself, reader), "127.0.0.1", port)
        done.append(end)
        found.append(reader)
    await asyncio.gather(*done)
    return [took for reader in found for took in reader.took]


def main() -> None:
    """Read, and print."""
    port, seconds, readers, path, cookie = sys.argv[1:]
    lines = [
        f"GET {path} HTTP/1.1",
        "Host: localhost",
        f"Cookie: {cookie}",
        "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        "Accept-Language: en-US,en;q=0.5",
        "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        "Sec-Fetch-Site: same-origin",
    ]
    request = "\r\n".join([*lines, "", ""]).encode()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        took = runner.run(read(int(port), float(seconds), int(readers), request))
    sys.stdout.write(json.dumps(took))


if __name__ == "__main__":
    main()
