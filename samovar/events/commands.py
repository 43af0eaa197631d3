"""``samovar aside …``: events and tasks that failed too often, for the operator to look at and to repeat."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Annotated

import typer
from rich.console import Console

from samovar.events.models import Event, SetAside
from samovar.jobs.models import Task
from samovar.lib.errors import Trouble

app = typer.Typer(name="aside", no_args_is_help=True, help="Events and tasks that failed too often and were set aside.")
tell = Console(highlight=False, soft_wrap=True, markup=False).print


@dataclass(frozen=True)
class Aside:
    """One thing set aside, as the operator sees it."""

    name: str
    since: str
    what: str
    where: str
    tries: int
    reason: str


@app.command(name="list")
def show(as_json: Annotated[bool, typer.Option("--json", help="One object a line.")] = False) -> None:
    """Show what was set aside, the oldest first of each kind, with its reason."""
    for aside, _ in _found():
        if as_json:
            tell(json.dumps(asdict(aside), ensure_ascii=False))
        else:
            tell(f"{aside.name}  {aside.since}  {aside.what}, {aside.where}, after {aside.tries} tries: {aside.reason}")


@app.command()
def repeat(
    names: Annotated[list[str] | None, typer.Argument(help="As listed: event-12, task-5.")] = None,
    is_all: Annotated[bool, typer.Option("--all", help="Everything that was set aside.")] = False,
) -> None:
    """Have it tried again by the next free worker, once its cause is mended."""
    found = {aside.name: row for aside, row in _found()}
    wanted = list(found) if is_all else names or []
    unknown = [name for name in wanted if name not in found]
    if unknown or not (wanted or is_all):
        raise Trouble(f"{', '.join(unknown) or 'Nothing'} was not set aside. See: samovar aside list")
    for name in wanted:
        found[name].repeat()
    tell(f"{len(wanted)} to be tried again.")


def _found() -> Iterator[tuple[Aside, SetAside | Task]]:
    events = list(SetAside.objects.stuck())
    kinds = dict(Event.objects.filter(pk__in=[row.event_id for row in events]).values_list("pk", "kind"))
    for row in events:
        what = f"{kinds.get(row.event_id, 'event')} {row.event_id}"
        yield Aside(f"event-{row.pk}", row.failed_at.isoformat(), what, row.module, row.tries, row.reason), row
    for task in Task.objects.set_aside():
        since = task.set_aside_at.isoformat() if task.set_aside_at else ""
        what = " ".join(str(one) for one in task.args) or "-"
        yield Aside(f"task-{task.pk}", since, what, task.job, task.tries, task.error), task
