"""Connections and processes beside the test's own, on the database of the test."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent
PATIENCE_SECONDS = 60
ALL_READABLE = "SELECT coalesce(max(tx) < events_horizon(), true) FROM events_event"
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


def until(condition: Callable[[], object]) -> None:
    """Wait until ``condition`` holds; fails when it does not come true."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.02)


def until_readable() -> None:
    """Wait until readers may see all that was announced: any other transaction of the cluster holds them back."""
    with connection.cursor() as cursor:
        until(lambda: cursor.execute(ALL_READABLE).fetchone() == (True,))


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
