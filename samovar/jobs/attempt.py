"""Trying something inside a transaction in such a way that its failure undoes only itself."""

from collections.abc import Callable

from django.db import connection, transaction

from samovar.lib.fence import Fence


def check_constraints_at_once() -> None:
    """Have foreign keys of this transaction checked when they are written, so that the failure is the writer's own."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def attempt(work: Callable[[], None]) -> Exception | None:
    """Run ``work`` in a savepoint; returns the error that undid it, or None.

    Raises the error when not only the work failed, but the whole transaction is lost (the connection is gone).
    """
    with Fence() as fence, transaction.atomic():
        work()
    if fence.error and transaction.get_rollback():
        raise fence.error
    return fence.error
