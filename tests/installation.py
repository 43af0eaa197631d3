"""An installation of a test's own, used as a person uses one: by the ``samovar`` command in processes of their own."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from samovar.lib.postgres import place
from samovar.lib.postgres.cluster import Cluster

ROOT = Path(__file__).resolve().parent.parent
PATIENCE_SECONDS = 300
HOMES = "samovar-tests-"


@contextmanager
def empty_home() -> Iterator[Path]:
    """Give the path of an empty home folder, not yet made; its cluster is stopped and all is removed afterwards."""
    # Not below pytest's own folder, which only its owner can enter: as root, PostgreSQL's user must be able to.
    folder = Path(tempfile.mkdtemp(prefix=f"{HOMES}{os.getpid()}-"))
    folder.chmod(0o711)
    yield folder / "home"
    clear_away(folder / "home")
    shutil.rmtree(folder)


def clear_away(home: Path) -> None:
    """Stop the cluster of a home folder, and remove all that is in it."""
    if home.exists():
        Cluster(home).stop()
        shutil.rmtree(place.folder(home), ignore_errors=True)
        shutil.rmtree(home)


@dataclass(frozen=True)
class Installation:
    """The installation in ``home``; ``variables`` are added to the environment of its commands."""

    home: Path
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def cluster(self) -> Cluster:
        """The embedded database."""
        return Cluster(self.home)

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a command of this installation."""
        inherited = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        return {**inherited, "SAMOVAR_HOME": str(self.home), **self.variables}

    def run(self, *words: str | Path, code: int | None = 0, given: str = "") -> subprocess.CompletedProcess[str]:
        """Run ``samovar words…`` to its end; ``code`` is the exit code that must come back, None for any."""
        command = [sys.executable, "-m", "samovar", *map(str, words)]
        found = subprocess.run(
            command,
            cwd=ROOT,
            env=self.environment,
            input=given,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
        assert code in (None, found.returncode), f"{words} ended with {found.returncode}:\n{found.stdout}{found.stderr}"
        return found

    def begin(self, *words: str | Path, **more: Any) -> subprocess.Popen[str]:
        """Start ``samovar words…`` and leave it running; its output and errors come together."""
        command = [sys.executable, "-m", "samovar", *map(str, words)]
        return subprocess.Popen(
            command,
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            # Whoever runs the tests in the background ignores what these processes are sent.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
            **more,
        )

    def connect(self, database: str = place.DATABASE) -> psycopg.Connection[tuple[Any, ...]]:
        """Return an autocommitting connection to the embedded database, as the application has it."""
        folder = str(place.socket_folder(self.home))
        return psycopg.connect(host=folder, user=place.ROLE, dbname=database, autocommit=True)

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """Return all rows of ``query``."""
        with self.connect() as connection:
            return connection.execute(query.encode()).fetchall()
