"""Naming colleagues in a note: who could be meant by a few letters."""

from django.db.models import Q

from samovar.accounts.models import User
from samovar.conversations.models import Conversation
from samovar.conversations.models.mention import those_who_look
from samovar.lib.text import sort_key

MOST = 8


def suggested(conversation: Conversation, author: User, letters: str) -> list[User]:
    """Return whom a note could name, of those who see the conversation.

    Whose name or e-mail begins with ``letters`` comes first, then those of whom another part of the name does.
    """
    typed = sort_key(letters)
    begins = Q(sort_key__startswith=typed) | Q(email__startswith=typed)
    found = those_who_look(conversation.inbox).exclude(pk=author.pk).filter(begins | Q(sort_key__contains=f" {typed}"))
    return list(found.annotate(is_first=begins).order_by("-is_first", "sort_key", "pk")[:MOST])
