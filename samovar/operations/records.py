"""``samovar export`` and ``samovar rebuild``: the records of service as a whole."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from samovar.accounts.models.audit import Action, record
from samovar.channels.models import RawMail
from samovar.files.models import StoredFile
from samovar.lib.errors import Trouble
from samovar.operations import exporting, rebuilding

# How much was taken out, as the audit log tells it.
TOLD = ("customers", "conversations", "messages", "files")
app = typer.Typer()
say = Console(stderr=True, highlight=False).print


def _progress() -> Progress:
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    return Progress(*columns, console=Console(stderr=True))


@app.command()
def export(folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder; it is made if need be.")]) -> None:
    """Write everything into DIR: one file of JSON lines for each kind, the attachments, and the mails as they came."""
    try:
        exporting.make_folder(folder)
    except OSError as error:
        raise Trouble(f"The folder {folder} cannot be written: {error.strerror}. Choose another one.") from error
    expected = {kind.name: kind.model._default_manager.count() for kind in exporting.KINDS}
    # Before anything is taken out, so that nobody gets it unseen; the entry is among what is taken out.
    record(Action.EVERYTHING_EXPORTED, None, after={name: expected[name] for name in TOLD})
    counts = {}
    with _progress() as progress:
        for kind in exporting.KINDS:
            task = progress.add_task(kind.name, total=expected[kind.name])
            counts[kind.name] = exporting.write_kind(kind, folder, partial(progress.advance, task))
        task = progress.add_task("attachments", total=StoredFile.objects.count())
        exporting.write_files(folder / "files", partial(progress.advance, task))
        task = progress.add_task("mails as they came", total=RawMail.objects.count())
        exporting.write_mails(folder / "mails", partial(progress.advance, task))
    exporting.write_description(folder, counts)
    say(f"Everything is in {folder}; README.txt there says what is what.")


@app.command()
def rebuild(
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; say what differs, exit code 1 if anything.")
    ] = False,
) -> None:
    """Derive again all that follows from the event log and the raw mail, and mend what does not agree."""
    wrong = 0
    with _progress() as progress:
        for part in rebuilding.PARTS:
            task = progress.add_task(part.name, total=part.count())
            for found in part.run(check, partial(progress.advance, task)):
                wrong += 1
                say(f"{part.name}: {found}", markup=False)
    if not wrong:
        say("Everything agrees with the event log and the raw mail.")
    elif check:
        say(f"{wrong} differences. Nothing was changed; mend them with: samovar rebuild")
        raise typer.Exit(1)
    else:
        say(f"{wrong} differences were mended.")
