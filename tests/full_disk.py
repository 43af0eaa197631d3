"""A disk without room, as PostgreSQL tells of it."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

FULL = """
CREATE FUNCTION be_full() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$;
CREATE TRIGGER full_disk BEFORE INSERT ON {table} EXECUTE FUNCTION be_full();
"""


@contextmanager
def full_disk(table: str) -> Iterator[None]:
    """Let PostgreSQL refuse every row of ``table`` as it does on a full disk."""
    with connection.cursor() as cursor:
        cursor.execute(FULL.format(table=table))
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP FUNCTION be_full CASCADE")
