"""A note that was taken back."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from samovar.accounts.models import User
from samovar.conversations.models.message import Message

# As long as that it can be brought back.
HELD_FOR = timedelta(minutes=10)


class WithdrawalQuerySet(models.QuerySet["Withdrawal"]):
    """Notes that were taken back."""

    def over(self, now: datetime) -> WithdrawalQuerySet:
        """Return those that nobody can bring back any more and that still hold something."""
        return self.filter(held_until__lte=now).order_by("pk")

    def held_files(self) -> list[int]:
        """Return the numbers of the files that may still be brought back with their note."""
        held = self.filter(held_until__isnull=False).values_list("file_ids", flat=True)
        return [pk for file_ids in held for pk in file_ids]


class Withdrawal(models.Model):
    """Who took back a note and when; the line stays. What the note said is held here for ten minutes, and then no more.

    ``held_until`` is empty once its ``text``, what it said before it was edited (``edits``: number, text, when, and
    when that was undone) and its files (``file_ids``) are gone.
    """

    message = models.OneToOneField(Message, on_delete=models.PROTECT, related_name="withdrawal")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    withdrawn_at = models.DateTimeField(_("taken back at"))
    held_until = models.DateTimeField(null=True)
    text = models.TextField(_("text"), blank=True)
    edits = models.JSONField(default=list, db_default=models.Value([], models.JSONField()), blank=True)
    file_ids = ArrayField(models.BigIntegerField(), default=list)

    objects = WithdrawalQuerySet.as_manager()

    class Meta:
        verbose_name = _("note taken back")
        indexes = [
            models.Index(fields=["held_until"], name="withdrawal_held", condition=models.Q(held_until__isnull=False))
        ]

    def __str__(self) -> str:
        return f"{self.message_id} taken back"
