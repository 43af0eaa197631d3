"""To whom a machine of ours wrote of late."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

AT_ONCE = 500


class AutomaticMailQuerySet(models.QuerySet["AutomaticMail"]):
    """Automatic mails."""

    def forget(self, before: datetime) -> None:
        """Throw away some of those that are so old that they count no more."""
        old = self.filter(created_at__lt=before).select_for_update(skip_locked=True)
        self.filter(pk__in=list(old.values_list("pk", flat=True)[:AT_ONCE])).delete()


class AutomaticMail(models.Model):
    """That an automatic mail was written to a mailbox; ``mailbox`` is the same for all spellings of its address."""

    mailbox = models.CharField(_("mailbox"), max_length=320)
    created_at = models.DateTimeField(_("created at"))

    objects = AutomaticMailQuerySet.as_manager()

    class Meta:
        verbose_name = _("automatic mail")
        indexes = [
            models.Index(fields=["mailbox", "created_at"], name="automatic_mail_to"),
            models.Index(fields=["created_at"], name="automatic_mail_age"),
        ]

    def __str__(self) -> str:
        return f"to {self.mailbox}"
