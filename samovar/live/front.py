"""The process that owns the port."""

import asyncio
import contextlib
import errno
import resource
import socket
from collections.abc import AsyncIterator, Coroutine

import structlog
import uvicorn
from django.conf import settings

from samovar.lib.errors import Trouble
from samovar.live.addresses import spool_folder, web_sockets
from samovar.live.asgi import Receive, Scope, Send
from samovar.live.forwarding import TrustedProxies
from samovar.live.protocol import ClientConnection, close_the_slow
from samovar.live.proxy import Proxy
from samovar.live.spool import Room

KEEP_ALIVE_SECONDS = 75
# How long requests in hand may take when the front is told to stop; streams end at once and resume elsewhere.
STOP_SECONDS = 10
HOUSEKEEPING_SECONDS = 5

log = structlog.get_logger("samovar.live")


class Front:
    """The ASGI application behind the port: streams here, everything else by the proxy."""

    def __init__(self, proxy: Proxy) -> None:
        self._proxy = proxy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await self._proxy(scope, receive, send)


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens on ``host`` and ``port``; raises Trouble when that is not possible."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
        sock.listen(2048)
    except OSError as error:
        sock.close()
        raise Trouble(_why_not(host, port, error)) from None
    return sock


def serve(listener: socket.socket) -> None:
    """Serve the port of this installation until told to stop."""
    _allow_many_files()
    proxy = Proxy(web_sockets(), TrustedProxies(settings.TRUSTED_PROXIES), Room(spool_folder()))
    config = uvicorn.Config(
        Front(proxy),
        loop="uvloop",
        http=ClientConnection,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=STOP_SECONDS,
    )
    FrontServer(config, proxy).run(sockets=[listener])


class FrontServer(uvicorn.Server):
    """uvicorn, plus what has to be looked after every few seconds."""

    def __init__(self, config: uvicorn.Config, proxy: Proxy) -> None:
        super().__init__(config)
        self._proxy = proxy

    async def main_loop(self) -> None:
        """Serve until told to stop."""
        async with _running(self._keep_house()):
            await super().main_loop()

    async def _keep_house(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(HOUSEKEEPING_SECONDS)
            close_the_slow(self.server_state.connections, loop.time())
            for process in self._proxy.processes:
                process.forget_the_old(loop.time())


@contextlib.asynccontextmanager
async def _running(*work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(part) for part in work]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _why_not(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} is in use: Samovar or another program runs on it already. "
            f"Stop that one, or choose another port: SAMOVAR_PORT={port + 1 if port < 65535 else 8000} samovar start"
        )
    if error.errno == errno.EACCES:
        return f"Port {port} may be opened by root only. Choose one above 1023: SAMOVAR_PORT=8000 samovar start"
    return f"Cannot listen on {host}, port {port} ({error.strerror}). Set SAMOVAR_LISTEN to an address of this machine."


def _allow_many_files() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
