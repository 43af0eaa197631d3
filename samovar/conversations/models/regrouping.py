"""What was brought together by hand and what was taken apart: which rows went where, so that they can go back."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from samovar.accounts.models import User
from samovar.conversations.models.conversation import Conversation, ConversationRedirect


class RegroupingKind(models.TextChoices):
    """How messages came from one conversation into another."""

    MERGE = "merge", _("Merged")
    SPLIT = "split", _("Split off")
    MOVE = "move", _("Moved")


class RegroupingQuerySet(models.QuerySet["Regrouping"]):
    """Finds what was brought together and taken apart."""

    def in_force(self) -> RegroupingQuerySet:
        """Return what was not undone."""
        return self.filter(undone_at=None)

    def at(self, conversation_id: int) -> RegroupingQuerySet:
        """Return what was done to a conversation, and to those that were merged into it."""
        merged = ConversationRedirect.objects.filter(conversation=conversation_id).values("old_id")
        here = Q(target=conversation_id) | Q(source=conversation_id) | Q(target__in=merged)
        return self.filter(here)


class Regrouping(models.Model):
    """That messages of ``source`` have stood in ``target`` since ``at``, as ``by`` decided.

    ``before`` is what it has changed about the target besides, so that undoing can change it back: numbers and moments,
    never a text.
    """

    kind = models.CharField(max_length=8, choices=RegroupingKind.choices)
    source = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="+")
    target = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(_("when"))
    undone_at = models.DateTimeField(_("undone at"), null=True)
    before = models.JSONField(default=dict)

    objects = RegroupingQuerySet.as_manager()

    class Meta:
        verbose_name = _("merge, split or move")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=RegroupingKind.values), name="regrouping_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} → {self.target_id}"


class RegroupedRow(models.Model):
    """One row that went along; ``place`` is its table and column. What answers it later is noted too."""

    regrouping = models.ForeignKey(Regrouping, on_delete=models.PROTECT, related_name="rows", db_index=False)
    place = models.CharField(max_length=100)
    row_id = models.BigIntegerField()

    class Meta:
        verbose_name = _("regrouped row")
        constraints = [models.UniqueConstraint(fields=["regrouping", "place", "row_id"], name="regrouped_once")]
        indexes = [models.Index(fields=["place", "row_id"], name="regrouped_where")]

    def __str__(self) -> str:
        return f"{self.place} {self.row_id}"
