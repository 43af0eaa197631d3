"""Companies that customers belong to."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from samovar.accounts.models import User
from samovar.customers.models.customer import Customer
from samovar.lib.text import search_key, sort_key


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    """Organisations as staff see them."""

    def visible_to(self, user: User) -> "OrganisationQuerySet":
        """Return those that ``user`` may see: every one for the desk, none for outside experts."""
        return self if user.can_look else self.none()


class Organisation(models.Model):
    """A company or family that customers belong to; a customer may belong to several.

    ``domain`` is what stands behind the @ in the addresses of its people: whoever has such an address is proposed.
    """

    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=300)
    sort_key = models.CharField(max_length=300, editable=False)
    search_key = models.CharField(max_length=300, editable=False, default="", db_default="")
    domain = models.CharField(_("domain of its e-mail"), max_length=253, blank=True, default="", db_default="")
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisation")
        indexes = [
            models.Index(fields=["sort_key", "id"], name="organisation_by_name"),
            models.Index(fields=["domain"], name="organisation_by_domain", condition=~models.Q(domain="")),
            GinIndex(OpClass("search_key", name="gin_trgm_ops"), name="organisation_name_like"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def facts(self) -> dict[str, object]:
        """What the audit log tells of it."""
        return {"name": self.name, "domain": self.domain}

    def get_absolute_url(self) -> str:
        """Return the address of its page."""
        return reverse("organisation", args=[self.pk])

    def save(self, *args: object, **kwargs: object) -> None:
        """Keep the sorting and the searching form of the name beside it."""
        self.sort_key, self.search_key = sort_key(self.name), search_key(self.name)
        super().save(*args, **kwargs)  # type: ignore[arg-type]  # what Django's save takes


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Places of customers in organisations."""

    def present(self) -> "MembershipQuerySet":
        """Return those that nobody has taken off, of people who are there."""
        return self.filter(removed_at=None, customer__merged_into=None, customer__erased_at=None)


class Membership(models.Model):
    """A customer's place in an organisation; ``removed_at`` says that somebody took it off, by mistake perhaps."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="memberships", db_index=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(_("role"), max_length=120, blank=True)
    since_on = models.DateField(_("since"), null=True, blank=True)
    until_on = models.DateField(_("until"), null=True, blank=True)
    removed_at = models.DateTimeField(_("removed at"), null=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        constraints = [models.UniqueConstraint(fields=["customer", "organisation"], name="member_once")]

    def __str__(self) -> str:
        return f"{self.customer_id} in {self.organisation_id}"
