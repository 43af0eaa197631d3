"""Where the embedded cluster of an installation lies and listens."""

import hashlib
import os
from pathlib import Path
from typing import TypedDict

DATABASE = "samovar"
ROLE = "samovar"
SOCKET = ".s.PGSQL.5432"
# The kernel takes no longer path of a socket.
LONGEST_SOCKET = 107
# Where root's installations keep what the database's own system user must be able to enter.
ROOT_PLACE = Path("/var/lib/samovar")


class Address(TypedDict):
    """Where a PostgreSQL listens, as Django's DATABASES wants it."""

    NAME: str
    USER: str
    PASSWORD: str
    HOST: str
    PORT: str


def embedded_address(home: Path) -> Address:
    """Return where the embedded cluster of ``home`` listens, whether it runs or not."""
    return {"NAME": DATABASE, "USER": ROLE, "PASSWORD": "", "HOST": str(socket_folder(home)), "PORT": "5432"}


def socket_folder(home: Path) -> Path:
    """Return the folder in which clients of ``home`` find the socket: a short private one when the home is long."""
    inside = home / "postgres" / "run"
    too_long = len(os.fsencode(inside / SOCKET)) > LONGEST_SOCKET
    # A client takes a comma for the border between two hosts.
    return Path("/tmp") / f"samovar-{digest(home)}" if too_long or "," in str(inside) else inside


def listening_folder(home: Path) -> Path:
    """Return the same folder as the server must call it, who may be unable to pass through ``home``."""
    seen_by_clients = socket_folder(home)
    return folder(home) / "run" if seen_by_clients.is_relative_to(home) else seen_by_clients


def folder(home: Path) -> Path:
    """Return the folder that holds everything of the cluster; ``home/postgres`` is it, or a link to it."""
    link = home / "postgres"
    return link.readlink() if link.is_symlink() else link


def data(home: Path) -> Path:
    """Return the data directory of the cluster."""
    return folder(home) / "data"


def stored_megabytes(home: Path) -> int:
    """Return how much the databases of the cluster hold, its log of changes not counted."""
    files = (path for path in (data(home) / "base").glob("*/*") if path.is_file())
    return sum(path.stat().st_size for path in files) // 2**20


def digest(path: Path) -> str:
    """Return a short name that stands for ``path``."""
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
