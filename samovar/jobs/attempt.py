"""Trying something inside a transaction in such a way that its failure undoes only itself."""

from collections.abc import Callable

from django.db import OperationalError, connection, transaction

from samovar.lib.fence import Fence, reason


class TransactionLost(OperationalError):
    """Work did not only fail: the whole transaction is gone with it, mostly because the connection is.

    ``row`` is the number of the row that the work was about. Sometimes it is the fault of the work (it waited for
    longer than a transaction may be idle, it used up the memory of the database), so this counts as one of its tries.
    """

    def __init__(self, row: int, cause: Exception) -> None:
        super().__init__(reason(cause))
        self.row = row
        self.cause = cause


def check_constraints_at_once() -> None:
    """Have foreign keys of this transaction checked when they are written, so that the failure is the writer's own."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def attempt(work: Callable[[], None], row: int) -> Exception | None:
    """Run ``work``, which is about ``row``, in a savepoint; returns the error that undid it, or None.

    Raises TransactionLost when not only the work failed, but the whole transaction is lost.
    """
    with Fence() as fence, transaction.atomic():
        work()
    if fence.error and transaction.get_rollback():
        raise TransactionLost(row, fence.error) from fence.error
    return fence.error


def on_new_connection(work: Callable[[], None]) -> None:
    """Run ``work`` in a transaction of its own, on a new connection; nothing happens when there is none to be had."""
    connection.close()
    with Fence(), transaction.atomic(durable=True):
        work()
