"""Folders for unix sockets: their paths must stay short, whatever the folder of the installation is called."""

import hashlib
import os
import stat
import tempfile
from pathlib import Path

from samovar.lib.errors import Trouble

# The kernel takes 107 bytes; the longest name that we put into the folder is far below this reserve.
LONGEST_FOLDER = 80


class UnsafeFolder(Trouble):
    """The short folder for sockets exists, but it belongs to somebody else or is open to others."""


def folder(home: Path) -> Path:
    """Return the folder for the private sockets of ``home``, made when it is missing, for its owner only.

    It is ``home/run``, unless that path is too long for a socket: then a folder in the system's place for temporary
    files, the same for every process of this installation. Raises UnsafeFolder when another user made that one first.
    """
    own = home / "run"
    if len(os.fsencode(own)) <= LONGEST_FOLDER:
        own.mkdir(parents=True, exist_ok=True, mode=0o700)
        return own
    mark = hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
    short = Path(tempfile.gettempdir()) / f"samovar-{os.geteuid()}-{mark}"
    short.mkdir(exist_ok=True, mode=0o700)
    found = short.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o077:
        raise UnsafeFolder(f"{short} belongs to somebody else. Remove it, or choose a shorter SAMOVAR_HOME.")
    return short
