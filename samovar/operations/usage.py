"""Who uses the embedded database: it is stopped by the process that started it, and only when no other needs it.

Every process that has made sure of the database holds a shared lock for as long as it lives; the kernel gives it back
however the process ends.
"""

import fcntl
import os
from functools import cache
from pathlib import Path


def begin(home: Path) -> None:
    """Count this process among those that use the database of ``home``, until it ends."""
    fcntl.flock(_lock(home), fcntl.LOCK_SH)


def is_last(home: Path) -> bool:
    """Tell whether this process is the only one left; nobody can begin until this one ends."""
    try:
        fcntl.flock(_lock(home), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        # The attempt may have cost us the shared lock.
        fcntl.flock(_lock(home), fcntl.LOCK_SH)
        return False
    return True


@cache
def _lock(home: Path) -> int:
    home.mkdir(parents=True, exist_ok=True)
    return os.open(home / "in-use", os.O_RDWR | os.O_CREAT, 0o600)
