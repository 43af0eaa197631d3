"""``samovar demo``: an installation that looks as if it were in use for a year."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from selectors import EVENT_READ, DefaultSelector
from typing import Annotated, Protocol

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from samovar.demo import company, filling
from samovar.demo.company import DOMAIN, PASSWORD
from samovar.demo.errors import ShareFailed

MOST_SHARES = 4
HINT = f"Sign in as anna@{DOMAIN} (team lead), pavel@{DOMAIN} (agent) or oksana@{DOMAIN} (administrator)."
OPEN = f"""The password of all 40 is: {PASSWORD}
Everybody can read it here, so keep this installation to yourself."""
OWN = """Others work in this installation, so the 40 invented members of staff get a password that nobody can look up.
It is shown this once: {password}"""

app = typer.Typer()
console = Console(stderr=True, highlight=False)


class Done(Protocol):
    """Is told of each further piece."""

    def __call__(self, count: int) -> None:
        """Note ``count`` more."""
        ...


@app.command()
def demo(
    messages: Annotated[int | None, typer.Option(min=100, help="About how many messages; 100,000 without it.")] = None,
    seed: Annotated[int | None, typer.Option(help="The same seed gives the same company on the same day.")] = None,
    mix: Annotated[
        bool, typer.Option(filling.MIX, help="Fill in beside real customers, who stay as they are.")
    ] = False,
) -> None:
    """Fill in an invented furniture shop: its staff, its customers and a year of conversations."""
    begun = filling.begin(seed, messages, mix)
    if begun.finished_at is None:
        password = company.found()
        if password and password != PASSWORD:
            typer.echo(OWN.format(password=password))
        _fill(filling.Fill(begun))
    typer.echo(HINT)
    if company.open_accounts():
        typer.echo(OPEN)


@app.command(hidden=True)
def demo_share(share: int, shares: int) -> None:
    """Write one share of the conversations; started by ``samovar demo``, tells it of each part."""
    for count in filling.Fill(filling.begin()).tell(share, shares):
        typer.echo(count)


def _fill(fill: filling.Fill) -> None:
    shares = min(os.cpu_count() or 1, MOST_SHARES)
    try:
        with _watching("Customers", len(fill.invention.people)) as done:
            for count in fill.found():
                done(count)
        with _watching("Conversations", fill.filling.conversations) as done:
            _tell(shares, done)
        console.print("Putting the indexes in order …")
        fill.finish()
    except KeyboardInterrupt:
        console.print("Stopped. What is there stays; samovar demo goes on with the rest.")
        raise typer.Exit(130) from None


def _tell(shares: int, done: Done) -> None:
    """Let several processes write the conversations, one a processor."""
    command = [sys.executable, "-m", "samovar", "demo-share"]
    # In sessions of their own, Ctrl-C reaches only us; whoever loses us stops at the next part.
    running = [
        subprocess.Popen([*command, str(share), str(shares)], stdout=subprocess.PIPE, start_new_session=True)
        for share in range(shares)
    ]
    try:
        for count in _counts(running):
            done(count)
        codes = [process.wait() for process in running]
        if any(codes):
            raise ShareFailed("A part of the demo company could not be written; what went wrong stands above.")
    finally:
        for process in running:
            process.terminate()
            process.wait()


def _counts(running: list["subprocess.Popen[bytes]"]) -> Iterator[int]:
    with DefaultSelector() as selector:
        for process in running:
            if process.stdout:
                selector.register(process.stdout, EVENT_READ)
        while selector.get_map():
            for key, _events in selector.select():
                lines = os.read(key.fd, 65_536).split()
                yield from map(int, lines)
                if not lines:
                    selector.unregister(key.fileobj)


@contextmanager
def _watching(title: str, total: int) -> Iterator[Done]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(title, total=total)
        yield lambda count: progress.advance(task, count)
