"""What stands around a change of the tables: a backup before it, patience with those who work, no way back unseen."""

import shutil
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.utils import OperationalError

from samovar import __version__
from samovar.lib.errors import Trouble
from samovar.operations import backup

# Whoever works may wait for a change of the tables this long, and not longer.
LOCK_TIMEOUT = "2s"
KEPT = 3
NAME = "before-upgrade-{:%Y%m%d-%H%M%S}.samovar"
PATTERN = "before-upgrade-*.samovar"
Say = Callable[[str], None]


class StandsInTheWay(Exception):
    """Somebody works on a table that is to change."""


def refuse_newer() -> None:
    """Raise Trouble when the database was used by a newer Samovar, whose tables this one does not know."""
    if found := unknown():
        raise Trouble(
            f"The database was brought up to date by a newer Samovar than this one ({__version__}): it knows "
            f"{found[0]}. Nothing was changed. Start that version again; or, to go back for good, restore the backup "
            f"that it made before the upgrade: samovar restore --replace {_newest()}"
        )


def unknown() -> list[str]:
    """Return the migrations that the database has seen and this version does not know."""
    loader = MigrationLoader(connection)
    return sorted(f"{app}.{name}" for app, name in set(loader.applied_migrations) - set(loader.disk_migrations))


def keep_what_was(say: Say) -> None:
    """Make a backup before the tables change, if there is anything to keep; raises Trouble when it cannot be made."""
    if not _holds_people():
        return
    folder = settings.HOME / "backups"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise Trouble(
            f"The backup that is made before an upgrade cannot be written to {folder}: {error.strerror}. Nothing was "
            "changed. Make room for it there."
        ) from error
    if unfinished_note().exists():
        say("The backup of before this upgrade, which was cut off, is there already.")
        return
    _make_sure_of_room(folder)
    path = folder / NAME.format(datetime.now(UTC))
    say(f"Making a backup before the upgrade: {path} …")
    backup.make(path, _unwatched, _unwatched)
    # An upgrade that fails and is begun again and again would push the one backup out that an older version can read.
    unfinished_note().write_text(path.name, encoding="utf-8")
    for old in sorted(folder.glob(PATTERN))[:-KEPT]:
        old.unlink()


def unfinished_note() -> Path:
    """Return the file that names the backup of an upgrade that has begun; it goes away when the tables are new."""
    return settings.HOME / "backups" / "unfinished-upgrade"


def migrate() -> None:
    """Change the tables, and wait for nobody longer than LOCK_TIMEOUT, so that nobody waits behind us for longer.

    Raises StandsInTheWay when that was not enough: what was done so far stays, and the connection is another one.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('lock_timeout'), set_config('lock_timeout', %s, false)", [LOCK_TIMEOUT])
        before = cursor.fetchone()[0]
    try:
        call_command("migrate", interactive=False, verbosity=0)
    except OperationalError as error:
        # A statement that was put off to the end of a step leaves a transaction open that has failed: begin anew.
        connection.close()
        connection.connect()
        if "lock timeout" in str(error):
            raise StandsInTheWay from error
        raise
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [before])


def _holds_people() -> bool:
    tables = connection.introspection.table_names()
    if "accounts_user" not in tables:
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM accounts_user) OR EXISTS (SELECT FROM events_event)")
        return bool(cursor.fetchone()[0])


def forget_unfinished() -> None:
    """Note that the tables are those of this version."""
    # A file may stand where the folder of the backups is to be.
    with suppress(NotADirectoryError):
        unfinished_note().unlink(missing_ok=True)


def _newest() -> Path:
    folder = settings.HOME / "backups"
    return max(folder.glob(PATTERN), default=folder / PATTERN)


def _make_sure_of_room(folder: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        size = int(cursor.fetchone()[0])
    free = shutil.disk_usage(folder).free
    if free < size:
        raise Trouble(
            f"There is no room for the backup that is made before an upgrade: the database takes {size / 1e9:,.1f} GB, "
            f"{free / 1e9:,.1f} GB are free in {folder}. Nothing was changed. Free some; or, if you have a backup of "
            "your own, type: samovar db migrate --without-backup"
        )


def _unwatched(amount: int) -> None:
    """Nobody watches how far it is."""
