"""Two cards that turned out to be one person, and what each merge has moved."""

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from samovar.accounts.models import User
from samovar.customers.models.customer import Customer
from samovar.lib import clock

UNDONE_WITHIN = timedelta(days=30)


class Merge(models.Model):
    """That ``merged`` is the same person as ``survivor``, and who says so.

    ``before`` and ``after`` hold what the merge has changed on the survivor's card; ``before`` also, as "places", what
    it has changed about where they belong. ``settled_at`` says that everything is where it belongs: with the survivor,
    or, after it was undone, back where it was.
    """

    survivor = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    merged = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    began_at = models.DateTimeField(_("merged at"))
    undone_at = models.DateTimeField(_("undone at"), null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("merge")
        indexes = [models.Index("began_at", name="merge_unsettled", condition=models.Q(settled_at=None))]

    def __str__(self) -> str:
        return f"{self.merged_id} → {self.survivor_id}"

    @property
    def can_be_undone(self) -> bool:
        """Whether it is in force, and not for too long."""
        return self.undone_at is None and clock.now() - self.began_at < UNDONE_WITHIN


class MovedRow(models.Model):
    """One row that a merge has given to the survivor; ``place`` is its table and column."""

    merge = models.ForeignKey(Merge, on_delete=models.PROTECT, related_name="moved", db_index=False)
    place = models.CharField(max_length=100)
    row_id = models.BigIntegerField()

    class Meta:
        verbose_name = _("moved row")
        constraints = [models.UniqueConstraint(fields=["merge", "place", "row_id"], name="moved_once")]

    def __str__(self) -> str:
        return f"{self.place} {self.row_id}"
