"""Addresses, phones and accounts by which we know a customer."""

import phonenumbers
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.utils.translation import gettext_lazy as _

from samovar.accounts.models import User
from samovar.customers.models.customer import Customer
from samovar.lib.text import tidy


class IdentityKind(models.TextChoices):
    """The kinds of addresses by which people reach us."""

    EMAIL = "email", _("E-mail")
    PHONE = "phone", _("Phone number")
    EXTERNAL = "external", _("Number in another system")


class Identity(models.Model):
    """One way in which one customer reaches us; nobody else can hold the same one.

    ``value`` is normalised (``normalised()``), ``shown`` is as the person writes it. ``verified_at`` says since when
    we know that it is theirs; until then it is a claim.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="identities")
    kind = models.CharField(_("kind"), max_length=20, choices=IdentityKind.choices)
    value = models.CharField(_("value"), max_length=320)
    shown = models.CharField(_("as written"), max_length=320)
    verified_at = models.DateTimeField(_("verified at"), null=True, blank=True)
    undeliverable_at = models.DateTimeField(_("undeliverable since"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("identity")
        constraints = [
            models.UniqueConstraint(fields=["kind", "value"], name="identity_unique"),
            models.CheckConstraint(condition=models.Q(kind__in=IdentityKind.values), name="identity_kind_known"),
        ]
        indexes = [GinIndex(OpClass("value", name="gin_trgm_ops"), name="identity_value_like")]

    def __str__(self) -> str:
        return self.shown


class RemovedIdentity(models.Model):
    """An address that somebody took off a card, kept for the days in which that can be undone; ``id`` is its own."""

    id = models.BigIntegerField(primary_key=True)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=20, choices=IdentityKind.choices)
    value = models.CharField(_("value"), max_length=320)
    shown = models.CharField(_("as written"), max_length=320)
    verified_at = models.DateTimeField(_("verified at"), null=True)
    undeliverable_at = models.DateTimeField(_("undeliverable since"), null=True)
    created_at = models.DateTimeField(_("created at"))
    removed_at = models.DateTimeField(_("removed at"), db_index=True)
    removed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("removed identity")

    def __str__(self) -> str:
        return self.shown


def normalised(kind: str, written: str, region: str = "") -> str:
    """Return the form of an address that is compared and kept unique.

    E-mail in lower case; phones as E.164 when they can be read as a number of ``region`` (by default that of the
    installation) or with a country code, otherwise their digits; everything else tidied only.
    """
    text = tidy(written)[:320]
    if kind == IdentityKind.EMAIL:
        # Small letters may be longer than capital ones.
        return text.lower()[:320]
    if kind == IdentityKind.PHONE:
        return _phone(text, region or settings.PHONE_REGION)
    return text


def _phone(text: str, region: str) -> str:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return "".join(filter(str.isdigit, text))
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
