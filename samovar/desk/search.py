"""Search over everything a person may see: people first, then what was said."""

import re
from dataclasses import dataclass, replace

from samovar.accounts.models import User
from samovar.conversations.models import Conversation, Inbox
from samovar.conversations.searching import Hit, Mark, find_messages, found_since
from samovar.customers.models import Customer
from samovar.customers.searching import find_customers
from samovar.lib.marks import mark, read_mark

HITS_A_CONVERSATION = 3
NUMBER = re.compile(r"(?:#|№[ \u00a0]?)?(\d{1,18})", re.ASCII)
# A page may come out short when few long conversations hold all hits; the next one goes on.
MOST_STEPS = 4


@dataclass(frozen=True)
class FoundConversation:
    """A conversation and the newest message in it that was found."""

    conversation: Conversation
    hit: Hit


@dataclass(frozen=True)
class Found:
    """What a search brought; ``after`` is the mark of the next page of conversations, "" when there is none.

    ``numbered`` is the conversation whose number was asked for.
    """

    customers: list[Customer]
    conversations: list[FoundConversation]
    after: str = ""
    numbered: Conversation | None = None


def find(user: User, text: str, limit: int = 20) -> Found:
    """Return what ``user`` may see of what matches ``text``: customers best first, conversations newest first."""
    if not text.strip():
        return Found([], [])
    found = _said(user, text, limit, None)
    return replace(found, customers=find_customers(user, text, limit), numbered=by_number(user, text))


def by_number(user: User, text: str) -> Conversation | None:
    """Return the conversation that ``user`` may see with the number in ``text``: "#123", "№ 123", or only digits."""
    match = NUMBER.fullmatch(text.strip())
    if match is None:
        return None
    pk = int(match[1])
    rows = Conversation.objects.all().visible_to(user).select_related("customer")
    # In one question neither index could be used.
    return rows.filter(pk=pk).first() or rows.filter(redirects=pk).first()


def find_more(user: User, text: str, after: str, limit: int = 20) -> Found:
    """Return the conversations that follow those of the page that has ended at ``after``."""
    before = read_mark(after)
    return _said(user, text, limit, before) if before else Found([], [])


def _said(user: User, text: str, limit: int, start: Mark | None) -> Found:
    if not user.can_look:
        return Found([], [])
    found: dict[int, FoundConversation] = {}
    before, closed = start, list(Inbox.objects.closed_to(user).values_list("pk", flat=True))
    for _step in range(MOST_STEPS):
        # Only of what the reader may see: the mark of the next page tells when its last hit was written.
        hits = find_messages(text, limit * HITS_A_CONVERSATION, before, closed)
        rows = _unseen(user, text, hits, start)
        for hit in hits:
            conversation = rows.get(hit.conversation_id)
            if conversation and conversation.pk not in found:
                if before and len(found) == limit:
                    return Found([], list(found.values()), mark(*before))
                found[conversation.pk] = FoundConversation(conversation, hit)
            before = hit.mark
        if len(hits) < limit * HITS_A_CONVERSATION:
            return Found([], list(found.values()))
    return Found([], list(found.values()), mark(*before) if before else "")


def _unseen(user: User, text: str, hits: list[Hit], start: Mark | None) -> dict[int, Conversation]:
    """Return the conversations of ``hits`` which ``user`` may see and no earlier page has shown."""
    ids = {hit.conversation_id for hit in hits}
    if start:
        ids -= found_since(text, start, ids)
    return Conversation.objects.all().visible_to(user).for_list(user).in_bulk(ids)
