"""Choosing conversations: the saved views and who may see what."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models

from samovar.conversations.models.tag import ConversationTag

if TYPE_CHECKING:
    from samovar.accounts.models import User
    from samovar.conversations.models.conversation import Conversation  # noqa: F401 - named in the quotes below


class ConversationQuerySet(models.QuerySet["Conversation"]):
    """Conversations as lists and screens need them."""

    def visible_to(self, user: User) -> ConversationQuerySet:
        """Return those that ``user`` may see: every one for the desk, none for outside experts."""
        return self if user.can_look else self.none()

    def for_list(self) -> ConversationQuerySet:
        """Fetch what a row of a list shows, tags as ``tag_names``, in one query however many rows."""
        tags = ConversationTag.objects.filter(conversation=models.OuterRef("pk"))
        names = ArraySubquery(tags.order_by("tag__name").values("tag__name"))
        return self.select_related("customer", "assignee").annotate(tag_names=names)

    def open(self) -> ConversationQuerySet:
        """Return what is not settled, with people on the other side."""
        return self.filter(kind="human", resolved_at=None)

    def needs_reply(self) -> ConversationQuerySet:
        """Return those in which a customer waits for us, in sight now."""
        return self.open().filter(snoozed_until=None, waiting_since__isnull=False)

    def to_look_at(self) -> ConversationQuerySet:
        """Return those in which nobody waits and something was not seen: back from snooze, or told by a machine."""
        return self.open().filter(snoozed_until=None, waiting_since=None, is_unread=True)

    def of(self, user: User) -> ConversationQuerySet:
        """Return open ones that ``user`` answers for."""
        return self.open().filter(assignee=user, snoozed_until=None)

    def unassigned(self) -> ConversationQuerySet:
        """Return open ones that nobody answers for."""
        return self.open().filter(assignee=None, snoozed_until=None)

    def snoozed(self) -> ConversationQuerySet:
        """Return those out of sight until a moment."""
        return self.open().filter(snoozed_until__isnull=False)

    def resolved(self) -> ConversationQuerySet:
        """Return settled ones."""
        return self.filter(resolved_at__isnull=False)

    def undelivered(self) -> ConversationQuerySet:
        """Return those whose last message of ours did not arrive."""
        return self.filter(undelivered_at__isnull=False)

    def automatic(self) -> ConversationQuerySet:
        """Return those with machines on the other side."""
        return self.filter(kind="automatic")

    def unreadable(self) -> ConversationQuerySet:
        """Return those that hold a message which could not be read."""
        return self.filter(kind="unreadable")

    def due_to_wake(self, now: datetime) -> ConversationQuerySet:
        """Return those whose snooze has ended."""
        return self.filter(snoozed_until__lte=now)
