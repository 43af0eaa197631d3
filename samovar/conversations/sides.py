"""What was asked outside about a conversation, as the page of that conversation shows it."""

from typing import Any

from django.db.models import OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject

from samovar.accounts.models import User
from samovar.conversations.models import Conversation


def rows_of(main: Any) -> QuerySet[Conversation, Any]:
    """Select what was asked outside about a conversation, by its number, also as an OuterRef.

    Those with answers that nobody has read come first, then the newest. Each is pk, subject, name, is_unread,
    is_answered, is_waiting, is_settled.
    """
    rows = Conversation.objects.all().present().filter(parent=main)
    rows = rows.annotate(is_news=Q(is_unread=True, last_inbound_at__isnull=False)).order_by("-is_news", "-pk")
    found = JSONObject(
        pk="pk",
        subject="subject",
        name="customer__name",
        is_unread="is_unread",
        is_answered=Q(last_inbound_at__isnull=False),
        is_waiting=Q(waiting_since__isnull=False),
        is_settled=Q(resolved_at__isnull=False),
    )
    return rows.values(found=found)


def sides(conversation: Conversation) -> list[dict[str, Any]]:
    """Return the side conversations of one."""
    return [row["found"] for row in rows_of(conversation.pk)]


def main_of(user: User) -> QuerySet[Conversation]:
    """Select, in a query about conversations, the one about which each is a side conversation."""
    return Conversation.objects.all().visible_to(user).filter(pk=OuterRef("parent")).order_by()
