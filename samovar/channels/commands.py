"""``samovar mail …``: taking mail in from files and pipes, and showing what we see in it."""

import json
import os
import signal
import sys
import threading
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from django.db import connections
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from samovar.channels import lmtp as lmtp_server
from samovar.channels.delivering import LARGEST_BYTES, envelope_from, keep, understand_now
from samovar.channels.importing import Counts, import_mails
from samovar.channels.mail.explain import Facts, Standpoint, explain, explain_unreadable
from samovar.channels.mail.sources import is_collection, mails_in
from samovar.conversations.models import Inbox
from samovar.lib.commands import without_database
from samovar.lib.errors import Trouble
from samovar.lib.fence import Fence, reason
from samovar.lib.text import printable

app = typer.Typer()
mail_app = typer.Typer(no_args_is_help=True, help="Read mails, and say what is in them.")
app.add_typer(mail_app, name="mail")

LONGEST_SHOWN = 4000
TRY_AGAIN, NO_MAIL = 75, 65
IMPORT_INBOX = "Import"

say = Console(stderr=True, highlight=False).print

Paths = Annotated[list[Path], typer.Argument(metavar="PATH…", help=".eml files, folders, mbox and zip files.")]
InboxName = Annotated[str, typer.Option("--inbox", help="Name or address of the inbox; without it the first one.")]
To = Annotated[str, typer.Option("--to", help="The recipient on the envelope.")]
Sender = Annotated[str | None, typer.Option("--from", help="The sender on the envelope.")]
MailPath = Annotated[Path, typer.Argument(help="A mail, or a folder, an mbox or a zip archive of mails.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object a mail.")]
Trusted = Annotated[
    list[str] | None,
    typer.Option("--trusted-server", help="Believe the Authentication-Results of this server (its authserv-id)."),
]
Own = Annotated[
    list[str] | None,
    typer.Option("--own-address", help="One of our addresses: a group or a forwarder at it makes nobody a machine."),
]


@mail_app.command(name="import")
def import_(paths: Paths, inbox: InboxName = "", as_json: AsJson = False, processes: int = 0) -> None:
    """Take in archives of mail. It may be stopped and run again: what is stored is not stored twice."""
    for path in paths:
        if not path.exists():
            raise Trouble(f"There is no file or folder {path}. Nothing was imported.")
    target = _inbox(inbox)
    unread: list[str] = []
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True)) as progress:
        reading, storing = progress.add_task("mails read", total=None), progress.add_task("of them new", total=None)

        def show(now: Counts) -> None:
            progress.update(reading, completed=now.total)
            progress.update(storing, completed=now.stored)

        try:
            counts = import_mails(target, _contents(paths, unread), processes, show)
        except KeyboardInterrupt:
            say("Stopped. What was stored stays; run the same command again to go on.")
            raise typer.Exit(130) from None
    for problem in unread:
        say(f"Not imported: {printable(problem)}", markup=False)
    _show(counts, target, as_json)
    if unread:
        raise typer.Exit(1)


@mail_app.command()
def deliver(inbox: InboxName = "", to: To = "", sender: Sender = None) -> None:
    """Take in one mail from standard input; exit code 0: stored, 75: try again later, 65: no mail.

    The inbox is the one that the recipient's address leads to; mail servers tell it by --to or by their environment
    (ORIGINAL_RECIPIENT, RECIPIENT, LOCAL_PART). A recipient that is none of ours is kept in the inbox "Unrouted".
    """
    content = sys.stdin.buffer.read(LARGEST_BYTES + 1)
    if not content.strip():
        say("There was no mail on standard input. Nothing was stored.")
        raise typer.Exit(NO_MAIL)
    if len(content) > LARGEST_BYTES:
        say(f"The mail is larger than {LARGEST_BYTES} bytes. Nothing was stored.")
        raise typer.Exit(NO_MAIL)
    # Whatever goes wrong before the mail is committed, the mail server keeps it; afterwards it is ours.
    with Fence() as fence:
        envelope = envelope_from(os.environ, to, sender)
        target = _inbox(inbox) if inbox or not envelope.recipient else None
        kept = keep(content, envelope, target)
    if fence.error:
        say(f"The mail was not stored, try again later: {reason(fence.error)}", markup=False)
        raise typer.Exit(TRY_AGAIN)
    understand_now(kept)


@mail_app.command()
def lmtp(listen: Annotated[str, typer.Option(help="127.0.0.1:PORT or unix:PATH.")] = "127.0.0.1:2424") -> None:
    """Take mail from a mail server of this machine over LMTP, until Ctrl-C."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    listener = lmtp_server.listen(listen)
    connections.close_all()
    say(f"Mail is taken at {listen}.", markup=False)
    lmtp_server.serve(listener, stop)


@mail_app.command(name="explain")
@without_database
def explain_command(
    path: MailPath, as_json: AsJson = False, trusted_server: Trusted = None, own_address: Own = None
) -> None:
    """Print what we see in a mail: its sender, its class, its new text, its files."""
    if not path.exists():
        raise Trouble(f"There is no file or folder {path}.")
    console, has_several = Console(), is_collection(path)
    for facts in _explained(path, Standpoint(trusted_server or (), own_address or ())):
        if not has_several:
            del facts["file"]
        if as_json:
            typer.echo(json.dumps(facts, ensure_ascii=False))
        else:
            console.print(_table(facts))


def _explained(path: Path, standpoint: Standpoint) -> Iterator[Facts]:
    for name, raw, problem in mails_in(path):
        facts = explain_unreadable(problem) if problem else explain(raw, standpoint)
        yield {"file": name, **facts}


def _table(facts: Facts) -> Table:
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0), title=_shown(facts.get("file")) or None)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in facts.items():
        text = _shown(value)
        if text and name != "file":
            table.add_row(name.replace("_", " "), text[:LONGEST_SHOWN])
    return table


def _shown(value: object) -> str:
    """Return a value as a person reads it; what stands in a mail must not be taken for markup or steer the terminal."""
    if isinstance(value, dict):
        if set(value) == {"name", "address"}:
            return _shown(f"{value['name']} <{value['address']}>" if value["name"] else str(value["address"]))
        return ", ".join(f"{key}: {_shown(inner)}" for key, inner in value.items() if inner)
    if isinstance(value, list):
        return "\n".join(_shown(inner) for inner in value)
    return "" if value is None else escape(printable(str(value)[:LONGEST_SHOWN]))


def _inbox(name: str) -> Inbox:
    inboxes = Inbox.objects.filter(archived_at=None)
    if not name:
        return inboxes.order_by("pk").first() or Inbox.objects.create(name=IMPORT_INBOX)
    found = inboxes.reached_by([name]).first() or inboxes.filter(name__iexact=name).first()
    if found is None:
        known = ", ".join(inboxes.values_list("name", flat=True)) or "none yet"
        raise Trouble(f"There is no inbox {name!r}. Nothing was imported. Inboxes: {known}.")
    return found


def _contents(paths: list[Path], unread: list[str]) -> Iterator[bytes]:
    for path in paths:
        for name, content, problem in mails_in(path):
            if problem:
                unread.append(f"{name}: {problem}")
            else:
                yield content


def _show(counts: Counts, inbox: Inbox, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"inbox": inbox.name, **asdict(counts)}))
        return
    typer.echo(
        f"{counts.total} mails: {counts.stored} stored in {inbox.name}, {counts.duplicate} were known already. "
        f"{counts.conversations} new conversations with people, {counts.automatic} automatic, "
        f"{counts.unreadable} could not be read."
    )
