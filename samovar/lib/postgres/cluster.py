"""Starting, stopping and watching the embedded cluster of one installation."""

import fcntl
import os
import shlex
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from samovar.lib.errors import Trouble
from samovar.lib.postgres import binaries, owner, place, processes, tuning

MAJOR = "18"
SUPERUSER = "postgres"
PATIENCE_SECONDS = 600
PID_FILE = "postmaster.pid"
ADVICE = "Look at what it said, free disk space or memory if it lacks any, and start again."


def _silent(text: str) -> None:
    """Say nothing."""


@dataclass(frozen=True)
class Cluster:
    """The embedded PostgreSQL of the installation in ``home``."""

    home: Path

    def start(self, *, durable: bool = True, say: Callable[[str], None] = _silent) -> None:
        """Make sure that the server runs and takes connections; makes the cluster when there is none.

        Costs next to nothing when it runs, and brings back one that was killed: a supervisor may call it every second.
        Of several processes that start together one does the work. Raises Trouble when it cannot be.
        """
        if self.is_ready() and not self._is_outdated():
            return
        with self._alone():
            if self._comes_up() and not self._is_outdated():
                return
            self._end()
            runner = owner.of(self.home)
            programs = binaries.folder_for(runner)
            self._make_room(runner)
            if not place.data(self.home).exists():
                say("Making the database …")
                self._initialise(runner, programs, durable)
            self._check_version()
            self._clear_away()
            self._configure(runner, durable)
            say("Starting the database …")
            self._launch(runner, programs)
            self._make_database()

    def stop(self) -> bool:
        """Stop the server if it runs, ending its connections; returns whether it ran."""
        with self._alone():
            return self._end()

    def is_ready(self) -> bool:
        """Tell whether the server runs and takes connections."""
        return self.pid() is not None and self._state() == "ready"

    def pid(self) -> int | None:
        """Return the number of the server's process, or None when it does not run."""
        lines = self._pid_lines()
        if not lines or not lines[0].lstrip("-").isdigit():
            return None
        pid = abs(int(lines[0]))
        return pid if processes.is_server(pid, place.data(self.home)) else None

    def log(self, lines: int = 15) -> str:
        """Return the last lines that the server wrote."""
        folder = place.folder(self.home) / "log"
        newest = sorted(folder.glob("*.log"), key=lambda path: path.stat().st_mtime)[-1:]
        return "\n".join("\n".join(path.read_text(errors="replace").splitlines()[-lines:]) for path in newest)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        self.home.mkdir(parents=True, exist_ok=True)
        if self.home == place.ROOT_PLACE:
            owner.open_root_place()
        # The home folder itself is the lock: nothing to create, nothing to own, nothing to clear away.
        lock = os.open(self.home, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _pid_lines(self) -> list[str]:
        try:
            return (place.data(self.home) / PID_FILE).read_text(encoding="utf-8", errors="replace").splitlines()
        except (FileNotFoundError, PermissionError):
            return []

    def _state(self) -> str:
        lines = self._pid_lines()
        return lines[7].strip() if len(lines) > 7 else "starting"

    def _comes_up(self) -> bool:
        """Wait for a server that somebody started outside our lock, or that is just stopping."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self.pid() is not None:
            if self._state() == "ready":
                return True
            if time.monotonic() > deadline:
                raise Trouble(f"The database has been {self._state()} for ten minutes.\n{self.log()}\n{ADVICE}")
            time.sleep(0.05)
        return False

    def _is_outdated(self) -> bool:
        """Tell whether an upgrade has removed the programs that run: they can no longer load their parts."""
        pid = self.pid()
        return pid is not None and processes.is_replaced(pid)

    def _end(self) -> bool:
        """Stop the server, and return whether it ran."""
        pid = self.pid()
        if pid is None:
            return False
        # Not by pg_ctl: it takes a zombie for a server that is still busy stopping, and waits for it.
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGINT)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self.pid() == pid:
            if time.monotonic() > deadline:
                raise Trouble(f"The database does not stop.\n{self.log()}")
            time.sleep(0.02)
        self._clear_away()
        sockets = place.listening_folder(self.home)
        if not sockets.is_relative_to(place.folder(self.home)):
            sockets.rmdir()
        return True

    def _make_room(self, runner: owner.Owner) -> None:
        link = self.home / "postgres"
        if not link.is_symlink() and not link.exists():
            if runner.can_enter(self.home):
                link.mkdir(mode=0o755)
            else:
                link.symlink_to(_room_elsewhere(self.home))
        folder = place.folder(self.home)
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755)
        runner.give(folder / "log", 0o700)
        sockets = place.listening_folder(self.home)
        if sockets.is_symlink() or (sockets.exists() and sockets.stat().st_uid not in (runner.uid, os.geteuid())):
            raise Trouble(f"{sockets} is in the way and belongs to somebody else: remove it.")
        runner.give(sockets, 0o711)

    def _initialise(self, runner: owner.Owner, programs: Path, durable: bool) -> None:
        draft = place.folder(self.home) / "data.new"
        shutil.rmtree(draft, ignore_errors=True)
        runner.give(draft, 0o700)
        command: list[str | Path] = [programs / "initdb", "-D", draft, "-U", SUPERUSER, "--encoding=UTF8"]
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--auth=peer"]
        # The search for similar names asks the C library what a letter is; in the locale C only a to z are.
        command += ["--locale=C", "--lc-ctype=C.UTF-8"]
        command += [] if durable else ["--no-sync"]
        made = runner.run(command, place.folder(self.home))
        if made.returncode:
            raise Trouble(f"The database could not be made in {draft}:\n{made.stdout.strip()}\n{ADVICE}")
        # Under its own name only when it is whole: a start that was cut off leaves nothing that looks like data.
        draft.rename(place.data(self.home))

    def _check_version(self) -> None:
        found = (place.data(self.home) / "PG_VERSION").read_text(encoding="ascii").strip()
        if found != MAJOR:
            raise Trouble(
                f"The data of {self.home} were written by PostgreSQL {found}, this Samovar brings {MAJOR}: make a "
                "backup with the Samovar that wrote them, and restore it into a new SAMOVAR_HOME."
            )

    def _clear_away(self) -> None:
        """Remove what a dead server left, which would make the next one believe that it lives."""
        data, sockets = place.data(self.home), place.listening_folder(self.home)
        processes.end_leftovers(data)
        for path in (data / PID_FILE, sockets / place.SOCKET, sockets / f"{place.SOCKET}.lock"):
            path.unlink(missing_ok=True)

    def _configure(self, runner: owner.Owner, durable: bool) -> None:
        folder, sockets = place.folder(self.home), place.listening_folder(self.home)
        files = {
            "hba_file": str(folder / "hba.conf"),
            "ident_file": str(folder / "ident.conf"),
            "log_directory": str(folder / "log"),
            "unix_socket_directories": '"' + str(sockets).replace('"', '""') + '"',
        }
        settings = tuning.settings(durable, place.stored_megabytes(self.home)) | files
        _write(folder / "server.conf", [f"{name} = {tuning.quoted(value)}" for name, value in settings.items()])
        _write(folder / "hba.conf", ["local all all peer map=samovar", "local replication all peer map=samovar"])
        people = sorted({runner.name, owner.of(self.home).name, "root"})
        _write(folder / "ident.conf", [f'samovar "{who}" {role}' for who in people for role in (SUPERUSER, place.ROLE)])

    def _launch(self, runner: owner.Owner, programs: Path) -> None:
        folder = place.folder(self.home)
        options = f"-c config_file={shlex.quote(str(folder / 'server.conf'))}"
        # Relative paths: pg_ctl hands them to a shell with next to no quoting.
        command: list[str | Path] = [programs / "pg_ctl", "-D", "data", "-l", "log/start.log", "-o", options]
        with processes.adopting():
            result = runner.run([*command, "-w", "-t", str(PATIENCE_SECONDS), "start"], folder)
        if result.returncode or not self.is_ready():
            raise Trouble(f"The database does not start. {result.stdout.strip()}\n{self.log()}\n{ADVICE}")

    def _make_database(self) -> None:
        address = {"host": str(place.socket_folder(self.home)), "user": SUPERUSER, "dbname": "postgres"}
        role, database = sql.Identifier(place.ROLE), sql.Identifier(place.DATABASE)
        # All three are words of libpq, beside which the stubs expect other types.
        with psycopg.connect(**address, autocommit=True) as connection:  # type: ignore[arg-type]
            if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [place.ROLE]).fetchone() is None:
                # Not the superuser: what an attacker could make the application say must not reach files or programs.
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB IN ROLE pg_monitor").format(role))
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [place.DATABASE]).fetchone() is None:
                connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, role))


def _room_elsewhere(home: Path) -> Path:
    """Make a folder that the database's system user can enter, for a home that is closed to it (root's, say)."""
    rooms = owner.open_root_place() / "clusters"
    rooms.mkdir(mode=0o755, exist_ok=True)
    room = Path(tempfile.mkdtemp(prefix=f"{place.digest(home)}-", dir=rooms))
    _write(room / "home", [str(home)])
    return room


def _write(path: Path, lines: list[str]) -> None:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    path.chmod(0o644)
