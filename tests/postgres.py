"""Connections to the database of the test beside Django's own."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection

PARTS = ("HOST", "PORT", "NAME", "USER", "PASSWORD")


@contextmanager
def another_connection(**changes: Any) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """Open a second connection to the database of the test; what it has not committed is undone at the end."""
    settings = connection.settings_dict
    other = psycopg.connect(
        **{
            "host": settings["HOST"],
            "port": settings["PORT"] or None,
            "dbname": settings["NAME"],
            "user": settings["USER"],
            "password": settings["PASSWORD"],
            **changes,
        }
    )
    try:
        yield other
        other.rollback()
    finally:
        other.close()


def environment() -> dict[str, str]:
    """Return what a process of a test needs to work on the database of the test (see ``adopt``)."""
    parts = {name: connection.settings_dict[name] for name in PARTS}
    return {**os.environ, "SAMOVAR_TEST_DATABASE": json.dumps(parts), "PYTHONPATH": os.pathsep.join(sys.path)}
