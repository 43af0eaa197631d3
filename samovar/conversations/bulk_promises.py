"""Promising the same to the customers of many conversations, and taking it back where nobody did anything about it."""

from collections.abc import Sequence
from datetime import datetime

from samovar.conversations.bulk_work import Work
from samovar.conversations.errors import CannotBulk, CustomerErased
from samovar.conversations.models import Conversation, Promise
from samovar.conversations.models.bulk import BulkReason
from samovar.conversations.models.promise import PromiseKind

# Between the moment, the kind and the words.
AND = "|"


def value_of(due_at: datetime, kind: PromiseKind, what: str) -> str:
    """Return a promise as the value of a step."""
    return AND.join((due_at.isoformat(), kind, what))


def promise(conversation: Conversation, value: str, work: Work) -> list[Sequence[str]]:
    """Promise it, to be kept by whoever wanted it. Raises CannotBulk."""
    due_at, kind, what = _read(value)
    if due_at <= work.at:
        raise CannotBulk(BulkReason.PAST)
    before = conversation.version
    try:
        made = conversation.promise(kind, due_at, by=work.by, what=what)
    except CustomerErased as mistake:
        raise CannotBulk(BulkReason.ERASED) from mistake
    # Whoever has promised just this already has promised it once.
    return [("promise-withdrawn", str(made.pk))] if conversation.version != before else []


def withdraw(conversation: Conversation, value: str, work: Work) -> list[Sequence[str]]:
    """Take back what was promised."""
    Promise.objects.get(pk=int(value), conversation=conversation).withdraw(by=work.by)
    conversation.refresh_from_db(fields=["promise_due_at", "version"])
    return []


def mark(conversation: Conversation, value: str, _work: Work) -> str:
    """Return which promises of this kind are open for this moment, and who keeps them."""
    due_at, kind, what = _read(value)
    same = Promise.objects.filter(conversation=conversation, due_at=due_at, kind=kind, what=what).open()
    return ",".join(f"{pk}:{owner}" for pk, owner in same.order_by("pk").values_list("pk", "owner_id"))


def _read(value: str) -> tuple[datetime, PromiseKind, str]:
    moment, kind, what = value.split(AND, 2)
    return datetime.fromisoformat(moment), PromiseKind(kind), what
