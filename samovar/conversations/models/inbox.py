"""Inboxes: the addresses at which customers reach us."""

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Inbox(models.Model):
    """One address or account at which customers reach us. It is archived, never deleted: history hangs on it."""

    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=100)
    address = models.EmailField(_("address"), blank=True, max_length=254)
    sender_name = models.CharField(_("sender's name"), max_length=100, blank=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    archived_at = models.DateTimeField(_("archived at"), null=True, blank=True)

    class Meta:
        verbose_name = _("inbox")
        verbose_name_plural = _("inboxes")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(Lower("address"), name="inbox_address_unique", condition=~models.Q(address="")),
        ]

    def __str__(self) -> str:
        return self.name
