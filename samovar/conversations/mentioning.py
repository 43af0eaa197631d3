"""Naming colleagues in a note: who could be meant by a few letters."""

from django.db.models import Q, QuerySet

from samovar.accounts.models import Role, User
from samovar.conversations.models import Conversation
from samovar.lib.text import sort_key

MOST = 8
LOOKING = [role for role in Role.values if role != Role.EXPERT]


def colleagues(conversation: Conversation, author: User) -> QuerySet[User]:
    """Return whom a note of ``author`` may name: those who see the conversation."""
    able = User.objects.filter(is_active=True, role__in=LOOKING).exclude(pk=author.pk)
    return conversation.inbox.those_who_see(able)


def suggested(conversation: Conversation, author: User, letters: str) -> list[User]:
    """Return whose name begins with ``letters``, then those of whom another part of the name does."""
    typed = sort_key(letters)
    begins = Q(sort_key__startswith=typed)
    found = colleagues(conversation, author).filter(begins | Q(sort_key__contains=f" {typed}"))
    return list(found.annotate(is_first=begins).order_by("-is_first", "sort_key", "pk")[:MOST])
