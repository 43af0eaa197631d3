"""Messages of ours on their way out."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from samovar.conversations.models import Message
from samovar.lib import sayings

TRIED_FOR = timedelta(hours=48)


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Asks what is still on its way."""

    def unsettled(self) -> "DeliveryQuerySet":
        """Return those that are neither sent nor given up."""
        return self.filter(sent_at=None, failed_at=None)

    def of_inbox(self, inbox_id: int) -> "DeliveryQuerySet":
        """Return those that leave from one inbox."""
        return self.filter(message__inbox_id=inbox_id)

    def overdue(self, at: datetime) -> "DeliveryQuerySet":
        """Return those whose time to be tried was before ``at``, the oldest first."""
        return self.unsettled().filter(next_try_at__lt=at).order_by("next_try_at", "pk")


class Delivery(models.Model):
    """One message of ours on its way to the provider, at least once.

    ``attempted_at`` is set before the provider is asked and emptied when it refused: who finds it set knows that a
    worker or a connection died in between, and the message ``may_be_twice`` at the provider, under the same Message-ID.
    """

    message = models.OneToOneField(Message, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(_("created at"))
    next_try_at = models.DateTimeField(_("next try at"))
    give_up_at = models.DateTimeField(_("tried until"))
    tries = models.SmallIntegerField(default=0)
    attempted_at = models.DateTimeField(_("asked the provider at"), null=True)
    sent_at = models.DateTimeField(_("sent at"), null=True)
    failed_at = models.DateTimeField(_("given up at"), null=True)
    problem = models.CharField(_("problem"), max_length=sayings.LONGEST, blank=True)
    may_be_twice = models.BooleanField(default=False)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        indexes = [
            models.Index(fields=["next_try_at"], name="delivery_due", condition=Q(sent_at=None, failed_at=None)),
            models.Index(fields=["attempted_at"], name="delivery_attempted", condition=Q(attempted_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"delivery of {self.message_id}"

    @property
    def problem_text(self) -> str:
        """Why it did not leave yet, in the reader's language."""
        return sayings.told(self.problem)
