"""What notes said before somebody edited them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class NoteEditQuerySet(models.QuerySet["NoteEdit"]):
    """What notes said before."""

    def in_force(self) -> NoteEditQuerySet:
        """Return those that were not undone, the newest first."""
        return self.filter(undone_at=None).order_by("-pk")


class NoteEdit(models.Model):
    """That the author of a note has changed what it says: ``text`` is what it said before.

    Of an edit that was undone, which is always later than those in force, ``text`` is what the note would say by it.
    """

    message = models.ForeignKey("Message", on_delete=models.PROTECT, related_name="edits")
    text = models.TextField(_("text"), blank=True)
    edited_at = models.DateTimeField(_("edited at"))
    undone_at = models.DateTimeField(_("undone at"), null=True)

    objects = NoteEditQuerySet.as_manager()

    class Meta:
        verbose_name = _("edit of a note")

    def __str__(self) -> str:
        return f"edit {self.pk} of {self.message_id}"
