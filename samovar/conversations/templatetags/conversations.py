"""A row of a list, drawn once for all who look at the same list."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django import template
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.safestring import SafeString

from samovar.conversations.models import Conversation
from samovar.ui import durations

register = template.Library()
REMEMBERED = 4096
MOST_TAGS = 2


@dataclass(frozen=True)
class Row:
    """Everything that a row shows: equal rows look the same to readers of one language and time zone.

    ``due`` is the moment of the corner, ``form`` how it is written and ``sign`` what stands before it; ``wait`` is how
    far it is away in words where it is written so.
    """

    pk: int
    address: str
    is_current: bool
    is_unread: bool
    is_undelivered: bool
    kind: str
    customer: str
    customer_id: int
    subject: str
    tags: tuple[str, ...]
    assignee: str
    assignee_id: int | None
    sign: str
    due: datetime
    form: str
    wait: str


@register.simple_tag
def conversation_row(conversation: Conversation, query: str = "", current_id: int | None = None) -> SafeString:
    """Draw a conversation, fetched ``for_list()``, as a row of a list with the address ``query``."""
    sign, due, form = _due(conversation)
    row = Row(
        pk=conversation.pk,
        address=conversation.get_absolute_url() + (f"?{query}" if query else ""),
        is_current=conversation.pk == current_id,
        is_unread=conversation.is_unread,
        is_undelivered=conversation.undelivered_at is not None,
        kind=conversation.kind,
        customer=conversation.customer.name,
        customer_id=conversation.customer_id,
        subject=conversation.subject or conversation.preview,
        tags=tuple(vars(conversation)["tag_names"][:MOST_TAGS]),
        assignee=conversation.assignee.name if conversation.assignee else "",
        assignee_id=conversation.assignee_id,
        sign=sign,
        due=due,
        form=form,
        wait=durations.distance(due) if form == "wait" else "",
    )
    return _drawn(row, translation.get_language(), timezone.get_current_timezone_name())


@lru_cache(REMEMBERED)
def _drawn(row: Row, _language: str, _zone: str) -> SafeString:
    return render_to_string("conversations/_row.html", {"row": row})


def _due(conversation: Conversation) -> tuple[str, datetime, str]:
    if conversation.snoozed_until:
        return "snooze", conversation.snoozed_until, "short"
    if conversation.waiting_since:
        return "clock", conversation.waiting_since, "wait"
    if conversation.resolved_at:
        return "check", conversation.resolved_at, "short"
    return "", conversation.last_message_at, "short"
