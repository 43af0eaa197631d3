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
from samovar.lib.processes import die_with_parent, settle
from samovar.live import front, web
from samovar.live.addresses import web_socket
from samovar.operations import readiness, usage, welcome
from samovar.operations.heritage import Heritage
from samovar.operations.nursery import Nursery, Role, reading
from samovar.operations.processes import Supervisor

# A role may take as long as its own limit, and a little to notice.
WEB_STOP_SECONDS = web.STOP_SECONDS + 3.0
LIVE_STOP_SECONDS = front.STOP_SECONDS + 3.0
WORK_STOP_SECONDS = worker.GRACE_SECONDS + 3.0
WATCH_SECONDS = 1.0
# How long a version that takes over may take until it answers, once the tables are its own.
SUCCESSOR_SECONDS = 120
# On a machine that is busy with pages, what has happened still reaches all screens at once, and mail waits a little.
WEB_GIVES_WAY, WORK_GIVES_WAY = 3, 9

app = typer.Typer()
log = structlog.get_logger("samovar.operations")


@app.command()
@without_database
def start() -> None:
    """Start Samovar: everything, on one port, until Ctrl-C."""
    die_with_parent()
    heritage, (opened, opens) = Heritage(), os.pipe()
    listener = heritage.listener("port", partial(front.listen, settings.LISTEN, settings.PORT))
    serve = partial(front.serve, listener, partial(os.write, opens, b"."))
    roles = [
        Role("live", serve, LIVE_STOP_SECONDS, "live", heritage.pages.wait),
        *_web_roles(),
        Role("work", _work, WORK_STOP_SECONDS, "work", heritage.alone.wait),
    ]
    if settings.LMTP:
        mail = heritage.listener("lmtp", partial(lmtp.listen, settings.LMTP))
        roles.append(Role("lmtp", partial(_take_mail, mail), WORK_STOP_SECONDS, begins=heritage.alone.wait))
    with Nursery(roles) as nursery, _ended_by_signals(), _database(heritage):
        take_over = partial(_take_over, heritage, opened, welcome.words())
        asyncio.run(Supervisor(nursery, [_watch_database, take_over]).run())


async def _take_over(heritage: Heritage, opened: int, greeting: str) -> None:
    """Open the port to the pages when there are some, and say so to the person and to the generation before."""
    try:
        async with asyncio.timeout(SUCCESSOR_SECONDS if heritage.is_successor else None):
            await welcome.until_pages_are_made()
            heritage.pages.set()
            reader = await reading(opened)
            await reader.read(1)
    except TimeoutError:
        raise Trouble(f"No page was answered within {SUCCESSOR_SECONDS} seconds.") from None
    typer.echo(greeting)
    await heritage.take_over()


@app.command(name="web")
@without_database
def serve_web() -> None:
    """Run the processes that make the pages."""
    with Nursery(_web_roles()) as nursery, _ended_by_signals(), _database(Heritage()):
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
    return [
        Role(f"web {number}", partial(_make_pages, number), WEB_STOP_SECONDS, "web", outlives="live")
        for number in numbers
    ]


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
def _database(heritage: Heritage) -> Iterator[None]:
    """Make the database ready; afterwards stop it, if it was started here or before, and nobody else uses it."""
    cluster = Cluster(settings.HOME) if settings.DATABASE_IS_EMBEDDED else None
    heritage.stops_database |= cluster is not None and not cluster.is_ready()
    try:
        _prepare()
        yield
    finally:
        connections.close_all()
        if cluster and heritage.stops_database and usage.is_last(settings.HOME):
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
