"""What became of the server's processes, read from /proc where there is one."""

import ctypes
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PROC = Path("/proc")
SET_CHILD_SUBREAPER = 36
GONE_WITHIN_SECONDS = 3.0


@contextmanager
def adopting() -> Iterator[None]:
    """While this lasts, orphans of our children become our children, so that their end can be noticed and reaped.

    A server that nobody reaps stays a zombie when it is killed, and under a first process that reaps nothing it would
    stay one for ever.
    """
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    if prctl is None:
        yield
        return
    prctl(SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    try:
        yield
    finally:
        prctl(SET_CHILD_SUBREAPER, 0, 0, 0, 0)


def is_server(pid: int, data: Path) -> bool:
    """Tell whether ``pid`` is a living server of ``data``; a number used anew by another program is not."""
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    has_proc = PROC.joinpath("self").exists()
    return is_alive(pid) and (not has_proc or _works_in(pid, data))


def is_alive(pid: int) -> bool:
    """Tell whether there is a process ``pid``; a zombie is dead."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return not _is_zombie(pid)


def is_replaced(pid: int) -> bool:
    """Tell whether the program that ``pid`` runs is gone from the disk."""
    try:
        return PROC.joinpath(str(pid), "exe").readlink().name.endswith(" (deleted)")
    except OSError:
        return False


def end_leftovers(data: Path) -> None:
    """End what a killed server left behind: its workers hold its memory, and no new server starts beside them."""
    deadline = time.monotonic() + GONE_WITHIN_SECONDS
    last_words = signal.SIGQUIT
    while left := list(_workers(data)):
        for pid in left:
            with suppress(ProcessLookupError):
                os.kill(pid, last_words)
        if time.monotonic() > deadline:
            last_words = signal.SIGKILL
        time.sleep(0.02)


def _workers(data: Path) -> Iterator[int]:
    for entry in PROC.glob("[0-9]*"):
        if _works_in(int(entry.name), data):
            yield int(entry.name)


def _works_in(pid: int, data: Path) -> bool:
    # Every process of a server works in its data directory; one that we may not look at is not ours.
    try:
        program = PROC.joinpath(str(pid), "exe").readlink().name
        # The name ends in "(deleted)" when an upgrade has put another program in its place.
        return program.startswith("postgres") and PROC.joinpath(str(pid), "cwd").samefile(data)
    except OSError:
        return False


def _is_zombie(pid: int) -> bool:
    try:
        state = PROC.joinpath(str(pid), "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return False
    return state[0] == "Z"
