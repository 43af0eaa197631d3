"""Messages of ours on their way out."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from samovar.conversations.models import Message


class Delivery(models.Model):
    """One message of ours on its way to the provider, at least once.

    ``attempted_at`` is set before the provider is asked and emptied when it refused: a worker that finds it set knows
    that another died in between, and the message ``may_be_twice`` at the provider, under the same Message-ID.
    """

    message = models.OneToOneField(Message, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(_("created at"))
    next_try_at = models.DateTimeField(_("next try at"))
    tries = models.SmallIntegerField(default=0)
    attempted_at = models.DateTimeField(_("asked the provider at"), null=True)
    sent_at = models.DateTimeField(_("sent at"), null=True)
    failed_at = models.DateTimeField(_("given up at"), null=True)
    problem = models.CharField(_("problem"), max_length=500, blank=True)
    may_be_twice = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("delivery")
        indexes = [
            models.Index(fields=["next_try_at"], name="delivery_due", condition=Q(sent_at=None, failed_at=None)),
        ]

    def __str__(self) -> str:
        return f"delivery of {self.message_id}"
