"""What members of staff left behind who were switched off."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from samovar.accounts.models import User
from samovar.conversations.models.conversation import Conversation


class LeftBehindQuerySet(models.QuerySet["LeftBehind"]):
    """What was left behind."""

    def untaken(self) -> LeftBehindQuerySet:
        """Return what nobody answers for and is not settled."""
        return self.filter(conversation__assignee=None, conversation__resolved_at=None)


class LeftBehind(models.Model):
    """That somebody answered for a conversation when their account was switched off, so that it can be given back."""

    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="+", db_index=False)
    leaver = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(_("when"))

    objects = LeftBehindQuerySet.as_manager()

    class Meta:
        verbose_name = _("conversation left behind")
        constraints = [
            models.UniqueConstraint(fields=["leaver", "conversation"], name="left_behind_once"),
        ]
        indexes = [models.Index(fields=["conversation"], name="left_behind_conversation")]

    def __str__(self) -> str:
        return f"{self.conversation_id} of {self.leaver_id}"
