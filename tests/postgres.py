"""Connections and processes beside the test's own, on the database of the test."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent
START = "import sys, importlib, django; django.setup(); importlib.import_module(sys.argv[1]).main(*sys.argv[2:])"


@contextmanager
def another_connection(*, autocommit: bool = False, **changes: Any) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """Open a second connection to the database of the test; what it has not committed is undone at the end."""
    found = connection.settings_dict
    address = {"host": found["HOST"], "user": found["USER"], "password": found["PASSWORD"], "dbname": found["NAME"]}
    address |= {"port": found["PORT"] or None, **changes}
    other = psycopg.connect(**address, autocommit=autocommit)
    try:
        yield other
    finally:
        other.close()


@contextmanager
def process(module: str, *arguments: str, **variables: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run ``main`` of ``module`` as a worker with ``variables``; it is killed at the end if it still runs."""
    environment = {**os.environ, "SAMOVAR_ROLE": "work", "PYTHONPATH": str(ROOT), **variables}
    started = subprocess.Popen([sys.executable, "-c", START, module, *arguments], env=environment, cwd=ROOT)
    try:
        yield started
    finally:
        started.kill()
        started.wait()
