"""Naming colleagues in a note: who could be meant by a few letters."""

from django.db.models import Q

from samovar.accounts.models import User
from samovar.conversations.models import Conversation
from samovar.conversations.models.mention import those_who_look
from samovar.lib.layouts import readings
from samovar.lib.naming import begins, has_part

MOST = 8


def suggested(conversation: Conversation, author: User, letters: str) -> list[User]:
    """Return whom a note could name, of those who see the conversation.

    Whose name or e-mail begins with ``letters`` comes first, then those of whom another part of the name does; whose
    does only in the other layout of the keyboard comes behind them.
    """
    typed, otherwise = readings(letters)
    first = begins(typed) | Q(email__startswith=typed)
    found = those_who_look(conversation.inbox).exclude(pk=author.pk)
    found = found.annotate(is_typed=first | has_part(typed), is_first=first | begins(otherwise))
    found = found.filter(Q(is_typed=True) | Q(is_first=True) | has_part(otherwise))
    return list(found.order_by("-is_typed", "-is_first", "sort_key", "pk")[:MOST])
