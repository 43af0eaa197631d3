"""``samovar doctor``: how everything is, in words, and what to do."""

import json
from collections import Counter
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console

from samovar.lib.commands import without_database
from samovar.operations.examining import Examined, State, examine

MARKS = {State.WELL: "[green]✓[/]", State.WARNING: "[yellow]![/]", State.BROKEN: "[red]✗[/]"}

app = typer.Typer()


@app.command()
@without_database
def doctor(as_json: Annotated[bool, typer.Option("--json", help="One object instead of words.")] = False) -> None:
    """Say how everything is and what to do; the exit code is 1 when something is broken."""
    found: list[Examined] = []
    console = Console(highlight=False, soft_wrap=True)
    for examined in examine():
        found.append(examined)
        if not as_json:
            _tell(console, examined)
    counted = Counter(finding.state for examined in found for finding in examined.findings)
    if as_json:
        typer.echo(json.dumps({"broken": counted[State.BROKEN], "examined": [asdict(examined) for examined in found]}))
    else:
        console.print(_summary(counted))
    if counted[State.BROKEN]:
        raise typer.Exit(1)


def _tell(console: Console, examined: Examined) -> None:
    if examined.findings:
        console.print(examined.title, style="bold")
    for finding in examined.findings:
        console.print(f"  {MARKS[finding.state]} ", end="")
        console.print(finding.words, markup=False)
        if finding.remedy:
            console.print(f"    {finding.remedy}", markup=False, style="dim")


def _summary(counted: Counter[State]) -> str:
    if not counted[State.BROKEN] and not counted[State.WARNING]:
        return "Everything is well."
    return f"{counted[State.BROKEN]} broken, {counted[State.WARNING]} to look after, {counted[State.WELL]} well."
