"""What every test stands on: a throw-away installation with a real PostgreSQL of its own.

Without ``DATABASE_URL`` each process that runs tests has an embedded cluster, not durable and thrown away at the end:
in a shared one, what one test writes for long holds back the readers of the event log in all others. For the same
reason each process takes its own of ``DATABASE_URLS`` where there are several. The home folder is always a temporary
one, so that no test can touch a real installation.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import django
import pytest
from django.conf import settings
from django.test import TransactionTestCase
from django.utils import timezone, translation

from samovar.accounts import log_end
from samovar.lib.postgres import place
from samovar.lib.postgres.cluster import Cluster
from samovar.lib.postgres.processes import is_alive
from samovar.operations import readiness
from tests import template
from tests.installation import HOMES, Installation, clear_away, empty_home
from tests.postgres import database_address, empty_tables, end_other_sessions

TESTS = Path(__file__).parent
# The folders whose tests prove what pyproject.toml calls fully covered.
MEASURED = {"channels", "conversations", "customers", "events", "lib"}
IS_WORKER = "PYTEST_XDIST_WORKER" in os.environ
if IS_WORKER and (urls := os.environ.get("DATABASE_URLS", "").split()):
    os.environ["DATABASE_URL"] = urls[int(os.environ["PYTEST_XDIST_WORKER"].removeprefix("gw")) % len(urls)]
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
        template.fill(HOME)
        Cluster(HOME).start(durable=False)
        session.config.option.reuse_db = True
    # Before anything looks at them: a command would put them there beside another test that reads them.
    readiness.collect()


def pytest_unconfigure() -> None:
    """Stop the cluster and throw the home folder away."""
    clear_away(HOME)


def _clear_away_old_homes() -> None:
    for home in HOME.parent.glob(f"{HOMES}*"):
        pid = home.name.removeprefix(HOMES).partition("-")[0]
        # Another run that ends or begins at this moment may have cleared it away.
        with suppress(FileNotFoundError):
            if home.stat().st_uid == os.geteuid() and pid.isdigit() and not is_alive(int(pid)):
                clear_away(home / "home")
                clear_away(home)


def _clear_away_old_rooms() -> None:
    """Remove the data of temporary homes that only root could enter: they lie elsewhere, and their homes are gone."""
    for note in (place.ROOT_PLACE / "clusters").glob("*/home"):
        home = Path(note.read_text(encoding="utf-8").strip())
        if home.is_relative_to(tempfile.gettempdir()) and not home.exists():
            shutil.rmtree(note.parent, ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what has a database of its own, and what reads the public data: neither need run again elsewhere.

    What no formula, parser or verb is proved by runs unmeasured, which is nearly twice as fast: tests of whole pages
    and processes, and those that not everybody has the data for.
    """
    for item in items:
        if not MEASURED & set(item.path.relative_to(TESTS).parts) or "samovar_data" in getattr(
            item, "fixturenames", ()
        ):
            item.add_marker("no_cover")
        if isinstance(item, pytest.Function) and "samovar_data" in item.fixturenames:
            item.add_marker("data")
        if isinstance(item, pytest.Function) and {"home", "shared", "closed"} & set(item.fixturenames):
            item.add_marker("embedded")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the figures that tests recorded, so that the output of every run says how well we did, not only enough."""
    reports = [one for one in terminalreporter.getreports("passed") if one.when == "call" and one.user_properties]
    if reports:
        terminalreporter.section("figures")
    for report in reports:
        terminalreporter.write_line(report.nodeid.rpartition("::")[2].replace("_", " "))
        for name, value in report.user_properties:
            terminalreporter.write_line(f"    {name}: {value}")


@pytest.fixture(autouse=True)
def _own_language() -> Iterator[None]:
    """Let no test inherit the language or the time zone that the last one was served in: requests leave theirs."""
    yield
    translation.deactivate()
    timezone.deactivate()


@pytest.fixture(autouse=True)
def _own_log() -> None:
    """Let no test find where the audit log of the last one ended: its entries are gone."""
    log_end.forget()


@pytest.fixture(scope="session", autouse=True)
def _own_way_out(django_test_environment: None) -> None:
    """Send letters to the staff in the way of the product; Django would put another one in its place for tests."""
    settings.EMAIL_BACKEND = "samovar.channels.staff_mail.Postbox"


@pytest.fixture(scope="session", autouse=True)
def _own_emptying(django_test_environment: None) -> None:
    """Empty the database after each test that commits by deleting what is there."""
    setattr(TransactionTestCase, "_fixture_teardown", lambda _case: empty_tables())  # noqa: B010 - the library's own name


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Bring the database in which tests run, with its tables, into the cluster of this process."""
    found = settings.DATABASES["default"]
    if settings.DATABASE_IS_EMBEDDED:
        template.database_for_tests(HOME, found.get("TEST", {}).get("NAME") or template.TESTED)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Let the database go at the end, also when the server has not yet noticed that a killed process is gone."""
    yield
    with django_db_blocker.unblock():
        end_other_sessions()


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


@pytest.fixture
def home() -> Iterator[Path]:
    """Return the path of an empty home folder, not yet made; its cluster is stopped and all is removed afterwards."""
    with empty_home() as path:
        yield path


@pytest.fixture
def installation(home: Path) -> Installation:
    """Return an installation of the test's own with a running database, fast and not durable: tables without rows."""
    template.fill(home)
    Cluster(home).start(durable=False)
    return Installation(home)


@pytest.fixture
def bare_installation(home: Path) -> Installation:
    """Return the same without our tables, as after the very first start of the database."""
    Cluster(home).start(durable=False)
    return Installation(home)
