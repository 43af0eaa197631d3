"""Our own letters in the Sent folder of the mailbox."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from samovar.channels.models.account import ChannelAccount
from samovar.conversations.models import Message
from samovar.lib import sayings


class SentCopyQuerySet(models.QuerySet["SentCopy"]):
    """Copies."""

    def waiting(self) -> SentCopyQuerySet:
        """Return those of which nobody knows yet that they lie in the Sent folder."""
        return self.filter(found_at=None, kept_at=None, dropped_at=None)


class SentCopy(models.Model):
    """That a letter of ours is to lie in the Sent folder: the provider puts it there by itself, or we do.

    ``content`` is the letter byte by byte, kept no longer than it is needed. ``found_at`` says that it was met there
    although we did not put it there, ``kept_at`` that we did, ``dropped_at`` that it was given up.
    """

    message = models.OneToOneField(Message, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(ChannelAccount, on_delete=models.PROTECT, related_name="+", db_index=False)
    content = models.BinaryField(null=True)
    sent_at = models.DateTimeField(_("sent at"))
    next_try_at = models.DateTimeField(_("next try at"))
    tries = models.SmallIntegerField(default=0)
    found_at = models.DateTimeField(null=True)
    kept_at = models.DateTimeField(null=True)
    dropped_at = models.DateTimeField(null=True)
    problem = models.CharField(_("problem"), max_length=sayings.LONGEST, blank=True)

    objects = SentCopyQuerySet.as_manager()

    class Meta:
        verbose_name = _("copy of a letter")
        indexes = [
            models.Index(
                fields=["next_try_at"],
                name="sent_copy_due",
                condition=Q(found_at=None, kept_at=None, dropped_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"copy of {self.message_id}"

    def note_found(self, at: datetime) -> None:
        """Note that it lies in the Sent folder."""
        if self.kept_at is None:
            self.found_at = self.found_at or at
        self._settle()

    def note_kept(self, at: datetime) -> None:
        """Note that we have put it into the Sent folder."""
        self.kept_at = at
        self._settle()

    def note_dropped(self, at: datetime, problem: str) -> None:
        """Note that it stays away, and why (kept)."""
        self.dropped_at, self.problem = at, problem
        self._settle()

    def note_failure(self, problem: str, again_at: datetime) -> None:
        """Note why it could not be put there this time (kept)."""
        self.tries, self.problem, self.next_try_at = self.tries + 1, problem, again_at
        self.save(update_fields=["tries", "problem", "next_try_at"])

    def _settle(self) -> None:
        self.content = None
        self.save(update_fields=["content", "found_at", "kept_at", "dropped_at", "problem"])
