"""For how long what is settled in an inbox is kept."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from samovar.accounts.models import User
from samovar.accounts.models.audit import Action, record
from samovar.conversations.models.inbox import Inbox
from samovar.conversations.models.tag import Tag
from samovar.lib import clock

# Long enough for whoever did not want it to hear of it.
WAITS_FOR = timedelta(days=30)
MONTHS = (6, 12, 18, 24, 36, 60, 84, 120)


class RetentionQuerySet(models.QuerySet["Retention"]):
    """Settings of inboxes."""

    def in_force(self) -> RetentionQuerySet:
        """Return those by which something is removed now."""
        return self.filter(months__isnull=False, begins_at__lte=clock.now())

    def wait_again(self, inbox_ids: Collection[int]) -> None:
        """Remove nothing from these inboxes for 30 days: old mail comes in, which nobody could think of before."""
        anew = clock.now() + WAITS_FOR
        waiting = self.filter(inbox__in=inbox_ids, months__isnull=False)
        # Once a day is enough, however many mails there are.
        waiting.filter(begins_at__lt=anew - timedelta(days=1)).update(begins_at=anew)

    @transaction.atomic
    def decide(self, inbox: Inbox, months: int | None, exempt_tag: Tag | None, by: User) -> Retention:
        """Let what was resolved so many months ago be removed from an inbox, or nothing any more (None).

        What reaches further than before waits for 30 days again; whatever bears ``exempt_tag`` is never removed.
        """
        Inbox.objects.select_for_update(of=("self",)).get(pk=inbox.pk)
        found, _is_new = self.select_for_update(of=("self",)).get_or_create(inbox=inbox, defaults={"set_by": by})
        before = found.facts
        reaches_further = months is not None and found.spares(months, exempt_tag)
        found.months, found.exempt_tag = months, exempt_tag
        if months is None:
            found.begins_at = None
        elif found.begins_at is None or reaches_further:
            found.begins_at = clock.now() + WAITS_FOR
        if found.facts != before:
            found.set_by, found.set_at = by, clock.now()
            found.save(update_fields=["months", "exempt_tag", "begins_at", "set_by", "set_at"])
            record(Action.RETENTION_DECIDED, by, inbox, before, found.facts)
        return found


class Retention(models.Model):
    """After how many months what is resolved in an inbox is removed for good; without ``months`` it is kept.

    Nothing is removed before ``begins_at``. ``removed`` is how many were removed so far, the last time at ``ran_at``.
    """

    inbox = models.OneToOneField(Inbox, on_delete=models.PROTECT, related_name="+")
    months = models.PositiveSmallIntegerField(_("months after being resolved"), null=True)
    exempt_tag = models.ForeignKey(Tag, on_delete=models.PROTECT, null=True, related_name="+")
    begins_at = models.DateTimeField(_("begins at"), null=True)
    set_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    set_at = models.DateTimeField(_("decided at"), default=clock.now)
    removed = models.IntegerField(_("removed so far"), default=0)
    ran_at = models.DateTimeField(_("last time at"), null=True)

    objects = RetentionQuerySet.as_manager()

    class Meta:
        verbose_name = _("retention")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(months=None, begins_at=None) | models.Q(months__in=MONTHS, begins_at__isnull=False),
                name="retention_begins",
            )
        ]

    def __str__(self) -> str:
        return f"{self.inbox_id}: {self.months}"

    @property
    def facts(self) -> dict[str, object]:
        """What the audit log tells of it."""
        return {"months": self.months, "tag": str(self.exempt_tag or "")}

    @property
    def has_begun(self) -> bool:
        """Whether something is removed by it now."""
        return self.begins_at is not None and self.begins_at <= clock.now()

    def spares(self, months: int, exempt_tag: Tag | None) -> bool:
        """Whether it keeps something that would be removed with other ``months`` or another ``exempt_tag``."""
        if self.months is None or months < self.months:
            return True
        return self.exempt_tag is not None and self.exempt_tag != exempt_tag


def span_of(months: int) -> str:
    """Return a number of months in the reader's language."""
    if months % 12:
        return ngettext("%(count)d month", "%(count)d months", months) % {"count": months}
    return ngettext("%(count)d year", "%(count)d years", months // 12) % {"count": months // 12}
