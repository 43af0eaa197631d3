"""Search over everything a person may see: people first, then what was said."""

from dataclasses import dataclass

from samovar.accounts.models import User
from samovar.conversations.models import Conversation
from samovar.conversations.searching import Hit, find_messages
from samovar.customers.models import Customer
from samovar.customers.searching import find_customers


@dataclass(frozen=True)
class FoundConversation:
    """A conversation and the newest message in it that was found."""

    conversation: Conversation
    hit: Hit


@dataclass(frozen=True)
class Found:
    """What a search brought."""

    customers: list[Customer]
    conversations: list[FoundConversation]


def find(user: User, text: str, limit: int = 20) -> Found:
    """Return what ``user`` may see of what matches ``text``: customers best first, conversations newest first."""
    if not text.strip():
        return Found([], [])
    newest: dict[int, Hit] = {}
    for hit in find_messages(text, limit * 3):
        newest.setdefault(hit.conversation_id, hit)
    rows = Conversation.objects.all().visible_to(user).for_list().in_bulk(newest)
    found = [FoundConversation(rows[pk], hit) for pk, hit in newest.items() if pk in rows]
    return Found(find_customers(user, text, limit), found[:limit])
