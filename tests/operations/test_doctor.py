"""The doctor says in words how everything is, what to do, and whether anything is broken."""

import json
import os
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.db import connection
from django.utils import timezone

from samovar.channels.models import MailFolder
from samovar.channels.models.folder import Role
from samovar.lib.postgres.cluster import Cluster
from samovar.operations.checks import cache, disk, mailboxes
from samovar.operations.examining import Check, Finding, State, all_checks
from tests import make
from tests.installation import Installation


@pytest.fixture
def healthy(home: Path) -> Installation:
    """Return an installation like a real one, durable too."""
    Cluster(home).start()
    installation = Installation(home)
    installation.run("sending", "status")
    return installation


def _found(installation: Installation, code: int) -> dict[str, list[dict[str, str]]]:
    told = json.loads(installation.run("doctor", "--json", code=code).stdout)
    return {examined["title"]: examined["findings"] for examined in told["examined"]}


def test_a_healthy_installation_is_well_and_what_is_not_comes_with_its_remedy(healthy: Installation) -> None:
    said = healthy.run("doctor").stdout
    assert "✗" not in said
    assert "PostgreSQL 18" in said
    assert "gauges show nothing wrong" in said

    healthy.run("sending", "hold", "--reason", "we are moving")
    with healthy.connect("postgres") as connection:
        connection.execute("CREATE DATABASE samovar_restoring")
    (healthy.home / "secrets" / "django").chmod(0o644)

    found = _found(healthy, code=1)
    assert found["Home"] == [
        {
            "state": "broken",
            "words": "Others on this machine can read keys (django).",
            "remedy": f"chmod -R go= '{healthy.home}/secrets'",
        }
    ]
    assert found["Sending"][0]["state"] == "warning"
    assert "we are moving" in found["Sending"][0]["words"]
    assert found["Sending"][0]["remedy"] == "To go on: samovar sending resume"
    assert "samovar_restoring" in found["Leftovers"][0]["words"]
    assert stat.S_IMODE((healthy.home / "secrets" / "django").stat().st_mode) == 0o644, "it only looks"


def test_tables_of_another_version_are_named(healthy: Installation) -> None:
    assert _found(healthy, code=0)["Tables"][0]["state"] == "well"

    with healthy.connect() as connection:
        connection.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('jobs', '9999_later', now())")
    assert "jobs.9999_later" in _found(healthy, code=1)["Tables"][0]["words"]


def test_a_database_that_may_forget_is_broken_and_one_that_is_behind_is_not_touched(
    bare_installation: Installation,
) -> None:
    found = _found(bare_installation, code=1)

    assert "may forget mail that it has confirmed: fsync" in found["Safety"][0]["words"]
    assert "changes of the tables are missing" in found["Work"][0]["words"]
    assert bare_installation.ask("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [(0,)]


def test_without_a_database_the_rest_is_told_all_the_same(installation: Installation) -> None:
    gone = replace(installation, variables={"DATABASE_URL": "postgresql://u:hush@127.0.0.1:1/x"})

    found = _found(gone, code=1)

    assert found["Software"][0]["state"] == "well"
    assert "Connection refused" in found["Database"][0]["words"]
    assert "hush" not in json.dumps(found)
    assert "Work" not in found


def test_what_the_gauges_complain_of_is_told(healthy: Installation) -> None:
    with healthy.connect() as connection:
        connection.execute("INSERT INTO jobs_task (job, args, run_at) VALUES ('x', '[]', now() - interval '1 hour')")

    [finding] = _found(healthy, code=0)["Work"]

    assert finding["state"] == "warning"
    assert "due for 60 minutes: is samovar work running?" in finding["words"]


@pytest.mark.django_db
def test_what_hinders_a_mailbox_is_told_in_words() -> None:
    account, archived = make.mailbox(), make.mailbox("old@aurora.example")
    for one in (account, archived):
        one.note_problem('["There is no folder “%(folder)s” in this mailbox.", {"folder": "Support"}]', timezone.now())
    archived.archive(by=make.admin())
    account.note_sending_problem('["down", {}]', timezone.now(), 1.0)

    read, sent = mailboxes.look()

    assert "There is no folder “Support” in this mailbox." in read.words
    assert read.remedy.endswith(f"/mailboxes/{account.pk}/")
    assert "does not send since" in sent.words


@pytest.mark.django_db
def test_a_mailbox_that_is_behind_says_so_until_all_is_read() -> None:
    account = make.mailbox()
    account.note_fetched(timezone.now(), "")
    folder = MailFolder.objects.of(account, Role.INBOX, "INBOX")
    folder.note_behind(12)

    [behind] = mailboxes.look()
    assert behind.state is State.WARNING
    assert "12 mails of the folder INBOX are still to be read" in behind.words
    assert behind.remedy.endswith(f"/mailboxes/{account.pk}/")

    folder.note_behind(0)
    [well] = mailboxes.look()
    assert (well.state, well.words) == (State.WELL, f"{account.inbox} is read and sends")


@pytest.mark.parametrize(
    ("running", "wanted", "state"), [(128, 128, State.WELL), (200, 400, State.WELL), (128, 400, State.WARNING)]
)
def test_a_cache_that_has_not_grown_with_what_is_stored_is_told_of(running: int, wanted: int, state: State) -> None:
    found = cache.judged(running, wanted)

    assert found.state is state
    assert f"{running} MB" in found.words and f"{wanted} MB" in found.words


@pytest.mark.django_db
def test_the_cache_that_runs_is_looked_at_only_where_the_database_is_ours(settings: LazySettings) -> None:
    settings.DATABASE_IS_EMBEDDED = True
    [finding] = cache.look()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_size_bytes(current_setting('shared_buffers')) >> 20")
        [running] = cursor.fetchone()
    assert f"The cache of the database has {running} MB" in finding.words

    settings.DATABASE_IS_EMBEDDED = False
    assert not list(cache.look())


@pytest.mark.parametrize(
    ("free", "available", "free_files", "state"),
    [
        (500, 500, 500, State.WELL),
        (160, 160, 500, State.WELL),
        (150, 150, 500, State.WARNING),
        # What only root may use is not there for us.
        (160, 100, 500, State.WARNING),
        (500, 500, 100, State.WARNING),
        (20, 20, 500, State.BROKEN),
        (0, 0, 500, State.BROKEN),
    ],
)
def test_a_disk_is_told_of_before_it_is_full(free: int, available: int, free_files: int, state: State) -> None:
    measured = os.statvfs_result((4096, 4096, 1000, free, available, 1000, free_files, free_files, 0, 255))

    assert disk.judged(Path("/data"), measured).state is state


def test_a_disk_that_does_not_count_files_is_judged_by_its_bytes() -> None:
    measured = os.statvfs_result((4096, 4096, 1000, 500, 500, 0, 0, 0, 0, 255))

    assert disk.judged(Path("/data"), measured).state is State.WELL


@pytest.mark.django_db
@pytest.mark.parametrize("check", all_checks(), ids=lambda check: check.title)
def test_every_check_says_what_it_found_and_how_to_mend_it(check: Check) -> None:
    """The contract of the folder: words for people, and a remedy wherever something is not well."""
    findings: Iterator[Finding] = iter(check.look())

    for finding in findings:
        assert finding.words
        assert bool(finding.remedy) is (finding.state is not State.WELL)
