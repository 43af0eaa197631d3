"""What was asked to be filled in, and how far it has come."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _


class Filling(models.Model):
    """The demo company of this installation. Its rows follow from ``seed``, ``conversations`` and ``ends_at``."""

    ONLY = 1

    seed = models.BigIntegerField(_("seed"))
    conversations = models.PositiveIntegerField(_("conversations"))
    ends_at = models.DateTimeField(_("last moment of the invented year"))
    started_at = models.DateTimeField(_("begun at"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished at"), null=True)

    class Meta:
        verbose_name = _("demo company")
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="only_one_filling")]

    def __str__(self) -> str:
        return f"{self.conversations} conversations, seed {self.seed}"

    def finish(self, at: datetime) -> None:
        """Note that everything is there."""
        self.finished_at = at
        self.save(update_fields=["finished_at"])


class FilledPart(models.Model):
    """A part that stands in the tables; its row is written in the transaction of the part."""

    name = models.CharField(_("part"), max_length=40)

    class Meta:
        verbose_name = _("filled part")
        constraints = [models.UniqueConstraint(fields=["name"], name="part_filled_once")]

    def __str__(self) -> str:
        return self.name
