"""Until when a conversation is kept, told to whoever reads it: as its inbox says now, if nothing happens there."""

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, JSONObject

from samovar.conversations.models import Conversation, ConversationTag, Message, Retention
from samovar.conversations.models.conversation import ConversationKind
from samovar.lib.months import months_after


def rule_for() -> QuerySet[Retention, Any]:
    """Select, in a query about conversations, what is decided for the inbox of each, and when it was last written in.

    Nothing for those that the tag keeps, and for side conversations: they go with what they are about.
    """
    own = OuterRef(OuterRef("pk"))
    written = Message.objects.filter(conversation=own).order_by("-created_at").values("created_at")[:1]
    standing = Q(tag=OuterRef("shown_tag")) | Q(tag__merged_into=OuterRef("shown_tag"))
    keeping = ConversationTag.objects.filter(standing, conversation=own)
    rows = Retention.objects.filter(inbox=OuterRef("inbox"), months__isnull=False)
    rows = rows.annotate(shown_tag=Coalesce("exempt_tag__merged_into", "exempt_tag")).exclude(Exists(keeping))
    return rows.values(found=JSONObject(months="months", begins_at="begins_at", written_at=Subquery(written)))


def kept_until(conversation: Conversation, rule: dict[str, Any] | None) -> datetime | None:
    """Return when a conversation is removed at the earliest by what rule_for() selected; None where nothing says so."""
    is_over = conversation.resolved_at is not None or conversation.kind != ConversationKind.HUMAN
    if rule is None or not is_over or conversation.waiting_since is not None or conversation.parent_id is not None:
        return None
    over_at = conversation.resolved_at or conversation.last_message_at
    written_at = datetime.fromisoformat(rule["written_at"]) if rule["written_at"] else over_at
    due_at = months_after(max(over_at, written_at), rule["months"])
    return max(due_at, datetime.fromisoformat(rule["begins_at"]))
