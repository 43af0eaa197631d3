"""The commands that serve: everything on one port, or one role at a time for systemd and for many machines."""

import asyncio
import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from types import FrameType
from typing import Annotated

import structlog
import typer
from django.conf import settings
from django.db import connections

from samovar.channels import lmtp
from samovar.jobs import worker
from samovar.lib.commands import say, without_database
from samovar.lib.errors import Trouble
from samovar.lib.postgres.cluster import Cluster
from samovar.lib.processes import settle
from samovar.live import front, web
from samovar.live.addresses import web_socket
from samovar.operations import readiness, usage, welcome
from samovar.operations.nursery import Nursery, Role
from samovar.operations.processes import Supervisor

# A role may take as long as its own limit, and a little to notice.
WEB_STOP_SECONDS = web.STOP_SECONDS + 3.0
LIVE_STOP_SECONDS = front.STOP_SECONDS + 3.0
WORK_STOP_SECONDS = worker.GRACE_SECONDS + 3.0
WATCH_SECONDS = 1.0
# On a machine that is busy with pages, what has happened still reaches all screens at once, and mail waits a little.
WEB_GIVES_WAY, WORK_GIVES_WAY = 3, 9

app = typer.Typer()
log = structlog.get_logger("samovar.operations")


@app.command()
@without_database
def start() -> None:
    """Start Samovar: everything, on one port, until Ctrl-C."""
    listener = front.listen(settings.LISTEN, settings.PORT)
    roles = [
        Role("live", partial(front.serve, listener), LIVE_STOP_SECONDS, "live"),
        *_web_roles(),
        Role("work", _work, WORK_STOP_SECONDS, "work"),
    ]
    if settings.LMTP:
        roles.append(Role("lmtp", partial(_take_mail, lmtp.listen(settings.LMTP)), WORK_STOP_SECONDS))
    with Nursery(roles) as nursery, _ended_by_signals(), _database():
        greeting = welcome.words()
        asyncio.run(Supervisor(nursery, [_watch_database, lambda: welcome.say_when_served(greeting)]).run())


@app.command(name="web")
@without_database
def serve_web() -> None:
    """Run the processes that make the pages."""
    with Nursery(_web_roles()) as nursery, _ended_by_signals(), _database():
        asyncio.run(Supervisor(nursery, [_watch_database]).run())


@app.command(name="live")
@without_database
def serve_live(
    descriptor: Annotated[int, typer.Option(help="A listening socket that was handed over.", hidden=True)] = -1,
) -> None:
    """Run the process that owns the port: pages from the web processes, and what happens, as it happens."""
    listener = socket.socket(fileno=descriptor) if descriptor >= 0 else front.listen(settings.LISTEN, settings.PORT)
    _prepare()
    settle()
    front.serve(listener)


@app.command(name="work")
@without_database
def do_work() -> None:
    """Run the process that reads the log of events, fetches and sends mail, and does what is due."""
    stop = _stopped_by_signals()
    _prepare()
    settle()
    worker.run(stop)


def _web_roles() -> list[Role]:
    numbers = range(1, settings.WEB_PROCESSES + 1)
    return [Role(f"web {number}", partial(_make_pages, number), WEB_STOP_SECONDS, "web") for number in numbers]


def _make_pages(number: int) -> None:
    os.nice(WEB_GIVES_WAY)
    web.serve(web_socket(number))


def _work() -> None:
    os.nice(WORK_GIVES_WAY)
    worker.run(_stopped_by_signals())


def _take_mail(listener: socket.socket) -> None:
    lmtp.serve(listener, _stopped_by_signals())


def _stopped_by_signals() -> threading.Event:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


def _prepare() -> None:
    """Make the database ready."""
    readiness.ensure(say)
    connections.close_all()


@contextmanager
def _database() -> Iterator[None]:
    """Make the database ready; afterwards stop it, if it was started here and nobody else uses it."""
    cluster = Cluster(settings.HOME) if settings.DATABASE_IS_EMBEDDED else None
    is_ours = cluster is not None and not cluster.is_ready()
    try:
        _prepare()
        yield
    finally:
        connections.close_all()
        if cluster and is_ours and usage.is_last(settings.HOME):
            cluster.stop()


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Let SIGTERM end the block as Ctrl-C does, so that what it has started is stopped."""

    def end(number: int, frame: FrameType | None) -> None:
        raise SystemExit(0)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


async def _watch_database() -> None:
    """Start the embedded database again when it was killed; the roles wait for it by themselves."""
    while settings.DATABASE_IS_EMBEDDED:
        await asyncio.sleep(WATCH_SECONDS)
        try:
            await asyncio.to_thread(Cluster(settings.HOME).start)
        except Trouble as trouble:
            log.error("the database does not start", reason=str(trouble))
