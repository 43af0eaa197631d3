"""Two people at once: what the second one does begins while the first one is not done yet."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connection, transaction

from tests.patience import until

Came = TypeVar("Came")


def beside(first: Callable[[], object], second: Callable[[], Came]) -> Came:
    """Return what comes of the second, which begins while the first is not done yet."""

    def done() -> Came:
        try:
            return second()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as other:
        with transaction.atomic():
            first()
            coming = other.submit(done)
            until(lambda: somebody_waits() or coming.done())
        return coming.result()


def somebody_waits() -> bool:
    """Whether somebody stands behind somebody else's lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_locks WHERE NOT granted")
        return bool(cursor.rowcount)
