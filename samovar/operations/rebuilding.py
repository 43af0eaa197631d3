"""Deriving again what follows from the event log and the raw mail."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection, transaction

from samovar.channels import rereading
from samovar.channels.models import RawMail
from samovar.conversations import deriving
from samovar.conversations.models import Conversation

# What is written meanwhile by a running system is no difference.
SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"
Advance = Callable[[int], None]


@dataclass(frozen=True)
class Part:
    """Something that is derived: how much of it there is, and how it is derived again.

    ``run`` yields what does not agree, in words; unless it only checks, it mends that at the same time.
    """

    name: str
    count: Callable[[], int]
    run: Callable[[bool, Advance], Iterator[str]]


@contextmanager
def snapshot() -> Iterator[None]:
    """Let all that is read inside be of one moment; inside a transaction it is as far as that one lets it be."""
    is_outermost = not connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if is_outermost:
            cursor.execute(SNAPSHOT)
        yield


def _conversations(check: bool, advance: Advance) -> Iterator[str]:
    for ids in deriving.batches():
        with snapshot():
            found = list(deriving.differences(ids))
        for one in found:
            yield f"conversation {one.conversation_id}, {one.field}: {one.stands!r} stands, {one.derived!r} follows"
        if not check:
            deriving.mend(ids)
        advance(len(ids))


def _messages(check: bool, advance: Advance) -> Iterator[str]:
    for ids in rereading.batches():
        for one in rereading.differences(ids):
            yield f"message {one.message_id}, {one.field} differs from what the raw mail says"
        if not check:
            rereading.mend(ids)
        advance(len(ids))


PARTS = (
    Part("messages", RawMail.objects.exclude(message=None).count, _messages),
    Part("conversations", Conversation.objects.count, _conversations),
)
