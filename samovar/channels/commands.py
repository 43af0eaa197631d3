"""``samovar mail …``: taking mail in from files and pipes, and showing what we see in it."""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from django.db import DatabaseError
from django.utils import timezone
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from samovar.channels.importing import Counts, import_mails
from samovar.channels.mail.explain import Facts, Standpoint, explain, explain_unreadable
from samovar.channels.mail.sources import is_collection, mails_in
from samovar.channels.models import RawMail
from samovar.channels.storing import Arrival, Source, keep_all
from samovar.channels.taking_in import take_in
from samovar.conversations.models import Inbox
from samovar.lib.commands import without_database
from samovar.lib.errors import Trouble
from samovar.lib.text import printable

app = typer.Typer()
mail_app = typer.Typer(no_args_is_help=True, help="Read mails, and say what is in them.")
app.add_typer(mail_app, name="mail")

LONGEST_SHOWN = 4000
TRY_AGAIN = 75
IMPORT_INBOX = "Import"

say = Console(stderr=True, highlight=False).print

Paths = Annotated[list[Path], typer.Argument(metavar="PATH…", help=".eml files, folders, mbox and zip files.")]
InboxName = Annotated[str, typer.Option("--inbox", help="Name or address of the inbox; without it the first one.")]
MailPath = Annotated[Path, typer.Argument(help="A mail, or a folder, an mbox or a zip archive of mails.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object a mail.")]
Trusted = Annotated[
    list[str] | None,
    typer.Option("--trusted-server", help="Believe the Authentication-Results of this server (its authserv-id)."),
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
        task = progress.add_task("mails", total=None)
        try:
            counts = import_mails(
                target, _contents(paths, unread), processes, lambda now: progress.update(task, completed=now.total)
            )
        except KeyboardInterrupt:
            say("Stopped. What was stored stays; run the same command again to go on.")
            raise typer.Exit(130) from None
    for problem in unread:
        say(f"Not imported: {printable(problem)}", markup=False)
    _show(counts, target, as_json)
    if unread:
        raise typer.Exit(1)


@mail_app.command()
def deliver(inbox: InboxName = "") -> None:
    """Take in one mail from standard input; exit code 0: stored, 75: try again later."""
    content = sys.stdin.buffer.read()
    if not content.strip():
        raise Trouble("There was no mail on standard input. Nothing was stored.")
    try:
        target = _inbox(inbox)
        kept = keep_all(Source(target.pk), [Arrival(content, timezone.now())])
        take_in(RawMail.objects.filter(pk__in=kept.values()).select_related("inbox", "account"))
    except DatabaseError as error:
        say(f"The mail was not stored, try again later: {error}", markup=False)
        raise typer.Exit(TRY_AGAIN) from error


@mail_app.command(name="explain")
@without_database
def explain_command(path: MailPath, as_json: AsJson = False, trusted_server: Trusted = None) -> None:
    """Print what we see in a mail: its sender, its class, its new text, its files."""
    if not path.exists():
        raise Trouble(f"There is no file or folder {path}.")
    console, has_several = Console(), is_collection(path)
    for facts in _explained(path, Standpoint(trusted_servers=trusted_server or ())):
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
    found = inboxes.filter(address__iexact=name).first() or inboxes.filter(name__iexact=name).first()
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
