"""Who the cluster runs as: the person who started it, and under root a system user of its own."""

import fcntl
import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from samovar.lib.errors import Trouble
from samovar.lib.postgres import place

SYSTEM_USER = "samovar"


@dataclass(frozen=True)
class Owner:
    """A user of this machine under whom the cluster's programs run."""

    name: str
    uid: int
    gid: int

    def run(self, command: Sequence[str | Path], folder: Path = Path("/")) -> subprocess.CompletedProcess[str]:
        """Run ``command`` as this user in ``folder`` with a clean environment; output and errors come together."""
        is_me = os.geteuid() == self.uid
        return subprocess.run(
            [str(part) for part in command],
            cwd=folder,
            env={"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC", "HOME": "/"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            umask=0o077,
            check=False,
            user=None if is_me else self.uid,
            group=None if is_me else self.gid,
            extra_groups=None if is_me else [],
        )

    def can_enter(self, path: Path) -> bool:
        """Tell whether this user passes through every folder down to ``path`` and may run or enter it."""
        return self.uid == os.geteuid() or self.run(["test", "-x", path]).returncode == 0

    def give(self, path: Path, mode: int) -> None:
        """Make the folder ``path`` belong to this user alone; its parent belongs to whoever calls."""
        path.mkdir(mode=mode, exist_ok=True)
        path.chmod(mode)
        if os.geteuid() == 0:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)


def of(home: Path) -> Owner:
    """Return who runs the cluster of ``home``: the owner of its data, or who is to own data not yet made."""
    data = place.data(home)
    me = os.geteuid()
    try:
        found = data.stat().st_uid
    except FileNotFoundError:
        found = None
    except PermissionError:
        raise Trouble(f"You may not enter {data.parent}: run this as the user who set this installation up.") from None
    if found is None:
        return _system_user() if me == 0 else _known(me)
    if me not in (0, found):
        raise Trouble(f"{data} belongs to another user: run this as {_name(found)}.")
    if found == 0:
        raise Trouble(f"{data} belongs to root, and PostgreSQL never runs as root: give it to the user {SYSTEM_USER}.")
    return _known(found)


def open_root_place() -> Path:
    """Make the folder of root's installations, which the system user must be able to pass through."""
    place.ROOT_PLACE.mkdir(parents=True, exist_ok=True)
    place.ROOT_PLACE.chmod(place.ROOT_PLACE.stat().st_mode | 0o711)
    return place.ROOT_PLACE


def open_shelf() -> Path:
    """Make the folder of the programs that all of root's installations share; it is the lock of what they share, too.

    The root place cannot be: it may be the home of an installation, which is the lock of that one.
    """
    shelf = open_root_place() / "programs"
    shelf.mkdir(mode=0o755, exist_ok=True)
    return shelf


def _known(uid: int) -> Owner:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        raise Trouble(
            f"The user number {uid} has no name on this machine, and PostgreSQL wants one: "
            "add it to /etc/passwd, or set DATABASE_URL to another PostgreSQL."
        ) from None
    return Owner(entry.pw_name, uid, entry.pw_gid)


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"the user number {uid}"


def _system_user() -> Owner:
    # Of two installations that start together, one makes the user for both.
    lock = os.open(open_shelf(), os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            uid = pwd.getpwnam(SYSTEM_USER).pw_uid
        except KeyError:
            uid = _make_system_user()
    finally:
        os.close(lock)
    return _known(uid)


def _make_system_user() -> int:
    command = ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin"]
    command += ["--home-dir", str(place.ROOT_PLACE), SYSTEM_USER]
    path = "/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin"
    try:
        made = subprocess.run(command, env={"PATH": path}, capture_output=True, text=True, check=False)
        said = made.stderr.strip()
    except FileNotFoundError:
        said = "there is no useradd on this machine"
    try:
        return pwd.getpwnam(SYSTEM_USER).pw_uid
    except KeyError:
        raise Trouble(
            f"PostgreSQL never runs as root, and its system user {SYSTEM_USER!r} could not be made ({said}): "
            "make it by hand, or run Samovar as an ordinary user."
        ) from None
