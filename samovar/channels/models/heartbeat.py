"""The heartbeat of a mailbox: a mail to itself that has to come back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from samovar.accounts.models.audit import Action, record
from samovar.channels.models.account import ChannelAccount
from samovar.lib import sayings

if TYPE_CHECKING:
    from samovar.accounts.models import User

EXPECTED_WITHIN = timedelta(minutes=5)
LOST = sayings.kept(gettext_noop("the mail that it wrote to itself did not come back"))


class HeartbeatQuerySet(models.QuerySet["Heartbeat"]):
    """Heartbeats."""

    @transaction.atomic
    def begin(self, account: ChannelAccount, by: User) -> None:
        """Let a mailbox write to itself. Twice is once."""
        _heartbeat, is_new = self.get_or_create(account=account)
        if is_new:
            record(Action.MAILBOX_CHANGED, by, account, {"has_heartbeat": False}, {"has_heartbeat": True})

    @transaction.atomic
    def end(self, account: ChannelAccount, by: User) -> None:
        """Let a mailbox write to itself no more. Twice is once."""
        if self.filter(account=account).delete()[0]:
            record(Action.MAILBOX_CHANGED, by, account, {"has_heartbeat": True}, {"has_heartbeat": False})


class Heartbeat(models.Model):
    """Mails that a mailbox writes to itself, to be sure that both ways are open; it beats as long as the row is there.

    ``number`` is that of the last one. It is kept in the mailbox as any mail is, and becomes no message.
    """

    account = models.OneToOneField(ChannelAccount, on_delete=models.PROTECT, related_name="heartbeat")
    number = models.CharField(max_length=16, blank=True)
    sent_at = models.DateTimeField(null=True)
    returned_at = models.DateTimeField(null=True)
    round_trip = models.DurationField(null=True)
    beats = models.IntegerField(default=0)
    problem = models.CharField(_("problem"), max_length=sayings.LONGEST, blank=True)

    objects = HeartbeatQuerySet.as_manager()

    class Meta:
        verbose_name = _("heartbeat")

    def __str__(self) -> str:
        return f"heartbeat of {self.account_id}"

    @property
    def problem_text(self) -> str:
        """Why the last one could not be sent, or that one is lost, in the reader's language."""
        return sayings.told(self.problem)

    def is_missing(self, at: datetime) -> bool:
        """Whether the last mail could not leave, or should be back by now, or one was lost and none came since."""
        return bool(self.problem) or (self._is_out and self.sent_at is not None and at - self.sent_at > EXPECTED_WITHIN)

    @property
    def _is_out(self) -> bool:
        return self.sent_at is not None and (self.returned_at is None or self.returned_at < self.sent_at)

    def note_begun(self, number: str, at: datetime) -> None:
        """Note that one is about to leave; the one before it is lost if it is not back, until one comes back."""
        self.problem = LOST if self._is_out else self.problem
        self.number, self.sent_at = number, at
        self.save(update_fields=["number", "sent_at", "problem"])

    def note_sent(self) -> None:
        """Note that it has left; it may even be back."""
        if self.problem and self.problem != LOST:
            self.problem = ""
            self.save(update_fields=["problem"])

    def note_not_sent(self, problem: str) -> None:
        """Note why it could not leave (kept)."""
        self.problem, self.sent_at = problem, None
        self.save(update_fields=["problem", "sent_at"])

    def note_returned(self, number: str, at: datetime) -> None:
        """Note that one is back; a late or repeated one counts no more."""
        if number == self.number and self.sent_at and self._is_out:
            self.returned_at, self.round_trip, self.beats, self.problem = at, at - self.sent_at, self.beats + 1, ""
            self.save(update_fields=["returned_at", "round_trip", "beats", "problem"])
