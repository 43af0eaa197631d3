"""Mailboxes that rest for a while, or are put away for good."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from samovar.accounts.models.audit import Action, record
from samovar.conversations.models import Inbox

if TYPE_CHECKING:
    from samovar.accounts.models import User


class Stoppable(models.Model):
    """The mailbox of an inbox: it can be paused, and put away together with the inbox."""

    inbox = models.OneToOneField(Inbox, on_delete=models.PROTECT, related_name="+")
    paused_at = models.DateTimeField(_("paused at"), null=True)

    class Meta:
        abstract = True

    @property
    def is_archived(self) -> bool:
        """Whether nobody uses this inbox any more."""
        return self.inbox.archived_at is not None

    @transaction.atomic
    def pause(self, by: User) -> None:
        """Neither read nor send. Twice is once."""
        mine = type(self)._base_manager.filter(pk=self.pk)
        if mine.filter(paused_at=None).update(paused_at=timezone.now()):
            record(Action.MAILBOX_PAUSED, by, self)
        self.refresh_from_db(fields=["paused_at"])

    @transaction.atomic
    def resume(self, by: User) -> None:
        """Read and send again. Twice is once."""
        mine = type(self)._base_manager.filter(pk=self.pk)
        if mine.exclude(paused_at=None).update(paused_at=None):
            record(Action.MAILBOX_RESUMED, by, self)
        self.refresh_from_db(fields=["paused_at"])

    @transaction.atomic
    def archive(self, by: User) -> None:
        """Put the inbox away; its conversations stay. Twice is once."""
        if Inbox.objects.filter(pk=self.inbox_id, archived_at=None).update(archived_at=timezone.now()):
            record(Action.MAILBOX_ARCHIVED, by, self)
        self.inbox.refresh_from_db(fields=["archived_at"])

    @transaction.atomic
    def restore(self, by: User) -> None:
        """Take an archived inbox into use again. Twice is once."""
        if Inbox.objects.filter(pk=self.inbox_id).exclude(archived_at=None).update(archived_at=None):
            record(Action.MAILBOX_RESTORED, by, self)
        self.inbox.refresh_from_db(fields=["archived_at"])
