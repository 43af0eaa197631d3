"""Letters of this installation to its own staff."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from samovar.channels.models.account import ChannelAccount
from samovar.lib import sayings, sealing

# What such a letter opens is over by then.
TRIED_FOR = timedelta(hours=24)


class StaffLetterQuerySet(models.QuerySet["StaffLetter"]):
    """Letters to the staff."""

    def unsettled(self) -> StaffLetterQuerySet:
        """Return those that are neither sent nor given up."""
        return self.filter(sent_at=None, failed_at=None)

    def overdue(self, at: datetime) -> StaffLetterQuerySet:
        """Return those whose time to be tried was before ``at``, the oldest first."""
        return self.unsettled().filter(next_try_at__lt=at).order_by("next_try_at", "pk")


class StaffLetter(models.Model):
    """A letter to one member of staff, or to somebody who is to become one.

    What it says may open an account, so it is kept sealed with a key outside the database, and no longer than it is
    needed. ``account`` is the mailbox that was asked last to send it, at ``attempted_at``.
    """

    recipient = models.CharField(_("recipient"), max_length=320)
    sealed_words = models.BinaryField(default=b"")
    message_id = models.CharField(max_length=300, unique=True)
    created_at = models.DateTimeField(_("created at"))
    next_try_at = models.DateTimeField(_("next try at"))
    give_up_at = models.DateTimeField(_("tried until"))
    tries = models.SmallIntegerField(default=0)
    account = models.ForeignKey(ChannelAccount, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    attempted_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(_("sent at"), null=True)
    failed_at = models.DateTimeField(_("given up at"), null=True)
    problem = models.CharField(_("problem"), max_length=sayings.LONGEST, blank=True)

    objects = StaffLetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("letter to the staff")
        indexes = [
            models.Index(fields=["next_try_at"], name="staff_letter_due", condition=Q(sent_at=None, failed_at=None)),
            models.Index(fields=["account", "attempted_at"], name="staff_letter_attempted"),
        ]

    def __str__(self) -> str:
        return f"letter to {self.recipient}"

    def write(self, subject: str, text: str) -> None:
        """Seal what the letter says."""
        self.sealed_words = sealing.sealed(json.dumps([subject, text]))

    @property
    def words(self) -> tuple[str, str]:
        """Its subject and its text."""
        subject, text = json.loads(sealing.opened(bytes(self.sealed_words)))
        return subject, text

    def note_begun(self, account: ChannelAccount, at: datetime) -> None:
        """Note that a mailbox is asked to send it."""
        self.account, self.attempted_at, self.tries = account, at, self.tries + 1
        self.save(update_fields=["account", "attempted_at", "tries"])

    def note_sent(self, at: datetime) -> None:
        """Note that it has left; what it said is forgotten."""
        self.sent_at, self.problem, self.sealed_words = at, "", b""
        self.save(update_fields=["sent_at", "problem", "sealed_words"])

    def note_failed(self, at: datetime, problem: str) -> None:
        """Note that it never leaves, and why (kept); what it said is forgotten."""
        self.failed_at, self.problem, self.sealed_words = at, problem, b""
        self.save(update_fields=["failed_at", "problem", "sealed_words"])

    def put_off(self, until: datetime, problem: str) -> None:
        """Note when it is tried again, and why it has not left yet (kept)."""
        self.next_try_at, self.problem = until, problem
        self.save(update_fields=["next_try_at", "problem"])
