"""What one customer talked about with us before: one conversation above another, in the order of their last words."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, JSONField, OuterRef, Q, Subquery, When
from django.db.models.functions import JSONObject

from samovar.accounts.models import User
from samovar.conversations.models import Conversation


@dataclass(frozen=True)
class Previous:
    """A conversation of the same customer that ended before: its number, what it was about, its last word."""

    pk: int
    subject: str
    at: datetime


def found_for(user: User) -> Case:
    """Return, in a query about conversations, the one before each that ``user`` may see; previous() reads it.

    Nothing stands above a side conversation: who is asked there is somebody else's affair.
    """
    own = {"at": OuterRef("last_message_at"), "pk": OuterRef("pk")}
    earlier = Q(last_message_at__lt=own["at"]) | Q(last_message_at=own["at"], pk__lt=own["pk"])
    # In this form the index is entered at the moment, however many come after it.
    rows = Conversation.objects.all().visible_to(user).filter(earlier, last_message_at__lte=own["at"])
    rows = rows.filter(customer=OuterRef("customer"), parent=None).exclude(kind="spam")
    found = JSONObject(pk="pk", subject="subject", preview="preview", at="last_message_at")
    newest = rows.order_by("-last_message_at", "-pk").values(found=found)[:1]
    return Case(When(parent=None, then=Subquery(newest)), output_field=JSONField())


def previous(conversation: Conversation) -> Previous | None:
    """Return what stands before a conversation that was read with found_for() as ``previous``."""
    found: dict[str, Any] | None = vars(conversation)["previous"]
    if found is None:
        return None
    return Previous(found["pk"], found["subject"] or found["preview"], datetime.fromisoformat(found["at"]))


def talk_above(user: User, opened: Conversation, pk: int) -> Conversation | None:
    """Return a conversation that may stand above an opened one: of the same customer, in the sight of ``user``."""
    rows = Conversation.objects.all().visible_to(user).filter(pk=pk, customer=opened.customer_id, parent=None)
    return rows.select_related("customer", "inbox").annotate(previous=found_for(user)).first()
