"""What stands beside a conversation and on the page of a customer: one panel a line, read in one query each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from samovar.accounts.models import User
from samovar.conversations import promising
from samovar.conversations.models import Conversation, Promise
from samovar.conversations.opening import Opened
from samovar.customers.consenting import Standing
from samovar.customers.models import Customer, Membership, Merge
from samovar.customers.restrictions import Line
from samovar.desk.history import History, history

MOST_OPEN = 10
# Lines of the history beside a conversation; more come as they are scrolled to.
BESIDE = 15

# Beside a conversation, from the top.
SIDE = (
    "desk/_side_head.html",
    "desk/_side_experts.html",
    "desk/_side_open.html",
    "desk/_side_consents.html",
    "desk/_side_history.html",
)
# On the page of a customer, beside the history.
CUSTOMER = (
    "desk/_next.html",
    "desk/_restrictions.html",
    "desk/_about.html",
    "desk/_companies.html",
    "desk/_consents.html",
    "desk/_unrestricted.html",
    "desk/_privacy.html",
)


@dataclass(frozen=True)
class Person:
    """A customer with what the panels show of them."""

    customer: Customer
    addresses: list[dict[str, Any]]
    open: list[Conversation]
    history: History
    merges: Sequence[Merge] = ()
    memberships: Sequence[Membership] = ()
    consents: Sequence[Standing] = ()
    promises: Sequence[Promise] = ()
    restrictions: Sequence[Line] = ()


def open_conversations(user: User, customer_id: int) -> list[Conversation]:
    """Return what is not settled with a customer, who waits for us first."""
    rows = Conversation.objects.all().visible_to(user).open().filter(customer=customer_id).for_list(user)
    return sorted(rows.order_by("-last_message_at")[:MOST_OPEN], key=lambda row: row.waiting_since is None)


def promises(user: User, customer_id: int) -> list[Promise]:
    """Return what is still to be kept of what a customer was promised, the nearest first."""
    seen = Conversation.objects.all().visible_to(user).filter(customer=customer_id)
    return list(promising.given_in(seen)[:MOST_OPEN])


def beside(user: User, opened: Opened) -> Person:
    """Return what stands beside a conversation."""
    conversation = opened.conversation
    rows = open_conversations(user, conversation.customer_id)
    others = [row for row in rows if row.pk != conversation.pk]
    lines = history(conversation.customer_id, user, size=BESIDE)
    return Person(conversation.customer, opened.addresses, others, lines, consents=opened.consents)
