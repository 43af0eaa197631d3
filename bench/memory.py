"""What an installation at rest takes: all its processes and its database, ten minutes after the last visitor."""

import os
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from time import sleep

from django.db import connection

import bench.ready  # noqa: F401 - first of all, because the settings must be there
from bench.figures import Figures
from bench.serving import Visitor, family, server
from samovar.lib import env
from samovar.lib.postgres.cluster import Cluster
from samovar.operations import readiness

REST_SECONDS = int(os.environ.get("BENCH_REST_SECONDS", "600"))
PSS = re.compile(r"^Pss:\s+(\d+) kB", re.MULTILINE)


def pss_megabytes(pids: Iterable[int]) -> float:
    """Return what the processes take; of a page that several share each counts its part."""
    return sum(int(PSS.findall(Path(f"/proc/{pid}/smaps_rollup").read_text())[0]) for pid in pids) / 1000


def measure(figures: Figures) -> None:
    """Start everything anew, show one page, rest, and look."""
    cluster = Cluster(env.home())
    visitor = Visitor()
    connection.close()
    cluster.stop()
    with server("samovar", "start") as (port, process):
        visitor.pages(port, 1)
        sleep(REST_SECONDS)
        postmaster = cluster.pid()
        assert postmaster is not None
        database = set(family(postmaster))
        own = set(family(process.pid)) - database
        figures.add("processes of Samovar", pss_megabytes(own), "MB")
        figures.add("database", pss_megabytes(database), "MB")
        figures.add("all at rest", pss_megabytes(own | database), "MB", "≤ 400 MB")
        for pid in sorted(own):
            name = Path(f"/proc/{pid}/comm").read_text(encoding="utf-8")
            sys.stderr.write(f"{pss_megabytes([pid]):7.1f} MB  {name}")
    cluster.start()


if __name__ == "__main__":
    noted = Figures("Memory at rest")
    readiness.ensure()
    measure(noted)
    noted.finish()
