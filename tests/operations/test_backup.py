"""What a backup holds rises again elsewhere, whole and silent; a damaged one is noticed before anything is touched."""

import json
import os
import shlex
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest

from samovar.lib import faults
from samovar.lib.errors import Trouble
from samovar.lib.postgres import place
from samovar.operations import archive
from tests.installation import PATIENCE_SECONDS, ROOT, Installation
from tests.patience import until

FILL = """
import os, django
os.environ["DJANGO_SETTINGS_MODULE"] = "samovar.settings"
django.setup()
from tests import make
for number in range(3):
    make.conversation()
olga = make.agent("olga")
"""
QUESTION = "SELECT email, (SELECT count(*) FROM jobs_hold) FROM accounts_user WHERE name = 'Olga'"
# Whatever is in a table, in one number; rows in no particular order.
CHECKSUM = "SELECT count(*), coalesce(sum(('x' || left(md5(t::text), 15))::bit(60)::bigint), 0) FROM {} t"


@pytest.fixture(scope="module")
def original() -> Iterator[Installation]:
    """Return an installation that people work with."""
    yield from _installation(FILL)


@pytest.fixture
def other() -> Iterator[Installation]:
    """Return an empty installation on another machine, as it were."""
    yield from _installation()


def _installation(fill: str = "") -> Iterator[Installation]:
    outer = Path(tempfile.mkdtemp())
    outer.chmod(0o711)
    installation = Installation(outer / "home")
    installation.cluster.start(durable=False)
    if fill:
        installation.run("sending", "status")
        with installation.connect() as connection:
            # A cluster that has lived for a while: numbers of transactions that a new one has not reached.
            connection.execute(
                "CREATE PROCEDURE age() LANGUAGE plpgsql AS $$ BEGIN FOR i IN 1..5000 LOOP"
                " PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$"
            )
            connection.execute("CALL age()")
            connection.execute("DROP PROCEDURE age")
        subprocess.run(
            [sys.executable, "-c", fill], cwd=ROOT, env=installation.environment, check=True, timeout=PATIENCE_SECONDS
        )
    yield installation
    installation.cluster.stop()
    shutil.rmtree(outer)


