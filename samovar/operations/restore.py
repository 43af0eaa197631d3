"""Bringing an installation back from a backup.

The dump is read into a new database beside the old one, which is finished there (tables of this version, clock of the
log, statistics, sending held) and takes the old one's name at the end: whatever goes wrong before, nothing is changed.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from psycopg import sql

from samovar import __version__
from samovar.accounts import log_end
from samovar.accounts.models import User
from samovar.accounts.models.audit import Action, record
from samovar.events.models import Event
from samovar.jobs import holding
from samovar.lib import faults
from samovar.lib.errors import Trouble
from samovar.lib.postgres import programs
from samovar.operations import archive, readiness
from samovar.operations.archive import Contents, Watch

ANOTHER_DATABASE = "postgres"
DRAFT_ENDING = "_restoring"
OLD_ENDING = "_replaced"
LOCALE = """
SELECT datlocprovider::text, datcollate, datctype FROM pg_database WHERE datname = %s
"""


Connection = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True)
class Restored:
    """What was brought back, and what became of the old data."""

    contents: Contents
    has_replaced: bool


def restore(path: Path, replace: bool, verified: Watch, read: Watch) -> Restored:
    """Bring back what ``path`` holds; raises Trouble, and changes nothing, when that cannot or must not be done.

    An installation that somebody works with is replaced only when ``replace`` says so. The restored one sends nothing
    until ``samovar sending resume``: the original may still be running.
    """
    contents = archive.verify(path, verified)
    _refuse_newer(path, contents)
    readiness.reach()
    is_used = _is_used()
    if is_used and not replace:
        raise Trouble(
            "This installation already holds people and letters. Restore into another SAMOVAR_HOME or database, "
            "or say --replace to throw away what is here."
        )
    _refuse_while_others_work()
    with _administrator() as administrator:
        draft = _make_empty(administrator)
        try:
            _load(path, draft, read)
            with _connected_to(draft):
                _finish(path, contents)
            secrets = _stage_secrets(path, contents)
            _swap(administrator, draft)
        except BaseException:
            # First of all: secrets that wait without a draft say that only they are missing.
            shutil.rmtree(staged_secrets(), ignore_errors=True)
            administrator.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(draft)))
            raise
    faults.point("restore.swapped")
    _swap_secrets(secrets)
    log_end.forget()
    return Restored(contents, is_used)


def _refuse_newer(path: Path, contents: Contents) -> None:
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    if unknown := sorted(set(contents.migrations) - known):
        raise Trouble(
            f"{path} was made by another Samovar ({contents.samovar}, this is {__version__}) that knows {unknown[0]}: "
            "restore it with that one, or with a newer one."
        )


def _is_used() -> bool:
    tables = connection.introspection.table_names()
    users, events = User._meta.db_table, Event._meta.db_table
    return (users in tables and User.objects.exists()) or (events in tables and Event.objects.exists())


def _refuse_while_others_work() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        [others] = cursor.fetchone()
    if others:
        raise Trouble(
            f"Samovar is still at work ({others} connections to its database): stop it on all machines first."
        )


@contextmanager
def _administrator() -> Iterator[Connection]:
    """Connect to another database of the cluster: nobody can rename the one that they are in."""
    connection.close()
    database = settings.DATABASES["default"]
    address = programs.address(database, ANOTHER_DATABASE)
    try:
        administrator = psycopg.connect(address, password=str(database["PASSWORD"]), autocommit=True)
    except psycopg.OperationalError as error:
        said = str(error).strip()
        raise Trouble(f"The database 'postgres', from which others are made, cannot be entered: {said}") from error
    with administrator:
        yield administrator


def _make_empty(administrator: Connection) -> str:
    name = str(settings.DATABASES["default"]["NAME"])
    draft = name + DRAFT_ENDING
    [(provider, collation, kind)] = administrator.execute(LOCALE, [name]).fetchall()
    words = sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(sql.Identifier(draft))
    if provider == "c":
        # Names sort as before, whatever the cluster does by itself.
        words += sql.SQL(" LOCALE_PROVIDER libc LC_COLLATE {} LC_CTYPE {}").format(collation, kind)
    try:
        administrator.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(draft)))
        administrator.execute(words)
    except psycopg.errors.InsufficientPrivilege as error:
        user = settings.DATABASES["default"]["USER"]
        raise Trouble(
            f"The user {user!r} may not make databases, and a backup is restored into a new one that takes the old "
            f'one\'s place: allow it with ALTER ROLE "{user}" CREATEDB.'
        ) from error
    return draft


def _load(path: Path, name: str, read: Watch) -> None:
    database = settings.DATABASES["default"]
    command: list[str | Path] = [programs.find("pg_restore"), "--dbname", programs.address(database, name)]
    with tempfile.TemporaryFile() as complaints, archive.reading(path) as file, file.open(archive.DUMP) as dump:
        with subprocess.Popen(
            [*command, "--no-owner", "--no-privileges", "--no-password"],
            env={**programs.environment(database), "LC_ALL": "C"},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=complaints,
        ) as process:
            assert process.stdin is not None
            try:
                while piece := dump.read(archive.PIECE):
                    process.stdin.write(piece)
                    read(len(piece))
                process.stdin.close()
            except BrokenPipeError:
                # It has stopped reading, and says why.
                process.wait()
            except BaseException:
                process.kill()
                raise
        complaints.seek(0)
        said = complaints.read().decode(errors="replace").strip()
    if process.returncode and (process.returncode != 1 or _is_serious(said)):
        raise Trouble(f"pg_restore could not write the database; nothing was changed: {said}")


def _is_serious(said: str) -> bool:
    """Tell whether pg_restore complains of more than a limit that it lifts for itself and older servers do not have."""
    errors = [line for line in said.splitlines() if line.startswith("pg_restore: error:")]
    return not errors or any('unrecognized configuration parameter "' not in line for line in errors)


@contextmanager
def _connected_to(name: str) -> Iterator[None]:
    """Let the whole application speak to the database ``name`` for a while."""
    usual = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual


def _finish(path: Path, contents: Contents) -> None:
    readiness.bring_up_to_date()
    record(Action.BACKUP_RESTORED, None, after={"file": path.name, "made_at": str(contents.made_at)})
    holding.hold(holding.SENDING, f"restored from {path.name}, made {contents.made_at}")
    readiness.analyze()


def _stage_secrets(path: Path, contents: Contents) -> Path:
    """Put the secrets of the backup beside the ones in use; returns their folder."""
    folder = staged_secrets()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    with archive.reading(path) as file:
        for name in contents.secrets:
            descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as secret:
                secret.write(file.read(f"secrets/{name}"))
                secret.flush()
                os.fsync(secret.fileno())
    return folder


def staged_secrets() -> Path:
    """Return where the secrets of a backup wait until its database is in place; gone when a restore is complete."""
    folder: Path = settings.HOME / "secrets.restoring"
    return folder


def _swap(administrator: Connection, draft: str) -> None:
    name = str(settings.DATABASES["default"]["NAME"])
    old = name + OLD_ENDING
    drop = sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(old))
    try:
        administrator.execute(drop)
        with administrator.transaction():
            administrator.execute(_rename(name, old))
            administrator.execute(_rename(draft, name))
    except psycopg.errors.ObjectInUse as error:
        raise Trouble("Samovar was started while the backup was read; nothing was changed. Stop it first.") from error
    administrator.execute(drop)


def _rename(name: str, other: str) -> sql.Composed:
    return sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(name), sql.Identifier(other))


def _swap_secrets(staged: Path) -> None:
    used, old = settings.HOME / "secrets", settings.HOME / "secrets.replaced"
    shutil.rmtree(old, ignore_errors=True)
    used.rename(old)
    staged.rename(used)
    shutil.rmtree(old)
