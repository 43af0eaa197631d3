"""What every test stands on: a throw-away installation with a real PostgreSQL of its own.

Without ``DATABASE_URL`` each process that runs tests has an embedded cluster, not durable and thrown away at the end:
in a shared one, what one test writes for long holds back the readers of the event log in all others. The home folder
is always a temporary one, so that no test can touch a real installation.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import django
import pytest
from django.db import connection
from django.utils import timezone, translation

from samovar.lib.postgres import place
from samovar.lib.postgres.cluster import Cluster
from samovar.lib.postgres.processes import is_alive
from samovar.operations import readiness
from tests.installation import Installation

HOMES = "samovar-tests-"
IS_WORKER = "PYTEST_XDIST_WORKER" in os.environ
# Set here and not in pyproject.toml: the settings read the environment, which must be complete before.
os.environ["DJANGO_SETTINGS_MODULE"] = "samovar.settings"
os.environ["SAMOVAR_HOME"] = tempfile.mkdtemp(prefix=f"{HOMES}{os.getpid()}-")
HOME = Path(os.environ["SAMOVAR_HOME"])
django.setup()


def pytest_sessionstart(session: pytest.Session) -> None:
    """Start the cluster, after clearing away what killed runs left."""
    # The database's system user passes through, as it does in a real installation.
    HOME.chmod(0o711)
    if not IS_WORKER:
        _clear_away_old_homes()
        _clear_away_old_rooms()
        if session.config.getoption("numprocesses", None):
            # Only the workers run tests. They inherit the environment, and shall not read settings before this file.
            del os.environ["DJANGO_SETTINGS_MODULE"]
            return
    if not os.environ.get("DATABASE_URL"):
        Cluster(HOME).start(durable=False)
    # Before anything looks at them: a command would put them there beside another test that reads them.
    readiness.collect()


def pytest_unconfigure() -> None:
    """Stop the cluster and throw the home folder away."""
    _clear_away(HOME)


def _clear_away_old_homes() -> None:
    for home in HOME.parent.glob(f"{HOMES}*"):
        pid = home.name.removeprefix(HOMES).partition("-")[0]
        if home.stat().st_uid == os.geteuid() and pid.isdigit() and not is_alive(int(pid)):
            _clear_away(home / "home")
            _clear_away(home)


def _clear_away_old_rooms() -> None:
    """Remove the data of temporary homes that only root could enter: they lie elsewhere, and their homes are gone."""
    for note in (place.ROOT_PLACE / "clusters").glob("*/home"):
        home = Path(note.read_text(encoding="utf-8").strip())
        if home.is_relative_to(tempfile.gettempdir()) and not home.exists():
            shutil.rmtree(note.parent, ignore_errors=True)


def _clear_away(home: Path) -> None:
    if home.exists():
        Cluster(home).stop()
        shutil.rmtree(place.folder(home), ignore_errors=True)
        shutil.rmtree(home)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what has a database of its own: it need not run again on another PostgreSQL."""
    for item in items:
        if isinstance(item, pytest.Function) and {"home", "shared", "closed"} & set(item.fixturenames):
            item.add_marker("embedded")


@pytest.fixture(autouse=True)
def _own_language() -> Iterator[None]:
    """Let no test inherit the language or the time zone that the last one was served in: requests leave theirs."""
    yield
    translation.deactivate()
    timezone.deactivate()


@pytest.fixture(scope="session")
def samovar_data() -> Path:
    """Return the folder of the public data sets; the test is skipped, with the reason printed, where there is none."""
    folder = os.environ.get("SAMOVAR_DATA", "")
    if not folder or not Path(folder).is_dir():
        pytest.skip("set SAMOVAR_DATA to the folder of the public data sets")
    return Path(folder)


@pytest.fixture
def database_url(transactional_db: None) -> str:
    """Return the address of the test database, for a process of its own: it sees only what was committed."""
    return database_address()


def database_address() -> str:
    """Return the address of the database that Django is connected to, as DATABASE_URL has it."""
    found = connection.settings_dict
    who = quote(found["USER"], safe="") + (f":{quote(found['PASSWORD'], safe='')}" if found["PASSWORD"] else "")
    host, port = quote(found["HOST"], safe=""), found["PORT"]
    return f"postgresql://{who}@{host}{f':{port}' if port else ''}/{quote(found['NAME'], safe='')}"


@pytest.fixture
def home() -> Iterator[Path]:
    """Return the path of an empty home folder, not yet made; its cluster is stopped and all is removed afterwards."""
    # Not below pytest's own folder, which only its owner can enter: as root, PostgreSQL's user must be able to.
    folder = Path(tempfile.mkdtemp(prefix=f"{HOMES}{os.getpid()}-"))
    folder.chmod(0o711)
    yield folder / "home"
    _clear_away(folder / "home")
    shutil.rmtree(folder)


@pytest.fixture
def installation(home: Path) -> Installation:
    """Return an installation of the test's own with a running, empty database that is fast and not durable."""
    Cluster(home).start(durable=False)
    return Installation(home)
