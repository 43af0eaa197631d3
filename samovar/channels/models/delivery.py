"""Messages of ours on their way out."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from samovar.conversations.models import Message


class Delivery(models.Model):
    """One message of ours on its way to the provider, at least once.

    ``claimed_until`` is the lease of the worker that is sending it now; a worker that dies leaves it to the next.
    ``may_be_twice`` says that a worker died between sending and noting it.
    """

    message = models.OneToOneField(Message, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(_("created at"))
    next_try_at = models.DateTimeField(_("next try at"))
    tries = models.SmallIntegerField(default=0)
    claimed_until = models.DateTimeField(null=True)
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
