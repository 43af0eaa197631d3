"""The clock of the log goes on in another cluster, and says who holds the readers back."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connection, transaction
from django.db.models import F
from psycopg import sql

from samovar.events import clock
from samovar.events.announcing import announce
from samovar.events.clock import oldest_writing_transaction, raise_shift, start_cursors
from samovar.events.effects import install, when
from samovar.events.jobs import HELD_SECONDS, turn
from samovar.events.models import Cursor
from samovar.events.reading import Outcome, read_batch
from samovar.lib.postgres import binaries
from samovar.lib.postgres.cluster import Cluster
from samovar.lib.postgres.place import embedded_address
from samovar.wiring.table import EFFECTS
from tests.events.kinds import KettleBoiled
from tests.postgres import ROOT, START, another_connection, until, until_readable

pytestmark = pytest.mark.django_db(transaction=True)
# Twenty thousand transaction numbers are used up, as many as an installation uses in some days.
DAYS = """
DO $$ BEGIN
    FOR i IN 1..20000 LOOP
        BEGIN
            INSERT INTO jobs_task (job, args, run_at) VALUES ('nobody', '[]', 'infinity');
            RAISE division_by_zero;
        EXCEPTION WHEN division_by_zero THEN NULL;
        END;
    END LOOP;
END $$
"""
seen: list[int] = []


def note(event: KettleBoiled) -> None:
    """Remember the number of cups."""
    seen.append(event.cups)


note.__module__ = "kitchen"


@pytest.fixture(autouse=True)
def _kitchen() -> Iterator[None]:
    seen.clear()
    install([when(KettleBoiled, later=[note])])
    start_cursors()
    yield
    install(EFFECTS)


@pytest.fixture
def other_database() -> Iterator[str]:
    """Return the name of another database of the same cluster."""
    name = sql.Identifier("another_" + connection.settings_dict["NAME"])
    with another_connection(autocommit=True, dbname="postgres") as owner:
        owner.execute(sql.SQL("CREATE DATABASE {}").format(name))
        yield "another_" + connection.settings_dict["NAME"]
        owner.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def boil(cups: int) -> None:
    """Announce one event."""
    with transaction.atomic():
        announce(KettleBoiled(customer_id=1, cups=cups))


def read() -> Outcome:
    """Read one batch, as soon as nobody else holds readers back."""
    until_readable()
    return read_batch("kitchen")


def set_back(by: int) -> None:
    """Let the clock look as if the data came from a cluster that was ``by`` transactions further."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE events_clock SET shift = shift - %s", [by])


def test_in_its_own_cluster_the_clock_is_right() -> None:
    boil(1)

    assert raise_shift() == 0


def test_an_older_transaction_that_is_still_open_does_not_make_the_clock_wrong() -> None:
    with another_connection() as early:
        early.execute("SELECT pg_current_xact_id()")
        boil(1)
        early.execute("LOCK TABLE events_event IN ROW EXCLUSIVE MODE")
        assert raise_shift() == 0, "without waiting for anybody"


def test_a_clock_that_is_behind_the_events_is_raised_above_them() -> None:
    boil(1)
    set_back(1_000_000)
    boil(2)

    assert raise_shift() > 900_000
    boil(3)
    read()
    assert seen == [1, 3], "the second was written before the clock was raised and counts as read long ago"
    assert raise_shift() == 0


def test_a_clock_that_is_behind_a_cursor_is_raised_above_it_even_without_events() -> None:
    Cursor.objects.update(tx=F("tx") + 1_000_000)

    raise_shift()
    boil(1)
    read()
    assert seen == [1]


def test_the_clock_is_not_raised_while_somebody_writes_by_the_old_one() -> None:
    boil(1)
    set_back(1_000_000)
    with another_connection() as writer:
        writer.execute("LOCK TABLE events_event IN ROW EXCLUSIVE MODE")
        with pytest.raises(OperationalError, match="lock timeout"), transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '10ms'")
            raise_shift()

    assert raise_shift() > 900_000


@pytest.mark.slow
def test_after_a_restore_into_a_fresh_cluster_the_next_event_is_read(database_url: str, home: Path) -> None:
    """Without raising the clock it is not: the first event of the child process is the control."""
    with connection.cursor() as cursor:
        cursor.execute(DAYS)
    boil(7)
    read()
    assert seen == [7]
    tools, dump = binaries.present(), home.parent / "dump"
    assert tools is not None
    subprocess.run([tools / "pg_dump", "-Fc", "-f", dump, database_url], check=True)
    fresh = Cluster(home)
    fresh.start(durable=False)
    address = embedded_address(home)
    target = f"host={address['HOST']} user={address['USER']} dbname={address['NAME']}"
    subprocess.run([tools / "pg_restore", "--no-owner", "--exit-on-error", "-d", target, dump], check=True)

    variables = {**os.environ, "DATABASE_URL": "", "SAMOVAR_HOME": str(home), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", START, "tests.events.after_restore"]
    said = subprocess.run(command, env=variables, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert said == "2 raised 0"


def test_a_transaction_in_another_database_holds_the_readers_back_and_is_named(
    other_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with another_connection(dbname=other_database) as stranger:
        stranger.execute("SELECT pg_current_xact_id()")
        boil(1)
        assert (read_batch("kitchen"), turn()) == (Outcome.EMPTY, HELD_SECONDS)
        until(lambda: _oldest_is(stranger))
        oldest = oldest_writing_transaction()

        assert oldest is not None
        assert (oldest.database, oldest.is_too_old) == (other_database, False)
        monkeypatch.setattr(clock, "TOO_OLD", timedelta(0))
        assert oldest.is_too_old
        stranger.commit()
        assert not _oldest_is(stranger)

    assert read() is Outcome.READ
    assert seen == [1]


def test_a_transaction_that_only_reads_holds_nobody_back() -> None:
    with another_connection() as reader:
        reader.execute("SELECT 1 FROM events_event")
        boil(1)
        assert read() is Outcome.READ
        assert not _oldest_is(reader)


def _oldest_is(other: psycopg.Connection[Any]) -> bool:
    """Tell whether ``other`` writes and began before all others; the cluster may serve other tests at the same time."""
    oldest = oldest_writing_transaction()
    return oldest is not None and oldest.pid == other.info.backend_pid
