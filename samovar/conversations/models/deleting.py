"""Taking a conversation out of everybody's sight: for 30 days it can be brought back, then it is emptied for good."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from samovar.accounts.auditing import Action, record
from samovar.accounts.models import User
from samovar.conversations.errors import DeletedWithMain, GoneForGood
from samovar.conversations.events import ConversationDeleted, ConversationRestored
from samovar.events.announcing import announce
from samovar.lib import clock

if TYPE_CHECKING:
    from samovar.conversations.models.answering import Heading
    from samovar.conversations.models.conversation import Conversation

KEPT_FOR = timedelta(days=30)
# The reason of what nobody deleted: it was kept as long as its inbox keeps things, and cannot be brought back.
BY_RETENTION = "retention"


class DeletionReason(models.TextChoices):
    """Why something was deleted: one of few words, so that no name is ever written here."""

    MISTAKE = "mistake", _("Opened by mistake")
    DOUBLE = "double", _("Stands here twice")
    TRIAL = "trial", _("Only a trial")
    PRIVATE = "private", _("Private, or not for us")
    OTHER = "other", _("Another reason")


class Deletable(models.Model):
    """Something that can be deleted: ``removed_at`` says that it was emptied since, and cannot be brought back."""

    deleted_at = models.DateTimeField(_("deleted at"), null=True)
    deleted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    deletion_reason = models.CharField(_("why it was deleted"), max_length=20, blank=True, default="", db_default="")
    removed_at = models.DateTimeField(_("removed for good at"), null=True)

    class Meta:
        abstract = True

    if TYPE_CHECKING:
        version: int
        parent: Conversation | None
        sides: models.Manager[Conversation]

        def locked(self) -> None: ...
        def heading(self, by: User | None) -> Heading: ...

    @property
    def kept_until(self) -> datetime | None:
        """Until when it can be brought back; None for what is not deleted."""
        if self.deletion_reason == BY_RETENTION:
            return self.deleted_at
        return self.deleted_at + KEPT_FOR if self.deleted_at else None

    @property
    def is_restorable(self) -> bool:
        """Whether it is deleted and can be brought back."""
        return self.kept_until is not None and self.removed_at is None and clock.now() < self.kept_until

    @property
    def days_left(self) -> str:
        """How many days are left to bring it back, in the reader's language."""
        days = max(0, (self.kept_until - clock.now()).days) if self.kept_until else 0
        return ngettext("%(days)d day left", "%(days)d days left", days) % {"days": days}

    @property
    def why_deleted(self) -> str:
        """Why it was deleted, in the reader's language."""
        known = self.deletion_reason in DeletionReason.values
        return str(DeletionReason(self.deletion_reason).label) if known else ""

    @transaction.atomic
    def trash(self, reason: DeletionReason, by: User) -> None:
        """Take it out of everybody's sight, with what was asked outside about it: that quotes it.

        Twice is once; nothing that it holds is touched yet.
        """
        self.locked()
        if self.deleted_at is None:
            at = clock.now()
            self._hide(at, reason, by)
            for side in self.sides.filter(deleted_at=None).order_by("pk").select_for_update(of=("self",)):
                side._hide(at, reason, by)

    @transaction.atomic
    def restore(self, by: User) -> None:
        """Bring it back as it was, with what was deleted with it. Twice is once.

        Raises GoneForGood for what was removed since, and DeletedWithMain for a side of what is deleted.
        """
        if self.parent:
            self.parent.locked()
            if self.parent.deleted_at and self.parent.deletion_reason != BY_RETENTION:
                raise DeletedWithMain(_("The conversation that this one is about is deleted. Restore that one."))
        self.locked()
        if self.deleted_at is not None:
            if not self.is_restorable:
                raise GoneForGood(_("It was deleted more than 30 days ago and is removed for good."))
            with_it = self.sides.filter(deleted_at=self.deleted_at, removed_at=None).order_by("pk")
            for side in with_it.select_for_update(of=("self",)):
                side._show(by)
            self._show(by)

    def _hide(self, at: datetime, reason: DeletionReason, by: User) -> None:
        self.deleted_at, self.deleted_by, self.deletion_reason = at, by, reason
        self.version += 1
        self.save(update_fields=["deleted_at", "deleted_by", "deletion_reason", "version"])
        announce(ConversationDeleted(**self.heading(by)))
        record(Action.CONVERSATION_DELETED, by, self, reason=reason)

    def _show(self, by: User) -> None:
        self.deleted_at, self.deleted_by, self.deletion_reason = None, None, ""
        self.version += 1
        self.save(update_fields=["deleted_at", "deleted_by", "deletion_reason", "version"])
        announce(ConversationRestored(**self.heading(by)))
        record(Action.CONVERSATION_RESTORED, by, self)
