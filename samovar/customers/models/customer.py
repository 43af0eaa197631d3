"""A person whom we serve."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models, transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from samovar.accounts.models import User
from samovar.customers.events import CustomerRenamed
from samovar.events.announcing import announce
from samovar.lib.text import search_key, sort_key, tidy


class CustomerQuerySet(models.QuerySet["Customer"]):
    """Customers as staff see them."""

    def visible_to(self, user: User) -> "CustomerQuerySet":
        """Return those whom ``user`` may see: every one for the desk, none for outside experts."""
        return self if user.can_look else self.none()

    def present(self) -> "CustomerQuerySet":
        """Return those who were not merged into somebody else."""
        return self.filter(merged_into__isnull=True)


class Customer(models.Model):
    """A person whom we serve, however many addresses they write from."""

    name = models.CharField(_("name"), max_length=300, blank=True)
    sort_key = models.CharField(max_length=300, editable=False)
    search_key = models.CharField(max_length=300, editable=False)
    language = models.CharField(_("language"), max_length=10, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    city = models.CharField(_("city"), max_length=120, blank=True)
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(_("customer since"))

    objects = CustomerQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer")
        indexes = [
            models.Index(fields=["sort_key", "id"], name="customer_by_name"),
            GinIndex(OpClass("search_key", name="gin_trgm_ops"), name="customer_name_like"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of its page."""
        return reverse("customer", args=[self.pk])

    def save(self, *args: object, **kwargs: object) -> None:
        """Keep the sorting and the searching form of the name beside it."""
        self.spell()
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def spell(self) -> "Customer":
        """Derive the sorting and the searching form of the name; bulk writers call it themselves."""
        self.name = tidy(self.name)[:300]
        self.sort_key, self.search_key = sort_key(self.name), search_key(self.name)
        return self

    @transaction.atomic
    def rename(self, name: str, by_id: int) -> None:
        """Correct the name."""
        self.refresh_from_db(from_queryset=Customer.objects.select_for_update())
        if tidy(name) and tidy(name) != self.name:
            self.name = name
            self.save(update_fields=["name", "sort_key", "search_key"])
            announce(CustomerRenamed(customer_id=self.pk, actor_id=by_id, name=self.name))
