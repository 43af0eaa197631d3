"""Statements that the server plans once for each connection: for the few that people wait for, many times a second.

Planning costs these more than running. psycopg can have the server keep a statement, but only when the values travel
beside the text, which Django's own cursors do not do. The plan is the same for all values: it must be a good one for
all.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from psycopg import Connection, Cursor
from psycopg.pq import Format

# A connection that says something only once or twice shall not pay for keeping it.
KEPT_AFTER = 3


@contextmanager
def prepared(
    sql: str, values: Sequence[Any], on: BaseDatabaseWrapper | None = None, *, is_binary: bool = False
) -> Iterator[CursorWrapper]:
    """Run the constant text ``sql`` with ``values`` on Django's connection; its cursor is open inside the block.

    With ``is_binary`` the answer comes as the server keeps it: bytes are written as text of twice their length else.
    """
    connection = on or connections[DEFAULT_DB_ALIAS]
    connection.ensure_connection()
    session: Connection[tuple[Any, ...]] = connection.connection
    # Both wrappers count queries and tell errors as Django does.
    wrap = connection.make_debug_cursor if connection.queries_logged else connection.make_cursor
    raw: Any = Cursor(session)
    raw.format = Format.BINARY if is_binary else Format.TEXT
    with wrap(raw) as cursor:
        # Only for this one: it would remember the text of every other statement too, with all the values in it.
        session.prepare_threshold = KEPT_AFTER
        try:
            cursor.execute(sql, values)
        finally:
            session.prepare_threshold = None
        yield cursor
