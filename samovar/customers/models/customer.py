"""A person whom we serve."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models, transaction
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from samovar.accounts.models import User
from samovar.customers.errors import CardClosed
from samovar.customers.events import CustomerCorrected, CustomerRenamed
from samovar.events.announcing import CustomerEvent, announce
from samovar.lib.text import search_key, sort_key, tidy

# What staff may correct, in the order of the form.
DETAILS = ("name", "language", "city", "time_zone")


class CustomerQuerySet(models.QuerySet["Customer"]):
    """Customers as staff see them."""

    def visible_to(self, user: User) -> "CustomerQuerySet":
        """Return those whom ``user`` may see: every one for the desk, none for outside experts."""
        return self if user.can_look else self.none()

    def present(self) -> "CustomerQuerySet":
        """Return those who were neither merged into somebody else nor erased."""
        return self.filter(merged_into__isnull=True, erased_at__isnull=True)


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
    erased_at = models.DateTimeField(_("erased at"), null=True)

    objects = CustomerQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer")
        indexes = [
            models.Index(fields=["sort_key", "id"], name="customer_by_name"),
            GinIndex(OpClass("search_key", name="gin_trgm_ops"), name="customer_name_like"),
            models.Index(
                OpClass(Lower("city"), name="text_pattern_ops"), name="customer_by_city", condition=~models.Q(city="")
            ),
        ]

    @property
    def shown_name(self) -> str:
        """The name as a page shows it, also of somebody of whom we know nothing."""
        if self.erased_at:
            return gettext("Erased customer")
        return self.name or gettext("Unknown sender")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of its page."""
        return reverse("customer", args=[self.pk])

    def save(self, *args: object, **kwargs: object) -> None:
        """Keep the sorting and the searching form of the name beside it."""
        self.spell()
        super().save(*args, **kwargs)  # type: ignore[arg-type]  # what Django's save takes

    def spell(self) -> "Customer":
        """Derive the sorting and the searching form of the name; bulk writers call it themselves."""
        self.name = tidy(self.name)[:300]
        self.sort_key, self.search_key = sort_key(self.name), search_key(self.name)
        return self

    def writable(self) -> None:
        """Hold the card for this transaction; raises CardClosed when it is no card of its own any more."""
        self.refresh_from_db(from_queryset=Customer.objects.select_for_update(of=("self",)))
        if self.erased_at:
            raise CardClosed(gettext("This person was erased."))
        if self.merged_into_id:
            raise CardClosed(gettext("This card was merged into another one meanwhile."))

    @transaction.atomic
    def correct(self, details: dict[str, str], by: User) -> None:
        """Correct what is known of the customer: any of DETAILS. What says the same changes nothing.

        Raises CardClosed.
        """
        self.writable()
        changed = [name for name in DETAILS if name in details and tidy(details[name]) != getattr(self, name)]
        if "name" in changed and not tidy(details["name"]):
            changed.remove("name")
        for name in changed:
            setattr(self, name, tidy(details[name]))
        if changed:
            self.save(update_fields=["sort_key", "search_key", *changed])
            said: CustomerEvent = CustomerCorrected(customer_id=self.pk, actor_id=by.pk, details=tuple(changed))
            if "name" in changed:
                said = CustomerRenamed(customer_id=self.pk, actor_id=by.pk, name=self.name)
            announce(said)
