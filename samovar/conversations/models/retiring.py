"""Words of the team's own that are retired or merged, never deleted: history hangs on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self, cast

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from samovar.accounts.auditing import Action, record
from samovar.accounts.models import User
from samovar.lib import clock


@dataclass(frozen=True)
class Words:
    """How the audit log calls what is done, and what is raised where the other one is not in use any more."""

    retired: Action
    revived: Action
    merged: Action
    separated: Action
    not_in_use: type[Exception]


class Retirable(models.Model):
    """A word of the team's own. It is retired, never deleted: history hangs on it.

    What is ``merged_into`` another one is retired too, and shown as the other wherever it was put on, so that a merge
    moves nothing and can be taken back; the history keeps the word of its time. ``merged_by_hand_into`` is the one that
    somebody chose: where that one was merged further, ``merged_into`` is where all of them stand now.
    """

    words: ClassVar[Words]

    archived_at = models.DateTimeField(_("retired at"), null=True, blank=True)
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged")
    merged_by_hand_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        abstract = True

    if TYPE_CHECKING:
        merged_into_id: int | None

    @property
    def now(self) -> Self:
        """The one that stands for it now: itself, or what it was merged into."""
        return cast("Self | None", self.merged_into) or self

    @transaction.atomic
    def retire(self, by: User) -> None:
        """Offer it no more; where it was put on it stays. Twice is once."""
        self._lock()
        if self.archived_at is None:
            self.archived_at = clock.now()
            self.save(update_fields=["archived_at"])
            record(self.words.retired, by, self)

    @transaction.atomic
    def revive(self, by: User) -> None:
        """Offer it again, on its own, with what was merged into it before. Twice is once."""
        self._lock()
        if self.archived_at is None:
            return
        action = self.words.separated if self.merged_into_id else self.words.revived
        self.archived_at = self.merged_into = self.merged_by_hand_into = None
        self.save(update_fields=["archived_at", "merged_into", "merged_by_hand_into"])
        self._take_back()
        record(action, by, self)

    @transaction.atomic
    def merge(self, into: Self, by: User) -> None:
        """Let ``into`` stand wherever this one was put on. Twice is once.

        Where it was merged itself meanwhile, that one stands there; raises ``words.not_in_use`` where that one is
        retired.
        """
        self._lock()
        chosen = self._all().select_related("merged_into").get(pk=into.pk)
        into = chosen.now
        if self.merged_into_id is None and self.pk != into.pk:
            if into.archived_at is not None:
                raise self.words.not_in_use(str(into))
            self.merged_into, self.merged_by_hand_into, self.archived_at = into, chosen, clock.now()
            self.save(update_fields=["archived_at", "merged_into", "merged_by_hand_into"])
            self._all().filter(merged_into=self.pk).update(merged_into=into)
            record(self.words.merged, by, self, after={"into": str(into)})

    def _take_back(self) -> None:
        """Let all that were merged into it, at whatever remove, stand as this one again."""
        found, fresh = set[int](), {self.pk}
        while fresh:
            fresh = set(self._all().filter(merged_by_hand_into__in=fresh).values_list("pk", flat=True)) - found
            found |= fresh
        self._all().filter(pk__in=found).update(merged_into=self)

    def _lock(self) -> None:
        # In one order, whatever is merged into what: all of them are few.
        list(self._all().order_by("pk").select_for_update(of=("self",)).values_list("pk"))
        self.refresh_from_db()

    def _all(self) -> models.QuerySet[Self]:
        return type(self)._default_manager.all()
