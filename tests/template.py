"""A cluster with our tables in it, made once for each shape of them and copied for whoever needs one.

Making the database and its tables takes seconds, and a run needs some forty of them. The copy lies among the temporary
files under a name that says of what it was made: another version of a migration makes another one.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from samovar.lib.postgres import owner, place
from samovar.lib.postgres.cluster import SUPERUSER, Cluster

ROOT = Path(__file__).resolve().parent.parent
NAME = "samovar-template-"
KEPT_SECONDS = 6 * 3600
MADE_OF = ("samovar/*/migrations/*.py", "samovar/lib/postgres/*.py", "samovar/settings.py", "requirements.lock")
MAKE = (
    "import django; django.setup(); from django.db import connection\n"
    "connection.creation.create_test_db(verbosity=0, serialize=False)"
)
TESTED = f"test_{place.DATABASE}"


def fill(home: Path) -> None:
    """Give an empty home folder a cluster that holds our tables; where its user could not enter, leave it empty."""
    home.mkdir(parents=True, exist_ok=True)
    runner = owner.of(home)
    if not runner.can_enter(home):
        return
    with _template() as made:
        (home / "postgres").mkdir(mode=0o755)
        _copy(place.data(made), place.data(home))


def database_for_tests(home: Path, name: str) -> None:
    """Make the database in which Django runs tests, in the running cluster of ``home``."""
    address = {"host": str(place.socket_folder(home)), "user": SUPERUSER, "dbname": "postgres"}
    with psycopg.connect(**address, autocommit=True) as connection:  # type: ignore[arg-type]  # words of libpq
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [TESTED]).fetchone() and name != TESTED:
            command = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}")
            made = (sql.Identifier(one) for one in (name, TESTED, place.ROLE))
            connection.execute(command.format(*made))


@contextmanager
def _template() -> Iterator[Path]:
    """Give the home folder of the cluster that is copied, which nobody else changes meanwhile."""
    folder = Path(tempfile.gettempdir()) / f"{NAME}{os.geteuid()}-{_shape()}"
    folder.mkdir(mode=0o711, exist_ok=True)
    folder.chmod(0o711)
    assert folder.stat().st_uid == os.geteuid(), f"{folder} belongs to somebody else"
    lock = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "whole").exists():
            _clear_away_old_ones(folder)
            _make(folder / "home")
            (folder / "whole").touch()
        os.utime(folder)
        yield folder / "home"
    finally:
        os.close(lock)


def _make(home: Path) -> None:
    if home.exists():
        Cluster(home).stop()
        shutil.rmtree(home)
    cluster = Cluster(home)
    cluster.start(durable=False)
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("DATABASE_URL", "COV_"))}
    environment = {
        **inherited,
        "SAMOVAR_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "samovar.settings",
        "PYTHONPATH": str(ROOT),
    }
    subprocess.run([sys.executable, "-c", MAKE], env=environment, cwd=ROOT, check=True)
    address = {"host": str(place.socket_folder(home)), "user": SUPERUSER, "dbname": "postgres"}
    ours, tested, role = (sql.Identifier(one) for one in (place.DATABASE, TESTED, place.ROLE))
    with psycopg.connect(**address, autocommit=True) as connection:  # type: ignore[arg-type]  # words of libpq
        connection.execute(sql.SQL("DROP DATABASE {}").format(ours))
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}").format(ours, tested, role))
    cluster.stop()


def _copy(source: Path, target: Path) -> None:
    subprocess.run(["cp", "-a", "--reflink=auto", source, target], check=True)


def _shape() -> str:
    found = hashlib.sha256(sys.version.encode())
    for pattern in MADE_OF:
        for path in sorted(ROOT.glob(pattern)):
            found.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return found.hexdigest()[:16]


def _clear_away_old_ones(folder: Path) -> None:
    for other in folder.parent.glob(f"{NAME}{os.geteuid()}-*"):
        if other != folder and time.time() - other.stat().st_mtime > KEPT_SECONDS:
            shutil.rmtree(other, ignore_errors=True)
