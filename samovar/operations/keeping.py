"""``samovar backup``, ``samovar restore``, and ``samovar sending``: what to do before and after a disaster."""

from pathlib import Path
from typing import Annotated

import typer
from django.conf import settings
from django.db import connection, transaction

from samovar.accounts.models.audit import Action, record
from samovar.channels import outgoing
from samovar.channels.models import ChannelAccount
from samovar.conversations import signing
from samovar.jobs import holding
from samovar.lib import secrets
from samovar.lib.commands import say, watching, without_database
from samovar.lib.fence import Fence
from samovar.lib.fence import reason as reason_of
from samovar.operations import archive
from samovar.operations.backup import dated, keep_newest, make
from samovar.operations.restore import restore as bring_back

app = typer.Typer()
sending = typer.Typer(name="sending", no_args_is_help=True, help="Whether anything leaves for customers.")
app.add_typer(sending)
keys = typer.Typer(name="secrets", no_args_is_help=True, help="The keys of this installation.")
app.add_typer(keys)

BackupFile = Annotated[Path, typer.Argument(metavar="FILE", help="The file of the backup.", dir_okay=False)]


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file of the backup, or a folder for one by date.")],
    keep: Annotated[int | None, typer.Option(min=1, help="In a folder: how many of the newest stay.")] = None,
) -> None:
    """Write everything this installation needs to rise again into FILE: database, attachments and keys.

    Keep it where only you can read it: whoever has it can read all letters and all passwords of mailboxes. With --keep
    FILE is a folder, in which every backup has a name of its own and older ones of such names are removed.
    """
    folder = file if keep or file.is_dir() else None
    file = dated(folder) if folder else file
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        [size] = cursor.fetchone()
    # What is dumped is compressed: the size of the database is a bound, not a forecast.
    say(f"The database takes {size / 1e6:,.0f} MB; the backup will be smaller.")
    # A database that takes no more writing is all the more in need of a backup.
    with Fence() as fence, transaction.atomic():
        record(Action.BACKED_UP, None, after={"file": str(file)})
    if fence.error:
        say(f"It could not be written down in the audit log: {reason_of(fence.error)}")
    # It may take an hour, in which nobody needs this one.
    connection.close()
    with watching("Writing") as written, watching("Reading it back") as read:
        contents = make(file, written, read)
    if folder and keep:
        keep_newest(folder, keep)
    typer.echo(f"{file} holds {len(contents.parts)} parts, {file.stat().st_size / 1e6:,.1f} MB, and is whole.")


@app.command()
@without_database
def check_backup(file: BackupFile) -> None:
    """Read FILE to its end and say whether it is whole; nothing else is touched."""
    with watching("Reading", file.stat().st_size if file.exists() else None) as read:
        contents = archive.verify(file, read)
    typer.echo(f"{file} is whole: made {contents.made_at} by Samovar {contents.samovar}.")


@app.command()
@without_database
def restore(
    file: BackupFile,
    replace: Annotated[bool, typer.Option("--replace", help="Throw away what this installation holds.")] = False,
) -> None:
    """Bring back the installation that FILE holds. It sends nothing until: samovar sending resume."""
    size = file.stat().st_size if file.exists() else None
    with watching("Checking", size) as verified, watching("Restoring", size) as read:
        restored = bring_back(file, replace, verified, read)
    typer.echo(f"{settings.HOME} is as {file} was on {restored.contents.made_at}.")
    typer.echo("Nothing is sent to customers until you say: samovar sending resume")


@sending.command()
def status() -> None:
    """Say whether anything leaves for customers; the exit code is 3 when it is held."""
    held = holding.held(holding.SENDING)
    if held is None:
        typer.echo("Mail and messages leave as usual.")
        return
    typer.echo(
        f"Nothing leaves since {held.since:%Y-%m-%d %H:%M} UTC ({held.reason}). To go on: samovar sending resume"
    )
    raise typer.Exit(3)


@sending.command()
def hold(reason: Annotated[str, typer.Option(help="What colleagues are told.")] = "by command") -> None:
    """Let nothing leave for customers any more, on any machine."""
    with transaction.atomic():
        if holding.hold(holding.SENDING, reason):
            record(Action.SENDING_HELD, None, reason=reason)
    typer.echo("Nothing leaves any more. To go on: samovar sending resume")


@sending.command()
def resume() -> None:
    """Let mail and messages leave again."""
    with transaction.atomic():
        if is_news := holding.release(holding.SENDING):
            record(Action.SENDING_RESUMED, None)
    if is_news:
        for account in ChannelAccount.objects.in_use():
            outgoing.hurry(account.inbox_id)
        typer.echo("Mail and messages leave again.")
    else:
        typer.echo("Nothing was held.")


@keys.command()
@without_database
def renew() -> None:
    """Sign addresses and Message-IDs of replies with a new key, because the present one may be known to others.

    Samovar takes it up at its next start. Answers to what the last key has signed find their conversation as before,
    answers to older ones by the ids of mails; whoever renews twice at once gives up both.
    """
    secrets.renew(signing.PURPOSE)
    typer.echo("There is a new key. Start Samovar again, and make a backup: those of before do not hold it.")
