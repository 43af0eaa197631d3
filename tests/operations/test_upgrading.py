"""A new version keeps what was before it changes the tables, waits for those who work, and an old one stays away."""

import json
import zipfile

from tests.installation import Installation

INVITATIONS = "SELECT 1 FROM django_migrations WHERE app = 'accounts' AND name LIKE '0003%'"


def _with_somebody(installation: Installation) -> None:
    words = ("user", "create", "anna@aurora.example", "--name", "Anna", "--role", "admin", "--password-stdin")
    installation.run(*words, given="warm oak table 7\n")


def _as_it_was_before(installation: Installation) -> None:
    """Take the tables back to those of an earlier version."""
    installation.run("manage", "migrate", "accounts", "0002", "--verbosity", "0")
    assert not installation.ask(INVITATIONS)


def test_an_older_samovar_refuses_tables_of_a_newer_one_and_changes_nothing(installation: Installation) -> None:
    _with_somebody(installation)
    installation.ask("INSERT INTO django_migrations (app, name, applied) VALUES ('zoo', '0001_x', now()) RETURNING id")
    before = installation.ask("SELECT count(*), max(id) FROM django_migrations")

    for words in (("start",), ("user", "password", "anna@aurora.example"), ("db", "migrate")):
        said = installation.run(*words, code=1).stderr
        assert "a newer Samovar" in said
        assert "zoo.0001_x" in said
        assert "samovar restore --replace" in said
        assert "Traceback" not in said

    assert installation.ask("SELECT count(*), max(id) FROM django_migrations") == before


def test_what_was_there_is_kept_before_the_tables_change(installation: Installation) -> None:
    folder = installation.home / "backups"
    _with_somebody(installation)
    assert not folder.exists(), "a new installation has nothing to keep"

    _as_it_was_before(installation)
    said = installation.run("user", "password", "anna@aurora.example", code=1).stderr

    assert "Making a backup before the upgrade" in said
    [kept] = folder.iterdir()
    assert "is whole" in installation.run("check-backup", kept).stdout
    with zipfile.ZipFile(kept) as archive:
        assert "accounts.0003_invitations" not in json.loads(archive.read("manifest.json"))["migrations"]
    assert folder.stat().st_mode & 0o077 == 0
    assert installation.ask(INVITATIONS)


def test_the_last_three_backups_are_kept_and_the_operator_may_do_without(installation: Installation) -> None:
    _with_somebody(installation)
    folder = installation.home / "backups"
    folder.mkdir()
    for day in range(1, 5):
        (folder / f"before-upgrade-2020010{day}-000000.samovar").write_text("old")
    (folder / "mine.samovar").write_text("of the operator")

    _as_it_was_before(installation)
    installation.run("db", "migrate", "--without-backup")
    assert len(list(folder.iterdir())) == 5
    _as_it_was_before(installation)
    assert "those of this version" in installation.run("db", "migrate").stdout

    assert sorted(path.name[:23] for path in folder.iterdir())[:2] == [
        "before-upgrade-20200103",
        "before-upgrade-20200104",
    ]
    assert len(list(folder.iterdir())) == 4


def test_a_table_that_somebody_works_on_is_waited_for_without_holding_up_the_others(installation: Installation) -> None:
    _with_somebody(installation)
    installation.run("manage", "migrate", "conversations", "0016", "--verbosity", "0")

    with installation.connect() as busy, installation.connect() as colleague:
        busy.autocommit = False
        # Somebody who writes for long; the change needs the table for itself.
        busy.execute("LOCK TABLE accounts_team IN ROW EXCLUSIVE MODE")
        with installation.begin("db", "migrate", "--without-backup") as running:
            assert running.stdout is not None
            lines = iter(running.stdout.readline, "")
            assert any("trying again until they are done" in line for line in lines)
            # Whoever writes meanwhile comes past the change that waits: at the latest when that gives up for a while.
            colleague.execute("SET lock_timeout = '5s'")
            for _ in range(3):
                colleague.execute("BEGIN; LOCK TABLE accounts_team IN ROW EXCLUSIVE MODE; COMMIT")
            assert not installation.ask("SELECT 1 FROM pg_class WHERE relname = 'conversations_inbox_teams'")
            busy.rollback()
            rest = running.stdout.read()

    assert "those of this version" in rest
    assert running.returncode == 0
    assert installation.ask("SELECT to_regclass('conversations_inbox_teams')::text") == [("conversations_inbox_teams",)]


def test_an_upgrade_that_is_begun_again_keeps_the_backup_of_before_the_first_try(installation: Installation) -> None:
    _with_somebody(installation)
    _as_it_was_before(installation)

    with installation.connect() as busy:
        busy.autocommit = False
        # Whoever makes the backup may read.
        busy.execute("LOCK TABLE accounts_team IN SHARE MODE")
        with installation.begin("db", "migrate") as running:
            assert running.stdout is not None
            assert any("trying again until they are done" in line for line in iter(running.stdout.readline, ""))
            running.kill()
        busy.rollback()
    kept = sorted((installation.home / "backups").glob("*.samovar"))
    said = installation.run("db", "migrate").stderr

    assert "is there already" in said
    assert len(kept) == 1
    assert sorted((installation.home / "backups").iterdir()) == kept


def test_without_room_for_a_backup_nothing_is_changed(installation: Installation) -> None:
    _with_somebody(installation)
    _as_it_was_before(installation)
    # A folder in which nothing can be written is what a full disk is to whoever writes.
    (installation.home / "backups").write_text("a file is in the way")

    said = installation.run("user", "password", "anna@aurora.example", code=1).stderr

    assert "backups" in said
    assert "Traceback" not in said
    assert not installation.ask(INVITATIONS)
