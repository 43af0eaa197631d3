"""Connections and processes beside the test's own, on the database of the test."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from django.db import OperationalError, connection, transaction

ROOT = Path(__file__).resolve().parent.parent
PATIENCE_SECONDS = 180
MADE_BY_MIGRATING = {"django_content_type", "auth_permission"}
GUARDED = "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal AND tgtype & 8 > 0"
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


def database_address() -> str:
    """Return the address of the database that Django is connected to, as DATABASE_URL has it."""
    found = connection.settings_dict
    who = quote(found["USER"], safe="") + (f":{quote(found['PASSWORD'], safe='')}" if found["PASSWORD"] else "")
    host, port = quote(found["HOST"], safe=""), found["PORT"]
    return f"postgresql://{who}@{host}{f':{port}' if port else ''}/{quote(found['NAME'], safe='')}"


def empty_tables() -> None:
    """Delete all rows, waiting for whoever is still writing: fifty times faster than truncating every table.

    A table whose rows may never be deleted is truncated, with those that refer to it. A request that outlives the page
    that sent it may be in the way for a moment.
    """
    try:
        _empty_tables()
    except OperationalError:
        _empty_tables()


def _empty_tables() -> None:
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {', '.join(tables)} IN EXCLUSIVE MODE")
        cursor.execute(" UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})" for table in tables))
        filled = {table for (table,) in cursor.fetchall()} - MADE_BY_MIGRATING
        cursor.execute(GUARDED)
        guarded = {table for (table,) in cursor.fetchall()}
        for table in sorted(filled):
            cursor.execute(f"TRUNCATE {table} CASCADE" if table in guarded else f"DELETE FROM {table}")


def end_other_sessions() -> None:
    """End what else is connected to the database of the test."""
    # A test may have had our own ended too, and the connection learns of it only when it is used.
    connection.close()
    try:
        _end_others()
    except OperationalError:
        connection.close()
        _end_others()


def _end_others() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, %s) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()",
            [PATIENCE_SECONDS * 1000],
        )


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
