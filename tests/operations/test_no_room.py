"""A disk without any room: said in a sentence, and nothing that was stored is lost."""

import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from samovar.lib.postgres.cluster import Cluster
from tests.installation import Installation

MEGABYTE = 2**20
NO_ROOM = "No space left on device"


@pytest.fixture
def small() -> Iterator[Installation]:
    """Return an installation with a running database on a small disk of its own, where such can be made."""
    disk = Path(tempfile.mkdtemp(prefix="samovar-tests-disk-"))
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=200m,mode=711", "tmpfs", disk], check=False)
    if mounted.returncode:
        disk.rmdir()
        pytest.skip("only root can make a disk")
    home = disk / "home"
    try:
        Cluster(home).start()
        yield Installation(home)
    finally:
        Cluster(home).stop()
        subprocess.run(["umount", disk], check=True)
        disk.rmdir()


def add(installation: Installation, name: str, code: int | None = 0) -> subprocess.CompletedProcess[str]:
    words = ("user", "create", f"{name}@aurora.example", "--name", name, "--role", "admin", "--password-stdin")
    return installation.run(*words, given="warm oak table 7\n", code=code)


def fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file, pytest.raises(OSError, match=NO_ROOM):
        while True:
            file.write(b"x" * MEGABYTE)


def test_what_was_stored_outlives_a_full_disk(small: Installation) -> None:
    add(small, "anna")
    disk = small.home.parent

    with small.connect() as busy:
        fill(disk / "filler")
        # More than what is set aside for the log of changes.
        with pytest.raises(psycopg.OperationalError):
            busy.execute("CREATE TABLE much AS SELECT repeat(md5(n::text), 30) FROM generate_series(1, 90000) n")
    # What that took is free again.
    fill(disk / "more")
    said = add(small, "boris", code=None)
    kept = small.run("backup", disk / "backup", code=1)

    assert NO_ROOM in kept.stderr
    assert "Traceback" not in said.stderr + kept.stderr
    assert said.returncode == 0 or NO_ROOM in said.stderr

    for name in ("filler", "more"):
        (disk / name).unlink()
    add(small, "vera")
    people = {"anna", "vera"} | ({"boris"} if said.returncode == 0 else set())
    assert {email.partition("@")[0] for (email,) in small.ask("SELECT email FROM accounts_user")} == people
    assert "is whole" in small.run("backup", disk / "backup").stdout
