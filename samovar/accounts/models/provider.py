"""Where the staff can sign in at their company instead of here."""

from django.db import models
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from samovar.accounts.models.user import User
from samovar.lib import sealing


class StaffProvider(models.Model):
    """An OpenID Connect provider at which members of staff sign in, and as which program we are known there."""

    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=60)
    issuer = models.CharField(_("server"), max_length=300)
    client_id = models.CharField(_("application ID"), max_length=300)
    sealed_client_secret = models.BinaryField(default=b"")
    created_at = models.DateTimeField(_("created at"), db_default=Now())
    retired_at = models.DateTimeField(_("retired at"), null=True)

    class Meta:
        verbose_name = _("single sign-on")
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(Lower("name"), name="staff_provider_name_unique")]

    def __str__(self) -> str:
        return self.name

    @property
    def client_secret(self) -> str:
        """The secret in the clear; it is kept sealed with a key outside the database."""
        return sealing.opened(bytes(self.sealed_client_secret))

    @client_secret.setter
    def client_secret(self, value: str) -> None:
        self.sealed_client_secret = sealing.sealed(value) if value else b""


class SignOnBinding(models.Model):
    """Who somebody of the staff is at a provider: its issuer and its number of them, which stay when e-mails change."""

    issuer = models.CharField(_("server"), max_length=300)
    subject = models.CharField(_("number there"), max_length=255)
    user = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("member of staff")
    )
    created_at = models.DateTimeField(_("created at"), db_default=Now())

    class Meta:
        verbose_name = _("account at the company")
        ordering = ["issuer", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="sign_on_binding_subject_unique"),
            models.UniqueConstraint(fields=["user", "issuer"], name="sign_on_binding_user_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.issuer} {self.subject}"
