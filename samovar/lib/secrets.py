"""The secrets of an installation: made at first use, kept in ``SAMOVAR_HOME/secrets`` readable by the owner only.

Each purpose has a key of its own, so that one that leaks opens nothing else. Keys never enter the database.
"""

import os
import secrets
from collections.abc import Callable
from functools import cache
from pathlib import Path

from samovar.lib import env


@cache
def key(purpose: str) -> str:
    """Return the secret for ``purpose`` (384 bits, URL-safe text), making it when it does not exist yet."""
    return kept(purpose, lambda: secrets.token_urlsafe(48))


def kept(purpose: str, make: Callable[[], str]) -> str:
    """Return what is kept for ``purpose``; what ``make`` returns is kept when nothing is yet."""
    path = _path(purpose)
    if not path.exists():
        _keep(path, make())
    return path.read_text(encoding="ascii").strip()


def versions(purpose: str) -> dict[int, str]:
    """Return all keys of ``purpose`` by their number: the file ``reply`` is number 1, ``reply-2`` number 2."""
    found = {}
    for path in _path(purpose).parent.glob(f"{purpose}*"):
        version = path.name.removeprefix(purpose).removeprefix("-") or "1"
        if version.isdigit() and path.name in (purpose, f"{purpose}-{version}"):
            found[int(version)] = path.read_text(encoding="ascii").strip()
    return found


def renew(purpose: str) -> None:
    """Add a newer key beside those of ``purpose``; processes take it up when they start."""
    key(purpose)
    kept(f"{purpose}-{max(versions(purpose)) + 1}", lambda: secrets.token_urlsafe(48))


def forget(purpose: str) -> None:
    """Remove what is kept for ``purpose``, if anything is."""
    _path(purpose).unlink(missing_ok=True)


def _path(purpose: str) -> Path:
    return env.home() / "secrets" / purpose


def _keep(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    _give(path.parent)
    draft = path.with_suffix(f".{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        _give(draft)
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        # A link never overwrites: of two processes that start together, one key wins for both.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _give(path: Path) -> None:
    """Give ``path`` to whom the installation belongs: root may have typed the first command of a service."""
    if os.geteuid() == 0:
        owner = env.home().stat()
        os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)
