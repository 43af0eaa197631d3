"""Commands about mail: what we see in it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from samovar.channels.mail.explain import Facts, Standpoint, explain, explain_unreadable
from samovar.channels.mail.sources import is_collection, mails_in
from samovar.lib.commands import without_database
from samovar.lib.errors import Trouble

app = typer.Typer()
mail_app = typer.Typer(no_args_is_help=True, help="Read mails, and say what is in them.")
app.add_typer(mail_app, name="mail")

LONGEST_SHOWN = 4000

MailPath = Annotated[Path, typer.Argument(help="A mail, or a folder, an mbox or a zip archive of mails.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object a mail.")]
Trusted = Annotated[
    list[str] | None,
    typer.Option("--trusted-server", help="Believe the Authentication-Results of this server (its authserv-id)."),
]


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
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0), title=str(facts.get("file", "")) or None)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in facts.items():
        text = _shown(value)
        if text and name != "file":
            table.add_row(name.replace("_", " "), text[:LONGEST_SHOWN])
    return table


def _shown(value: object) -> str:
    """Return a value as a person reads it; what stands in a mail must not be taken for markup."""
    if isinstance(value, dict):
        if set(value) == {"name", "address"}:
            return escape(f"{value['name']} <{value['address']}>" if value["name"] else str(value["address"]))
        return ", ".join(f"{key}: {_shown(inner)}" for key, inner in value.items() if inner)
    if isinstance(value, list):
        return "\n".join(_shown(inner) for inner in value)
    return "" if value is None else escape(str(value))
