"""Companies that let programs into mailboxes by OAuth2 instead of a password."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from samovar.accounts.models.audit import Action, record, record_change
from samovar.lib import sealing

if TYPE_CHECKING:
    from samovar.accounts.models import User

LONGEST_URL = 500
# What an administrator types, and the audit log tells.
SETTINGS = ("name", "authorization_url", "token_url", "scopes", "extras", "client_id")


class SignInProvider(models.Model):
    """Where people sign in to their mailboxes, and as which program we are known there.

    ``extras`` are further parameters of the page at which people agree, as in an address: ``prompt=consent``.
    """

    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=60, unique=True)
    authorization_url = models.CharField(_("address where people agree"), max_length=LONGEST_URL)
    token_url = models.CharField(_("address for tokens"), max_length=LONGEST_URL)
    scopes = models.CharField(_("scopes"), max_length=LONGEST_URL)
    extras = models.CharField(_("further parameters"), max_length=LONGEST_URL, blank=True)
    client_id = models.CharField(_("application ID"), max_length=LONGEST_URL)
    sealed_client_secret = models.BinaryField(default=b"")
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("sign-in provider")
        verbose_name_plural = _("sign-in providers")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def client_secret(self) -> str:
        """The secret in the clear; it is kept sealed with a key outside the database."""
        return sealing.opened(bytes(self.sealed_client_secret))

    @client_secret.setter
    def client_secret(self, value: str) -> None:
        self.sealed_client_secret = sealing.sealed(value) if value else b""

    @property
    def facts(self) -> dict[str, object]:
        """What the audit log tells of it: never the secret."""
        return {name: getattr(self, name) for name in SETTINGS}

    @transaction.atomic
    def describe(self, typed: Mapping[str, str], by: User) -> None:
        """Store it as typed, new or changed; without a secret the stored one stays."""
        before = SignInProvider.objects.select_for_update().get(pk=self.pk).facts if self.pk else {}
        for name in SETTINGS:
            setattr(self, name, typed[name])
        if typed["client_secret"]:
            self.client_secret = typed["client_secret"]
        if self.pk is None:
            self.save(force_insert=True)
            record(Action.MAIL_PROVIDER_ADDED, by, self, after=self.facts)
        else:
            self.save(update_fields=[*SETTINGS, "sealed_client_secret"])
            new = {"new_secret": True} if typed["client_secret"] else {}
            record_change(Action.MAIL_PROVIDER_CHANGED, by, self, before, {**self.facts, **new})
