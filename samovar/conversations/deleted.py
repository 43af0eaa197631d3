"""What is deleted and can be brought back, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from samovar.accounts.models import User
from samovar.conversations.models import Conversation
from samovar.lib.marks import mark, read_mark
from samovar.lib.text import search_key

PAGE = 50


@dataclass(frozen=True)
class DeletedPage:
    """Deleted conversations, the last deleted first; ``after`` is where the next page begins, "" at the end."""

    rows: Sequence[Conversation]
    after: str


def page(user: User, text: str = "", after: str = "") -> DeletedPage:
    """Return what is deleted in inboxes of ``user``, found by subject or by who wrote; one query."""
    rows = Conversation.objects.all().in_inboxes_of(user).restorable()
    rows = rows.select_related("customer", "deleted_by")
    if text:
        rows = rows.filter(Q(subject__icontains=text) | Q(customer__search_key__contains=search_key(text)))
    if edge := read_mark(after):
        at, pk = edge
        rows = rows.filter(Q(deleted_at__lt=at) | Q(deleted_at=at, pk__lt=pk))
    found = list(rows.order_by("-deleted_at", "-pk")[: PAGE + 1])
    last = found[PAGE - 1] if len(found) > PAGE else None
    return DeletedPage(found[:PAGE], mark(last.deleted_at, last.pk) if last and last.deleted_at else "")
