"""Making a backup: everything that an installation needs to rise again elsewhere, in one file."""

import select
import subprocess
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from samovar.lib.errors import Trouble
from samovar.lib.postgres import programs
from samovar.operations import archive
from samovar.operations.archive import Contents, Watch

PATIENCE_SECONDS = 1
NAME = "backup-{:%Y%m%d-%H%M%S}.samovar"
PATTERN = "backup-*.samovar"
ABANDONED = timedelta(days=1)


def make(path: Path, written: Watch, read: Watch) -> Contents:
    """Write a backup of the running installation to ``path`` and read it back; ``path`` changes at the end only.

    The dump is one moment of the database, whoever works meanwhile. Raises Trouble when it cannot be made.
    """
    migrations = [f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations()]
    try:
        with archive.writing(path, sorted(migrations), written) as writer:
            _dump(writer)
            for secret in sorted((settings.HOME / "secrets").iterdir()):
                # A name with a dot is a secret that is just being made.
                if "." not in secret.name:
                    with secret.open("rb") as source:
                        writer.add(f"secrets/{secret.name}", source)
    except OSError as error:
        raise Trouble(f"The backup could not be written to {path}: {error.strerror or error}.") from error
    return archive.verify(path, read)


def dated(folder: Path) -> Path:
    """Return the name that a backup gets in ``folder``, which is made; raises Trouble when it cannot be."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Trouble(f"The folder {folder} could not be made: {error.strerror}.") from error
    return folder / NAME.format(datetime.now(UTC))


def keep_newest(folder: Path, count: int) -> None:
    """Remove all backups named by their date from ``folder`` but the newest, and what died while it was made."""
    for old in sorted(folder.glob(PATTERN))[:-count]:
        old.unlink()
    limit = datetime.now(UTC) - ABANDONED
    for draft in folder.glob(f"{PATTERN}.part"):
        # One that is younger may be on its way just now.
        if datetime.fromtimestamp(draft.stat().st_mtime, UTC) < limit:
            draft.unlink()


class _Output:
    """What a process writes, waited for a little at a time: a Ctrl-C just before a long wait would go unheard."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        self._pipe = process.stdout

    def read(self, size: int, /) -> bytes:
        """Return what there is, empty at the end."""
        while not select.select([self._pipe], [], [], PATIENCE_SECONDS)[0]:
            pass
        return self._pipe.read(size)


def _dump(writer: archive.Writer) -> None:
    database = settings.DATABASES["default"]
    command: list[str | Path] = [
        programs.find("pg_dump"),
        "--format=custom",
        # Most of it are attachments, which hardly shrink: the usual level takes three times as long for 2 % less.
        "--compress=1",
        "--no-owner",
        "--no-privileges",
        "--no-password",
    ]
    with tempfile.TemporaryFile() as complaints:
        with subprocess.Popen(
            [*command, "--dbname", programs.address(database)],
            env={**programs.environment(database), "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=complaints,
            bufsize=0,
        ) as process:
            try:
                writer.add(archive.DUMP, _Output(process))
            except BaseException:
                process.kill()
                raise
        if process.returncode:
            complaints.seek(0)
            raise Trouble(f"pg_dump could not read the database: {complaints.read().decode(errors='replace').strip()}")
