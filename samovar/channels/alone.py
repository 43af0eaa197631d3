"""Doing something with a row that may take long, outside of any transaction, and by one worker only."""

import contextlib
from collections.abc import Iterator

from django.db import Error, connection


@contextlib.contextmanager
def alone(space: int, pk: int) -> Iterator[bool]:
    """Hold the lock ``pk`` of ``space``; yields whether nobody else holds it. A dead worker holds nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [space, pk % 2**31])
        row = cursor.fetchone()
    is_alone = bool(row and row[0])
    try:
        yield is_alone
    finally:
        if is_alone:
            # With a broken connection the lock is gone as well.
            with contextlib.suppress(Error), connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [space, pk % 2**31])
