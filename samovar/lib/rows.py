"""Writing many rows at once."""

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper


def next_ids(connection: BaseDatabaseWrapper, model: type[models.Model], count: int) -> list[int]:
    """Take ``count`` numbers from the sequence behind the primary key of ``model``, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [f'"{model._meta.db_table}"', model._meta.pk.column, count],
        )
        return [int(row[0]) for row in cursor.fetchall()]


def lock_keys(connection: BaseDatabaseWrapper, slots: set[int]) -> None:
    """Hold the advisory locks of ``slots`` (small numbers) until the end of the transaction, taken in order."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, slot) FROM (SELECT unnest(%s::int[]) AS slot ORDER BY 1) AS ordered",
            [LOCK_SPACE, sorted(slots)],
        )


# The first half of our advisory locks for incoming messages; the second half is the slot.
LOCK_SPACE = 5_106
