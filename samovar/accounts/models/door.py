"""What the door remembers: who must prove more than a password, and which sessions are open."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from samovar.accounts.models.user import Role, User


class FactorDemand(models.Model):
    """A role of which a second factor is demanded."""

    role = models.CharField(_("role"), max_length=20, choices=Role.choices, primary_key=True)
    created_at = models.DateTimeField(_("created at"), db_default=Now())

    class Meta:
        verbose_name = _("demand of a second factor")

    def __str__(self) -> str:
        return self.get_role_display()


class SignOnDemand(models.Model):
    """A role that signs in only at the company's provider; while there is none, by password as everybody."""

    role = models.CharField(_("role"), max_length=20, choices=Role.choices, primary_key=True)
    created_at = models.DateTimeField(_("created at"), db_default=Now())

    class Meta:
        verbose_name = _("demand of single sign-on")

    def __str__(self) -> str:
        return self.get_role_display()


class StaffSession(models.Model):
    """From where somebody is signed in; the session itself is Django's, found by ``key``."""

    key = models.CharField(max_length=40, unique=True, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    began_at = models.DateTimeField(_("began"), db_default=Now())
    seen_at = models.DateTimeField(_("last seen"), db_default=Now())
    address = models.CharField(_("address"), max_length=45)
    agent = models.CharField(_("browser"), max_length=300)

    class Meta:
        verbose_name = _("session")

    def __str__(self) -> str:
        return f"{self.user_id} from {self.address}"


class SignInTries(models.Model):
    """How often a password was tried lately, by a digest of the e-mail and the browser."""

    key = models.CharField(max_length=64, primary_key=True)
    tries = models.PositiveIntegerField()
    last_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("tries to sign in")

    def __str__(self) -> str:
        return self.key
