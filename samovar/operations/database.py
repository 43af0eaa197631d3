"""``samovar db …``: the embedded database, and looking into whichever is used."""

import os
import shutil
from typing import Annotated

import typer
from django.conf import settings

from samovar.lib.commands import say, without_database
from samovar.lib.errors import Trouble
from samovar.lib.postgres import place, programs
from samovar.lib.postgres.cluster import Cluster
from samovar.operations import readiness, upgrading

NOT_RUNNING = 3

app = typer.Typer(name="db", no_args_is_help=True, help="Start, stop and look into the built-in database.")


@app.command()
@without_database
def start() -> None:
    """Start the built-in database; every command that needs it does so by itself."""
    cluster = _own_cluster()
    cluster.start(say=say)
    typer.echo(_running(cluster))


@app.command()
@without_database
def stop() -> None:
    """Stop the built-in database of this SAMOVAR_HOME."""
    typer.echo("The database is stopped." if _own_cluster().stop() else "The database was not running.")


@app.command()
@without_database
def status() -> None:
    """Say whether the built-in database runs and where its data are; the exit code is 3 when it does not run."""
    cluster = _own_cluster()
    if cluster.is_ready():
        typer.echo(_running(cluster))
        return
    typer.echo(f"The database does not run. Its data are in {place.data(cluster.home)}.")
    raise typer.Exit(NOT_RUNNING)


@app.command()
@without_database
def migrate(
    without_backup: Annotated[bool, typer.Option("--without-backup", help="You have one of your own.")] = False,
) -> None:
    """Bring the tables up to date, which every start does by itself after a backup."""
    readiness.reach(say)
    upgrading.refuse_newer()
    readiness.bring_up_to_date(say, *(() if without_backup else (lambda: upgrading.keep_what_was(say),)))
    typer.echo("The tables are those of this version.")


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True}, add_help_option=False)
@without_database
def psql(context: typer.Context) -> None:
    """Open the database in psql; further words are passed on to it."""
    readiness.reach(say)
    database = settings.DATABASES["default"]
    # The machine's own first: it can edit lines, the one of the wheel cannot.
    program = shutil.which("psql") or programs.find("psql")
    os.execve(program, ["psql", programs.address(database), *context.args], programs.environment(database))


def _own_cluster() -> Cluster:
    if not settings.DATABASE_IS_EMBEDDED:
        raise Trouble("DATABASE_URL names a database that Samovar neither starts nor stops. Leave it out for our own.")
    return Cluster(settings.HOME)


def _running(cluster: Cluster) -> str:
    return f"The database runs (process {cluster.pid()}). Its data are in {place.data(cluster.home)}."
