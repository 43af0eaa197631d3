"""How to sign in to a mailbox."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from samovar.conversations.models import Inbox
from samovar.lib import sealing


class Security(models.TextChoices):
    """How a connection is protected."""

    TLS = "tls", _("TLS from the start")
    STARTTLS = "starttls", _("STARTTLS")
    NONE = "none", _("Not protected (this machine only)")


class ChannelAccount(models.Model):
    """The servers of one mailbox, and how far it has been read.

    ``uid_validity`` and ``last_uid`` are the high-water mark: everything up to it is stored here. ``problem`` says in
    words why the last attempt to fetch failed; fetching never stops for good because of it.
    """

    inbox = models.OneToOneField(Inbox, on_delete=models.PROTECT, related_name="+")
    imap_host = models.CharField(_("incoming server"), max_length=255)
    imap_port = models.PositiveIntegerField(_("port"), default=993)
    imap_security = models.CharField(_("protection"), max_length=10, choices=Security.choices, default=Security.TLS)
    smtp_host = models.CharField(_("outgoing server"), max_length=255)
    smtp_port = models.PositiveIntegerField(_("port"), default=465)
    smtp_security = models.CharField(_("protection"), max_length=10, choices=Security.choices, default=Security.TLS)
    user_name = models.CharField(_("user name"), max_length=255)
    sealed_password = models.BinaryField(default=b"")
    folder = models.CharField(_("folder"), max_length=255, default="INBOX")
    trusted_checker = models.CharField(_("server whose verdict on senders we believe"), max_length=255, blank=True)
    uid_validity = models.BigIntegerField(null=True)
    last_uid = models.BigIntegerField(default=0)
    fetched_at = models.DateTimeField(_("last fetched"), null=True)
    problem = models.CharField(_("problem"), max_length=500, blank=True)
    problem_since = models.DateTimeField(_("problem since"), null=True)
    paused_at = models.DateTimeField(_("paused at"), null=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("mailbox")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.user_name} at {self.imap_host}"

    @property
    def password(self) -> str:
        """The password in the clear; it is kept sealed with a key outside the database."""
        return sealing.opened(bytes(self.sealed_password))

    @password.setter
    def password(self, value: str) -> None:
        self.sealed_password = sealing.sealed(value)

    def note_fetched(self, at: datetime) -> None:
        """Note that the mailbox was read to its end."""
        self.fetched_at, self.problem, self.problem_since = at, "", None
        self.save(update_fields=["fetched_at", "problem", "problem_since"])

    def note_problem(self, problem: str, at: datetime) -> None:
        """Note why the mailbox could not be read."""
        self.problem, self.problem_since = problem[:500], self.problem_since or at
        self.save(update_fields=["problem", "problem_since"])
