"""Processor time of this process, its children, and the database."""

import os
import resource
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


def own_seconds() -> float:
    """Return the processor time of this process and of its children that have ended."""
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def database_seconds(data: Path) -> float:
    """Return the processor time of the PostgreSQL whose data are in ``data``, ended connections included."""
    postmaster = int((data / "postmaster.pid").read_text().split()[0])
    ticks = sum(_fields(postmaster)[11:15])
    for process in Path("/proc").iterdir():
        if process.name.isdigit() and (fields := _fields(int(process.name))) and fields[1] == postmaster:
            ticks += sum(fields[11:13])
    return ticks / TICK


def _fields(process: int) -> list[int]:
    try:
        line = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return []
    state, *numbers = line.rpartition(")")[2].split()
    return [0, *map(int, numbers)] if state else []
