"""Who waits for one member of staff."""

from samovar.accounts.models import User
from samovar.conversations.models import Conversation

MOST_WAITING = 8


def waiting(user: User) -> list[Conversation]:
    """Return the conversations of ``user`` in which a customer waits, the longest first."""
    rows = Conversation.objects.all().visible_to(user).of(user).filter(waiting_since__isnull=False)
    return list(rows.select_related("customer").order_by("waiting_since", "pk")[:MOST_WAITING])
