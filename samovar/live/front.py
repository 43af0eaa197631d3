"""The process that owns the port."""

import asyncio
import errno
import resource
import socket
from collections.abc import Callable
from urllib.parse import urlsplit

import structlog
import uvicorn
from django.conf import settings

from samovar.lib.errors import Trouble
from samovar.live.addresses import spool_folder, web_sockets
from samovar.live.asgi import Receive, Scope, Send
from samovar.live.attending import Attending
from samovar.live.database import Database
from samovar.live.fanout import Fanout
from samovar.live.forwarding import TrustedProxies
from samovar.live.protocol import ClientConnection, close_the_slow
from samovar.live.proxy import Proxy
from samovar.live.spool import Room
from samovar.live.streaming import PATH, Streaming
from samovar.live.viewers import Doorkeeper

KEEP_ALIVE_SECONDS = 75
# How long requests in hand may take when the front is told to stop; streams end at once and resume elsewhere.
STOP_SECONDS = 10
# Whoever was let in at the last moment has so long to ask.
GOODBYE_SECONDS = 1
HOUSEKEEPING_SECONDS = 5

log = structlog.get_logger("samovar.live")


class Front:
    """The ASGI application behind the port: streams here, everything else by the proxy."""

    def __init__(self) -> None:
        trusted = TrustedProxies(settings.TRUSTED_PROXIES, urlsplit(settings.PUBLIC_URL).hostname or "")
        self.database = Database()
        doorkeeper = Doorkeeper(self.database)
        self.fanout = Fanout(self.database, doorkeeper)
        self.attending = Attending(self.database, self.fanout)
        self.proxy = Proxy(web_sockets(), trusted, Room(spool_folder()), doorkeeper.knows)
        self._streaming = Streaming(self.fanout, self.attending, doorkeeper, trusted)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await (self._streaming if scope["path"] == PATH else self.proxy)(scope, receive, send)


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


def serve(listener: socket.socket, opened: Callable[[], object] = lambda: None) -> None:
    """Serve the port of this installation until told to stop; ``opened`` is called when it is served."""
    _allow_many_files()
    front = Front()
    config = uvicorn.Config(
        front,
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
    FrontServer(config, front, opened).run(sockets=[listener])


class FrontServer(uvicorn.Server):
    """uvicorn, plus what goes on beside the requests; if that fails, so does the process, and is started again."""

    def __init__(self, config: uvicorn.Config, front: Front, opened: Callable[[], object]) -> None:
        super().__init__(config)
        self._front = front
        self._opened = opened

    async def main_loop(self) -> None:
        """Serve until told to stop."""
        front = self._front
        await front.database.open()
        try:
            async with asyncio.TaskGroup() as group:
                beside = [front.fanout.listen(), front.fanout.distribute(), front.fanout.watch_the_door()]
                beside += [front.attending.listen(), front.attending.distribute()]
                tasks = [group.create_task(work) for work in (*beside, self._keep_house())]
                self._opened()
                await super().main_loop()
                await self._say_goodbye()
                for task in tasks:
                    task.cancel()
        finally:
            front.fanout.close()
            await front.database.close()

    async def _say_goodbye(self) -> None:
        """Let nobody in any more, and let those who have just come in ask once."""
        for server in self.servers:
            server.close()
        self.server_state.default_headers = [*self.server_state.default_headers, (b"connection", b"close")]
        if self.server_state.connections:
            await asyncio.sleep(GOODBYE_SECONDS)

    async def _keep_house(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(HOUSEKEEPING_SECONDS)
            close_the_slow(self.server_state.connections, loop.time())
            for process in self._front.proxy.processes:
                process.forget_the_old(loop.time())


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
