"""What `samovar start` says when pages are served."""

import asyncio
from http import HTTPStatus
from pathlib import Path

from django.conf import settings
from django.db import connections

from samovar.accounts import first_run
from samovar.live.addresses import web_sockets

EVERY_ADDRESS = ("0.0.0.0", "::")
ASK = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


def words() -> str:
    """Return the address, and while nobody can sign in the code that the first page asks for."""
    host = _host()
    lines = [f"Samovar is ready: http://{f'[{host}]' if ':' in host else host}:{settings.PORT}"]
    if first_run.is_needed():
        lines.append(f"Setup code: {first_run.setup_code()}")
    connections.close_all()
    return "\n".join(lines)


async def until_pages_are_made() -> None:
    """Wait until a web process answers."""
    while not any([await _answers(path) for path in web_sockets()]):
        await asyncio.sleep(0.05)


def _host() -> str:
    return "127.0.0.1" if settings.LISTEN in EVERY_ADDRESS else settings.LISTEN


async def _answers(path: Path) -> bool:
    try:
        reader, writer = await asyncio.open_unix_connection(path)
        writer.write(ASK)
        first = await reader.readline()
        writer.close()
    except OSError:
        return False
    return f" {HTTPStatus.OK} ".encode() in first
