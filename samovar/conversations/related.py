"""With what a conversation could be merged, and into what a message could be moved: the likeliest first."""

import re
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from samovar.accounts.models import User
from samovar.conversations.models import Conversation, ConversationLink
from samovar.conversations.models.selecting import ConversationQuerySet
from samovar.customers.searching import find_customers

MOST = 20
MOST_PEOPLE = 5
NUMBER = re.compile(r"(?:#|№[ \u00a0]?)?(\d{1,18})", re.ASCII)


@dataclass(frozen=True)
class Candidate:
    """A conversation that could be meant; ``is_linked`` says that one mail answers both."""

    conversation: Conversation
    is_linked: bool


def candidates(user: User, conversation: Conversation, text: str = "") -> list[Candidate]:
    """Return what ``user`` may see of the same customer; by ``text`` also what others have written.

    What one mail answers together with it comes first, then what is open, then the newest. A number finds itself.
    """
    rows = _rows(user, conversation)
    if match := NUMBER.fullmatch(text):
        number = int(match[1])
        return _found(rows.filter(Q(pk=number) | Q(redirects=number)))
    if not text:
        return _found(rows.filter(customer=conversation.customer_id))
    people = [one.pk for one in find_customers(user, text, MOST_PEOPLE)]
    by_subject = Q(customer=conversation.customer_id, subject__icontains=text)
    return _found(rows.filter(by_subject | Q(customer__in=people)))


def of_same_customer(user: User, conversation: Conversation) -> list[Conversation]:
    """Return the other conversations of a customer into which ``user`` could move something."""
    return [one.conversation for one in candidates(user, conversation)]


def _rows(user: User, conversation: Conversation) -> ConversationQuerySet:
    own, other = Q(conversation=conversation, other=OuterRef("pk")), Q(other=conversation, conversation=OuterRef("pk"))
    rows = Conversation.objects.all().visible_to(user).filter(parent=None).exclude(pk=conversation.pk)
    rows = rows.exclude(kind__in=("spam", "unreadable"))
    rows = rows.annotate(is_linked=Exists(ConversationLink.objects.filter(own | other)), is_open=Q(resolved_at=None))
    return rows.select_related("customer", "inbox", "assignee")


def _found(rows: ConversationQuerySet) -> list[Candidate]:
    ordered = rows.order_by("-is_linked", "-is_open", "-last_message_at", "-pk").distinct()[:MOST]
    return [Candidate(row, bool(vars(row)["is_linked"])) for row in ordered]
