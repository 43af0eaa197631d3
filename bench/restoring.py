"""A large backup and its way back into an empty installation, every table compared at the end.

What is large in a real one are the attachments: pictures and documents that are compressed already, of 200 kB on the
average. BENCH_GIGABYTES (5) says how much of them there is beside the letters of the demo company.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from random import Random
from time import perf_counter

from django.db import connection
from django.db.models import Sum

import bench.ready  # noqa: F401 - first of all, because the settings must be there
from bench.figures import Figures
from samovar.files.models import StoredFile
from samovar.operations import readiness

GIGABYTES = float(os.environ.get("BENCH_GIGABYTES", "5"))
BATCH = 20
LEAST, MOST = 20_000, 380_000
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
CHECKSUM = "SELECT '{0}', count(*), coalesce(sum(('x' || left(md5(t::text), 15))::bit(60)::bigint), 0) FROM {0} t"
# The hold on sending, and the clock that is lifted over what was stored, are new in a restored copy.
DIFFER = {"jobs_hold", "events_clock"}


def fill() -> None:
    """Add attachments until there are enough; a data set that was kept has them already."""
    random = Random(7)
    held = StoredFile.objects.aggregate(held=Sum("size_bytes"))["held"] or 0
    while held < GIGABYTES * 1e9:
        contents = [os.urandom(random.randint(LEAST, MOST)) for _ in range(BATCH)]
        StoredFile.objects.keep_all(contents)
        held += sum(map(len, contents))


def checksums(home: str) -> dict[str, str]:
    """Return what is in every table of the installation in ``home``, as one line each."""
    tables = samovar(home, "db", "psql", "-Atc", TABLES).split()
    question = " UNION ALL ".join(CHECKSUM.format(table) for table in tables)
    lines = samovar(home, "db", "psql", "-Atc", question).splitlines()
    return {line.partition("|")[0]: line for line in lines}


def samovar(home: str, *words: str) -> str:
    """Run a command in the installation in ``home``; return what it said."""
    variables = {name: value for name, value in os.environ.items() if name != "SAMOVAR_ROLE"} | {"SAMOVAR_HOME": home}
    command = [sys.executable, "-m", "samovar", *words]
    return subprocess.run(command, env=variables, check=True, stdout=subprocess.PIPE, text=True).stdout


def measure(figures: Figures) -> None:
    """Make the backup, restore it elsewhere, and compare."""
    home = os.environ["SAMOVAR_HOME"]
    fill()
    connection.close()
    place = Path(tempfile.mkdtemp(prefix="samovar-bench-restore-", dir=Path(home).parent))
    place.chmod(0o711)
    try:
        file, other = place / "samovar.backup", str(place / "home")
        start = perf_counter()
        samovar(home, "backup", str(file))
        figures.add("size of the backup", file.stat().st_size / 1e9, "GB")
        figures.add("backup, written and read back", perf_counter() - start, "s")
        start = perf_counter()
        samovar(other, "restore", str(file))
        figures.add("restore on an empty machine", perf_counter() - start, "s", "≤ 600 s for 5 GB")
        before, after = checksums(home), checksums(other)
        differing = {table for table in before | after if before.get(table) != after.get(table)} - DIFFER
        figures.add("tables that differ", len(differing), "", "0")
        samovar(other, "db", "stop")
    finally:
        shutil.rmtree(place)


if __name__ == "__main__":
    noted = Figures("Backup and restore")
    readiness.ensure()
    measure(noted)
    noted.finish()
