"""Being retired instead of deleted: history hangs on what was used once."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from samovar.accounts.models.audit import Action, record
from samovar.lib import clock

if TYPE_CHECKING:
    from samovar.accounts.models.user import User


class Retirable(models.Model):
    """Something that can be offered no more, while it stays wherever it stands, and be offered again."""

    RETIRED: ClassVar[Action]
    REVIVED: ClassVar[Action]

    archived_at = models.DateTimeField(_("archived at"), null=True, blank=True)

    class Meta:
        abstract = True

    @transaction.atomic
    def retire(self, by: User) -> None:
        """Offer it no more. Twice is once."""
        self._lock()
        if self.archived_at is None:
            self.archived_at = clock.now()
            self.save(update_fields=["archived_at"])
            record(self.RETIRED, by, self)

    @transaction.atomic
    def revive(self, by: User) -> None:
        """Offer it again. Twice is once."""
        self._lock()
        if self.archived_at is not None:
            self.archived_at = None
            self.save(update_fields=["archived_at"])
            record(self.REVIVED, by, self)

    def _lock(self) -> None:
        self.refresh_from_db(from_queryset=type(self)._base_manager.select_for_update())
