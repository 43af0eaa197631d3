"""A command finds a database that is ready, or says in a sentence what a person has to mend."""

import subprocess
import sys
from dataclasses import replace
from urllib.parse import quote

import psycopg

from samovar.lib.postgres import place
from tests.installation import ROOT, Installation

ENSURE = """
import os, sys, django
os.environ["DJANGO_SETTINGS_MODULE"] = "samovar.settings"
django.setup()
from samovar.lib.errors import Trouble
from samovar.operations import readiness
try:
    readiness.ensure(lambda text: print(text))
except Trouble as trouble:
    sys.exit(str(trouble))
"""


def _ensuring(installation: Installation) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", ENSURE],
        cwd=ROOT,
        env=installation.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _ensure(installation: Installation) -> tuple[str, str]:
    said, complained = _ensuring(installation).communicate(timeout=120)
    return said, complained.strip()


def _as_external(installation: Installation, database: str, user: str = place.ROLE) -> Installation:
    folder = quote(str(place.socket_folder(installation.home)), safe="")
    return replace(installation, variables={"DATABASE_URL": f"postgresql://{user}@{folder}/{database}"})


def _administer(installation: Installation, statement: bytes) -> None:
    folder = str(place.socket_folder(installation.home))
    with psycopg.connect(host=folder, user="postgres", dbname="postgres", autocommit=True) as connection:
        connection.execute(statement)


def test_several_processes_that_start_together_make_the_tables_once(bare_installation: Installation) -> None:
    running = [_ensuring(bare_installation) for _ in range(3)]
    ended = [process.communicate(timeout=120) for process in running]

    assert [process.returncode for process in running] == [0, 0, 0], ended
    assert sum("tables" in said for said, _ in ended) == 1
    assert sum("static files" in said for said, _ in ended) == 1
    [(twice,)] = bare_installation.ask("SELECT count(*) - count(DISTINCT (app, name)) FROM django_migrations")
    assert twice == 0
    assert (bare_installation.home / "static" / "staticfiles.json").exists()
    [(analyzed,)] = bare_installation.ask(
        "SELECT count(last_analyze) FROM pg_stat_user_tables WHERE relname = 'events_event'"
    )
    assert analyzed == 1

    # Later ones find everything done, and a static file that changed is noticed.
    assert _ensure(bare_installation) == ("", "")
    (bare_installation.home / "static" / ".collected").write_text("those of an older version")
    assert _ensure(bare_installation) == ("Preparing static files …\n", "")


def test_a_database_of_the_operators_own_is_set_up_like_the_built_in_one(installation: Installation) -> None:
    _administer(installation, b"CREATE DATABASE theirs OWNER samovar")

    said, complained = _ensure(_as_external(installation, "theirs"))

    assert complained == ""
    assert "Starting the database" not in said
    with installation.connect("theirs") as connection:
        assert connection.execute("SELECT count(*) FROM events_event").fetchone() == (0,)


CANNOT_SERVE = [
    b"CREATE DATABASE closed OWNER postgres",
    b"CREATE DATABASE latin OWNER samovar ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0",
]


def test_what_cannot_serve_is_named_with_its_setting_and_its_remedy(installation: Installation) -> None:
    for statement in CANNOT_SERVE:
        _administer(installation, statement)

    assert 'database "nowhere" does not exist. Start it, or correct DATABASE_URL.' in _complaint(
        installation, "nowhere"
    )
    assert 'ALTER DATABASE "closed" OWNER TO "samovar"' in _complaint(installation, "closed")
    assert "is in LATIN1. Samovar needs one in UTF8" in _complaint(installation, "latin")
    assert "Peer authentication failed" in _complaint(installation, "samovar", "stranger")
    gone = replace(installation, variables={"DATABASE_URL": "postgresql://u:secret@127.0.0.1:1/x"})
    _, complained = _ensure(gone)
    assert "Connection refused" in complained
    assert "secret" not in complained


def _complaint(installation: Installation, database: str, user: str = place.ROLE) -> str:
    _, complained = _ensure(_as_external(installation, database, user))
    assert "\n" not in complained, "one sentence, no traceback"
    return complained


def test_the_operator_starts_looks_into_and_stops_the_database_by_command(installation: Installation) -> None:
    assert "The database runs (process" in installation.run("db", "status").stdout
    assert installation.run("db", "psql", "-c", "SELECT 6 * 7", "-At").stdout == "42\n"
    assert installation.run("db", "stop").stdout == "The database is stopped.\n"
    assert installation.run("db", "stop").stdout == "The database was not running.\n"
    assert "does not run" in installation.run("db", "status", code=3).stdout
    assert "The database runs (process" in installation.run("db", "start").stdout
    assert installation.cluster.is_ready()


def test_a_database_of_the_operators_own_is_neither_started_nor_stopped(installation: Installation) -> None:
    theirs = _as_external(installation, "samovar")

    assert "neither starts nor stops" in theirs.run("db", "stop", code=1).stderr
    assert installation.cluster.is_ready()
    assert theirs.run("db", "psql", "-c", "SELECT 6 * 7", "-At").stdout == "42\n"