@pytest.fixture(scope="module")
def made(original: Installation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a backup of the original, made by its command."""
    path = tmp_path_factory.mktemp("backup") / "samovar.backup"
    said = original.run("backup", path).stdout
    assert said.endswith("and is whole.\n")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]
    return path


@pytest.fixture
def file(made: Path, tmp_path: Path) -> Path:
    """Return a backup of the original that a test may damage."""
    return Path(shutil.copy(made, tmp_path))


def _checksums(installation: Installation) -> dict[str, tuple[int, int]]:
    tables = [name for (name,) in installation.ask("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    return {table: installation.ask(CHECKSUM.format(table))[0] for table in tables}


def _secrets(installation: Installation) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (installation.home / "secrets").iterdir()}


def test_everything_rises_again_elsewhere_and_sends_nothing(
    original: Installation, other: Installation, made: Path, file: Path
) -> None:
    before = _checksums(original)
    assert before["events_event"][0] > 0

    said = other.run("restore", file).stdout

    after = _checksums(other)
    assert "samovar sending resume" in said
    assert other.ask("SELECT work FROM jobs_hold") == [("sending",)]
    # The hold, what the audit log says of it, and the clock that is lifted over what was stored, are all that differ.
    differing = {table for table in before if before[table] != after[table]}
    assert differing == {"jobs_hold", "events_clock", "accounts_auditentry"}
    assert _secrets(other) == _secrets(original)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (other.home / "secrets").iterdir()}
    assert modes == {0o600}
    [(behind,)] = other.ask("SELECT count(*) FROM events_event WHERE tx >= events_tx()")
    assert behind == 0, "the next event comes after all that were restored"
    [(analyzed,)] = other.ask("SELECT reltuples::bigint FROM pg_class WHERE relname = 'events_event'")
    assert analyzed == before["events_event"][0]
    assert sorted(name for (name,) in other.ask("SELECT datname FROM pg_database")) == [
        "postgres",
        "samovar",
        "template0",
        "template1",
    ]

    # What is restored also knows of its backup: that was written down before it was made.
    told = "SELECT action, by_id, after->>'file' FROM accounts_auditentry WHERE action LIKE 'back%' ORDER BY id"
    assert other.ask(told)[-2:] == [("backed-up", None, str(made)), ("backup-restored", None, "samovar.backup")]

    assert "restored from samovar.backup" in other.run("sending", "status", code=3).stdout
    assert other.run("sending", "resume").stdout == "Mail and messages leave again.\n"
    assert other.run("sending", "status").stdout == "Mail and messages leave as usual.\n"
    assert other.run("sending", "resume").stdout == "Nothing was held.\n"
    other.run("sending", "hold", "--reason", "moving house")
    other.run("sending", "hold", "--reason", "again")
    told = "SELECT action, reason FROM accounts_auditentry WHERE action LIKE 'sending%' ORDER BY id"
    assert other.ask(told) == [("sending-resumed", ""), ("sending-held", "moving house")]


def test_an_installation_in_use_is_replaced_only_when_told_to(other: Installation, file: Path) -> None:
    other.run("restore", file)
    with other.connect() as connection:
        connection.execute("UPDATE accounts_user SET name = 'Changed since'")

    refused = other.run("restore", file, code=1).stderr
    assert "already holds people and letters" in refused
    assert other.ask("SELECT count(*) FROM accounts_user WHERE name = 'Changed since'") != [(0,)]

    with other.connect():
        assert "still at work (1 connections" in other.run("restore", file, "--replace", code=1).stderr
    other.run("restore", file, "--replace")
    assert other.ask("SELECT count(*) FROM accounts_user WHERE name = 'Changed since'") == [(0,)]


def test_a_restore_that_died_before_the_keys_were_in_place_is_noticed(
    original: Installation, other: Installation, file: Path
) -> None:
    dying = replace(other, variables={faults.VARIABLE: "restore.swapped:1"})
    dying.run("restore", str(file), code=-signal.SIGKILL)

    told = json.loads(other.run("doctor", "--json", code=1).stdout)
    [findings] = [one["findings"] for one in told["examined"] if one["title"] == "Leftovers"]
    assert "the database is the restored one, the keys are not" in findings[0]["words"]
    subprocess.run(findings[0]["remedy"].partition(" or: ")[2], shell=True, check=True, timeout=PATIENCE_SECONDS)

    assert _secrets(other) == _secrets(original)
    assert "keys are not" not in other.run("doctor", "--json", code=1).stdout


def test_nobody_can_put_a_link_in_the_place_of_a_backup(original: Installation, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine")
    (tmp_path / "b.samovar.part").symlink_to(victim)

    original.run("backup", str(tmp_path / "b.samovar"))

    assert victim.read_text() == "mine"
    assert stat.S_IMODE((tmp_path / "b.samovar").stat().st_mode) == 0o600


def _cut(content: bytearray) -> None:
    del content[len(content) // 2 :]


def _cut_the_last_byte(content: bytearray) -> None:
    del content[-1:]


def _flip(where: float) -> Callable[[bytearray], None]:
    def flip(content: bytearray) -> None:
        content[int(len(content) * where)] ^= 0x10

    return flip


def _empty(content: bytearray) -> None:
    content.clear()


DAMAGES: dict[str, Callable[[bytearray], None]] = {
    "cut in half": _cut,
    "without its last byte": _cut_the_last_byte,
    "with a bit flipped in the dump": _flip(0.5),
    "with a bit flipped near the end": _flip(0.995),
    "empty": _empty,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_backup_is_noticed(file: Path, damage: str) -> None:
    content = bytearray(file.read_bytes())
    DAMAGES[damage](content)
    file.write_bytes(content)

    with pytest.raises(Trouble, match=r"is damaged, or no backup of Samovar \("):
        archive.verify(file, lambda count: None)


def test_a_damaged_backup_is_refused_before_anything_is_touched(original: Installation, file: Path) -> None:
    before = _checksums(original), _secrets(original)
    os.truncate(file, file.stat().st_size - 1000)

    assert "damaged, or no backup" in original.run("restore", file, "--replace", code=1).stderr
    assert (_checksums(original), _secrets(original)) == before


def test_any_single_flipped_bit_is_noticed_or_harmless(file: Path) -> None:
    """Every 997th byte; what is accepted must read as it was written."""
    content = file.read_bytes()
    with zipfile.ZipFile(file) as whole:
        parts = {name: whole.read(name) for name in whole.namelist()}
    accepted = 0
    for place_of_bit in range(0, len(content), 997):
        damaged = bytearray(content)
        damaged[place_of_bit] ^= 1 << place_of_bit % 8
        file.write_bytes(damaged)
        try:
            archive.verify(file, lambda count: None)
        except Trouble:
            continue
        accepted += 1
        with zipfile.ZipFile(file) as read:
            assert {name: read.read(name) for name in read.namelist()} == parts
    assert accepted < 5


def test_what_is_no_backup_is_refused(original: Installation, tmp_path: Path) -> None:
    letter = tmp_path / "letter.zip"
    with zipfile.ZipFile(letter, "w") as other:
        other.writestr("letter.txt", "hello")

    assert "no backup of Samovar" in original.run("check-backup", letter, code=1).stderr
    with pytest.raises(Trouble, match="There is no file"):
        archive.verify(tmp_path / "nothing", lambda count: None)


OTHERS: dict[str, tuple[Callable[[str, bytes], bytes | None], str]] = {
    "that knows tables of a newer Samovar": (
        lambda name, content: content.replace(b'"migrations": [', b'"migrations": ["accounts.9999_telepathy",', 1),
        "that knows accounts.9999_telepathy",
    ),
    "of a newer form": (lambda name, content: content.replace(b'"format": 1', b'"format": 2', 1), "upgrade first"),
    "without a key": (lambda name, content: None if name == "secrets/django" else content, "parts are missing"),
    "without the database": (lambda name, content: None if name == archive.DUMP else content, "parts are missing"),
}


@pytest.mark.parametrize("other", OTHERS)
def test_a_backup_that_is_of_a_newer_samovar_or_not_complete_is_refused(
    original: Installation, file: Path, tmp_path: Path, other: str
) -> None:
    change, words = OTHERS[other]
    changed, before = tmp_path / "changed.backup", (_checksums(original), _secrets(original))
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            content = change(name, old.read(name))
            if content is not None:
                new.writestr(name, content)

    assert words in original.run("restore", changed, "--replace", code=1).stderr
    assert (_checksums(original), _secrets(original)) == before


def test_a_backup_that_is_broken_off_leaves_the_last_one(original: Installation, file: Path) -> None:
    before = file.read_bytes()
    with original.connect() as holding:
        # pg_dump waits for this table.
        holding.execute("BEGIN; LOCK TABLE accounts_user IN ACCESS EXCLUSIVE MODE")
        running = original.begin("backup", file)
        part = file.with_name(f"{file.name}.part")
        try:
            until(lambda: part.exists() or running.poll() is not None)
            running.send_signal(signal.SIGINT)
            running.communicate(timeout=PATIENCE_SECONDS)
        finally:
            running.kill()

    assert running.returncode != 0
    assert file.read_bytes() == before
    assert not part.exists()


def test_a_backup_every_night_keeps_the_newest(original: Installation, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    for name in ("backup-20200101-000000.samovar", "backup-20200102-000000.samovar", "mine.samovar"):
        (folder / name).write_text("old")
    abandoned = folder / "backup-20200103-000000.samovar.part"
    abandoned.write_text("half")
    os.utime(abandoned, (0, 0))

    original.run("backup", folder, "--keep", "2")

    old, new, mine = sorted(folder.iterdir())
    assert (old.name, mine.name) == ("backup-20200102-000000.samovar", "mine.samovar")
    assert "is whole" in original.run("check-backup", new).stdout


def test_a_full_or_missing_disk_is_said_in_a_sentence(original: Installation, tmp_path: Path) -> None:
    assert "could not be written" in original.run("backup", tmp_path / "no such folder" / "file", code=1).stderr
    words = ["bash", "-c", f'ulimit -f 16; exec "{sys.executable}" -m samovar backup "{tmp_path}/large"']
    found = subprocess.run(
        words, cwd=ROOT, env=original.environment, capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS
    )
    assert found.returncode == 1
    assert "File too large" in found.stderr
    assert not (tmp_path / "large").exists()


def test_a_database_of_the_operators_own_is_backed_up_and_restored_alike(
    original: Installation, other: Installation, file: Path
) -> None:
    with other.connect() as connection:
        connection.execute("CREATE DATABASE theirs")
    folder = quote(str(place.socket_folder(other.home)), safe="")
    theirs = replace(other, variables={"DATABASE_URL": f"postgresql://{place.ROLE}@{folder}/theirs"})

    theirs.run("restore", file)

    with other.connect("theirs") as connection:
        assert (
            connection.execute("SELECT count(*) FROM events_event").fetchone()
            == original.ask("SELECT count(*) FROM events_event")[0]
        )


def test_an_older_postgresql_takes_the_backup_of_a_newer_one(other: Installation, file: Path, tmp_path: Path) -> None:
    own = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not own:
        pytest.skip("there is no other PostgreSQL in /usr/lib/postgresql on this machine")
    script = tmp_path / "script"
    samovar = f"{shlex.quote(sys.executable)} -m samovar"
    script.write_text(f"{samovar} restore {shlex.quote(str(file))} && {samovar} db psql -Atc {shlex.quote(QUESTION)}")

    done = subprocess.run(
        [ROOT / "scripts" / "with-postgres", own[0].parent, "sh", script],
        cwd=ROOT,
        env=other.environment,
        capture_output=True,
        text=True,
        timeout=4 * PATIENCE_SECONDS,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "olga@aurora.example|1"
