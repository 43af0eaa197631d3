"""That a person was erased, as it can be shown for ever: it says nothing about them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from samovar.accounts.models import User
from samovar.customers.models.customer import Customer


class Ground(models.TextChoices):
    """Why somebody is erased."""

    ASKED = "asked", _("The person has asked for it")
    NO_LONGER = "no-longer", _("There is no ground to keep it any longer")
    MISTAKE = "mistake", _("It should never have been kept")


class Erasure(models.Model):
    """The erasure of one person, and its proof: ``counts`` are the rows that were emptied, by table.

    ``addresses`` are what has still to be looked for; they are forgotten when it is settled (``settled_at``).
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    ground = models.CharField(_("ground"), max_length=20, choices=Ground.choices)
    addresses = models.JSONField(default=list)
    counts = models.JSONField(default=dict)
    began_at = models.DateTimeField(_("erased at"))
    settled_at = models.DateTimeField(_("completed at"), null=True)

    class Meta:
        verbose_name = _("erasure")
        indexes = [models.Index("began_at", name="erasure_unsettled", condition=models.Q(settled_at=None))]

    def __str__(self) -> str:
        return f"{self.customer_id}"

    @property
    def total(self) -> int:
        """How many rows were emptied."""
        return sum(self.counts.values())
