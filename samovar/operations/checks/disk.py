"""There is room for what comes."""

import os
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from samovar.lib.postgres import place
from samovar.operations.examining import Check, Finding, broken, warning, well

FILLING, FULL = 0.85, 0.97
REMEDY = "Free some, or move SAMOVAR_HOME to a larger disk: a full one refuses new mail until there is room again."


def look() -> Iterator[Finding]:
    """Look at each disk that holds data of ours, bytes and files."""
    folders = [settings.HOME, *([place.data(settings.HOME)] if settings.DATABASE_IS_EMBEDDED else [])]
    by_disk = {folder.stat().st_dev: folder for folder in reversed(folders) if folder.exists()}
    for folder in by_disk.values():
        yield judged(folder, os.statvfs(folder))


def judged(folder: Path, disk: os.statvfs_result) -> Finding:
    """Return what to say of the disk that ``folder`` is on; the space that only root may use counts as taken."""
    used = _share(disk.f_blocks - disk.f_bfree, disk.f_bavail)
    files = _share(disk.f_files - disk.f_ffree, disk.f_favail)
    free = disk.f_bavail * disk.f_frsize
    words = f"The disk of {folder} is {max(used, files):.0%} full, {free / 1e9:,.1f} GB are free"
    if max(used, files) >= FULL:
        return broken(f"{words}.", REMEDY)
    if max(used, files) >= FILLING:
        return warning(f"{words}.", REMEDY)
    return well(words)


def _share(taken: int, available: int) -> float:
    # Some file systems do not count files.
    return taken / (taken + available) if taken + available else 0.0


CHECK = Check("Disk", look)
