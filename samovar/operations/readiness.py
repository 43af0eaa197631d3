"""Making everything ready that a command needs: the database runs, is of our shape, and static files are in place."""

import fcntl
import hashlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import DatabaseError, OperationalError

from samovar import __version__
from samovar.events import clock
from samovar.lib.errors import Trouble
from samovar.lib.postgres.cluster import Cluster
from samovar.operations import upgrading, usage

OLDEST_POSTGRESQL = 15
RECOVERY_SECONDS = 120
MIGRATING = 0x73616D6F766172
ASKED_AGAIN_SECONDS = 0.1
TRIES, PAUSE_SECONDS = 60, 1.0
BUSY = (
    "The tables could not be changed: somebody works on one of them all the time. What was done so far stays, and "
    "Samovar as it runs goes on. Start again when there is less to do; samovar doctor names who holds on."
)


def _silent(text: str) -> None:
    """Say nothing."""


def _nothing() -> None:
    """Do nothing."""


def ensure(say: Callable[[str], None] = _silent) -> None:
    """Start the embedded database if there is one, bring the schema up to date, and put static files in place.

    Every command that needs the database calls this first; any number of processes may do so together, and when
    nothing is to be done it costs some milliseconds. Raises Trouble when a person has to mend something.
    """
    reach(say)
    upgrading.refuse_newer()
    bring_up_to_date(say, before=lambda: upgrading.keep_what_was(say))
    collect(say)


def reach(say: Callable[[str], None] = _silent) -> None:
    """Connect to the database, starting the embedded one; raises Trouble when it cannot be used."""
    if settings.DATABASE_IS_EMBEDDED:
        usage.begin(settings.HOME)
        Cluster(settings.HOME).start(say=say)
    _connect()
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int / 10000, current_setting('server_encoding')")
        version, encoding = cursor.fetchone()
    if version < OLDEST_POSTGRESQL:
        raise Trouble(f"DATABASE_URL leads to PostgreSQL {version}. Samovar needs {OLDEST_POSTGRESQL} or newer.")
    if encoding != "UTF8":
        raise Trouble(f"The database of DATABASE_URL is in {encoding}. Samovar needs one in UTF8: make a new one.")


def described() -> str:
    """Return in words which database is used."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version'), pg_database_size(current_database())")
        version, size = cursor.fetchone()
    whose = "the built-in one" if settings.DATABASE_IS_EMBEDDED else "that of DATABASE_URL"
    return f"PostgreSQL {version}, {whose}, with {size / 1e6:,.0f} MB in {connection.settings_dict['NAME']}"


def bring_up_to_date(say: Callable[[str], None] = _silent, before: Callable[[], None] = _nothing) -> None:
    """Make the tables those of this version, the clock of the log later than what is stored, and readers begin.

    ``before`` is called when the tables are about to change, by the one process that does it.
    """
    for attempt in range(TRIES):
        if not _is_unfinished():
            break
        try:
            with _alone():
                _finish(say, before if attempt == 0 else _nothing)
        except upgrading.StandsInTheWay:
            if attempt == 0:
                say("Somebody is at work on a table that changes; trying again until they are done …")
            time.sleep(PAUSE_SECONDS)
    else:
        raise Trouble(BUSY)
    # Also when an older version has come back: the next upgrade makes a backup of its own.
    upgrading.forget_unfinished()
    clock.raise_shift()
    # Before anything is announced: a module that is new reads what comes from now on.
    clock.start_cursors()


def pending() -> list[str]:
    """Return the migrations that this Samovar brings and the database has not seen, in their order."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def analyze() -> None:
    """Let the planner learn what the tables hold; without it plans made for empty tables serve full ones."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def collect(say: Callable[[str], None] = _silent) -> None:
    """Put static files where they are served from, when they differ from those that are there."""
    root = Path(settings.STATIC_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    note = root / ".collected"
    wanted = _static_files()
    # The folder itself is the lock: processes that start together write the files once.
    lock = os.open(root, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not note.exists() or note.read_text(encoding="ascii") != wanted:
            say("Preparing static files …")
            call_command("collectstatic", interactive=False, verbosity=0)
            note.write_text(wanted, encoding="ascii")
    finally:
        os.close(lock)


def _static_files() -> str:
    """Return a mark that changes when any static file does."""
    found = hashlib.sha256(__version__.encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            state = Path(storage.path(name)).stat()
            found.update(f"{name}\0{state.st_size}\0{state.st_mtime_ns}\n".encode())
    return found.hexdigest()


def _is_unfinished() -> bool:
    cache = settings.CACHES["default"]["LOCATION"]
    return cache not in connection.introspection.table_names() or bool(pending())


def _finish(say: Callable[[str], None], before: Callable[[], None]) -> None:
    """Bring the schema up to date, unless another process has just done so."""
    if not _is_unfinished():
        return
    before()
    say("Bringing the tables up to date …")
    if "events_clock" in connection.introspection.table_names():
        # Before anything writes: in another cluster the numbers of transactions begin anew.
        clock.raise_shift()
    try:
        upgrading.migrate()
        call_command("createcachetable", verbosity=0)
    except DatabaseError as error:
        raise _refusal(error) from error
    analyze()


def _connect() -> None:
    """Connect; a database that is just recovering from a crash is waited for."""
    deadline = time.monotonic() + RECOVERY_SECONDS
    while True:
        try:
            connection.ensure_connection()
        except OperationalError as error:
            # It has no code of its own by which the driver would tell it.
            if "the database system is" not in str(error) or time.monotonic() > deadline:
                raise Trouble(_unreachable(error)) from error
            time.sleep(0.1)
        else:
            return


@contextmanager
def _alone() -> Iterator[None]:
    with connection.cursor() as cursor:
        # Asked again and again: an index that is built beside everything else waits for every statement that runs, and
        # so for one that would wait for us.
        while not _is_granted(cursor):
            time.sleep(ASKED_AGAIN_SECONDS)
    try:
        yield
    finally:
        # If the connection is another one by now, the lock has gone with the first.
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATING])


def _is_granted(cursor: CursorWrapper) -> bool:
    cursor.execute("SELECT pg_try_advisory_lock(%s)", [MIGRATING])
    [is_granted] = cursor.fetchone()
    return bool(is_granted)


def _unreachable(error: OperationalError) -> str:
    said = _first_line(error)
    if settings.DATABASE_IS_EMBEDDED:
        return f"The database runs, but does not let us in: {said}"
    return f"The database of DATABASE_URL cannot be used: {said}. Start it, or correct DATABASE_URL."


def _refusal(error: DatabaseError) -> Exception:
    """Return what to tell the operator when the database refused to be set up; other errors are ours and stay."""
    name, user = connection.settings_dict["NAME"], connection.settings_dict["USER"]
    cause: BaseException = error
    while deeper := cause.__cause__ or cause.__context__:
        cause = deeper
    match cause:
        case psycopg.errors.InsufficientPrivilege():
            return Trouble(
                f"The user {user!r} of DATABASE_URL may not set up the database {name!r} ({_first_line(cause)}): "
                f'make it the owner with ALTER DATABASE "{name}" OWNER TO "{user}".'
            )
        case psycopg.errors.FeatureNotSupported() | psycopg.errors.UndefinedFile():
            return Trouble(
                f"PostgreSQL lacks a part that Samovar needs: {_first_line(cause)}. Install its contrib package."
            )
    return error


def _first_line(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0]
