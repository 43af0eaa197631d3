"""The commands that serve: everything on one port, or one role at a time for systemd and for many machines."""

import asyncio
import socket
from typing import Annotated

import typer
from django.conf import settings

from samovar.lib.processes import die_with_parent
from samovar.live import front, web
from samovar.live.addresses import web_socket
from samovar.operations.processes import Role, Supervisor

WEB_STOP_SECONDS = web.STOP_SECONDS + 5.0

app = typer.Typer()


@app.command(name="web")
def serve_web(number: Annotated[int, typer.Option(help="Only this process, counted from 1.", hidden=True)] = 0) -> None:
    """Run the processes that make the pages."""
    die_with_parent()
    if number:
        web.serve(web_socket(number))
    else:
        asyncio.run(Supervisor(web_roles()).run())


@app.command(name="live")
def serve_live(
    descriptor: Annotated[int, typer.Option(help="A listening socket that was handed over.", hidden=True)] = -1,
) -> None:
    """Run the process that owns the port: pages from the web processes, and what happens, as it happens."""
    die_with_parent()
    listener = front.listen(settings.LISTEN, settings.PORT) if descriptor < 0 else socket.socket(fileno=descriptor)
    front.serve(listener)


def web_roles() -> list[Role]:
    """Return the web processes of this installation."""
    numbers = range(1, settings.WEB_PROCESSES + 1)
    return [Role(f"web {number}", ("web", "--number", str(number)), WEB_STOP_SECONDS) for number in numbers]
