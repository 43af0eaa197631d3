"""Companies that customers belong to."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from samovar.customers.models.customer import Customer
from samovar.lib.text import sort_key


class Organisation(models.Model):
    """A company or family that customers belong to; a customer may belong to several."""

    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=300)
    sort_key = models.CharField(max_length=300, editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("organisation")
        indexes = [models.Index(fields=["sort_key", "id"], name="organisation_by_name")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        """Keep the sorting form of the name beside it."""
        self.sort_key = sort_key(self.name)
        super().save(*args, **kwargs)  # type: ignore[arg-type]


class Membership(models.Model):
    """A customer's place in an organisation."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="memberships", db_index=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(_("role"), max_length=120, blank=True)
    since_on = models.DateField(_("since"), null=True, blank=True)
    until_on = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("membership")
        constraints = [models.UniqueConstraint(fields=["customer", "organisation"], name="member_once")]

    def __str__(self) -> str:
        return f"{self.customer_id} in {self.organisation_id}"
