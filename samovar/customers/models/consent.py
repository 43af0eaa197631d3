"""What customers have agreed to, and when they took it back: a ledger to which is only ever added."""

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from samovar.accounts.models import User
from samovar.customers.models.customer import Customer


class ConsentPurpose(models.TextChoices):
    """What customers may agree to. The keys stay for ever: rows and those who ask name them."""

    NEWS = "news", _("News and offers")
    SURVEYS = "surveys", _("Surveys")
    RECORDING = "recording", _("Recording of calls")
    TRAINING = "training", _("Training of models on their messages")


class ConsentWay(models.TextChoices):
    """How somebody said it."""

    MAIL = "mail", _("In a letter")
    PHONE = "phone", _("On the phone")
    VISIT = "visit", _("Face to face")
    WEB = "web", _("On a web page")
    PAPER = "paper", _("On paper")


class ConsentQuerySet(models.QuerySet["Consent"]):
    """Entries of the ledger."""

    def current(self) -> "ConsentQuerySet":
        """Return the entries that hold: of each customer and purpose the last that was said."""
        same = Consent.objects.filter(customer=OuterRef("customer"), purpose=OuterRef("purpose"))
        later = Q(at__gt=OuterRef("at")) | Q(at=OuterRef("at"), pk__gt=OuterRef("pk"))
        return self.filter(~Exists(same.filter(later)))

    def of_present(self) -> "ConsentQuerySet":
        """Return those of people who are there."""
        return self.filter(customer__merged_into=None, customer__erased_at=None)


class Consent(models.Model):
    """That a customer agreed to something at a moment, or took it back; ``wording`` is what they read, or its version.

    No entry is ever changed: what was wrong is followed by another one. ``conversation_number`` is where it can be
    read; it is no key, because conversations stand above customers.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+", db_index=False)
    purpose = models.CharField(_("what for"), max_length=40)
    is_given = models.BooleanField(pgettext_lazy("consent", "given"))
    at = models.DateTimeField(_("when it was said"))
    way = models.CharField(_("how it was said"), max_length=10, choices=ConsentWay.choices)
    wording = models.CharField(_("wording"), max_length=300, blank=True)
    conversation_number = models.BigIntegerField(_("conversation"), null=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    entered_at = models.DateTimeField(_("entered at"), db_default=Now())

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent")
        constraints = [models.CheckConstraint(condition=Q(way__in=ConsentWay.values), name="consent_way_known")]
        indexes = [
            models.Index(fields=["customer", "purpose", "at", "id"], name="consent_of_customer"),
            models.Index(fields=["purpose", "is_given"], name="consent_by_purpose"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.purpose}"

    @property
    def purpose_told(self) -> str:
        """What it is for, in the reader's language."""
        known = self.purpose in ConsentPurpose.values
        return str(ConsentPurpose(self.purpose).label) if known else self.purpose
