"""Messages of ours on their way out, a row for each recipient."""

from datetime import datetime, timedelta
from enum import StrEnum

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from samovar.conversations.models import Message
from samovar.lib import sayings

TRIED_FOR = timedelta(hours=48)
LONGEST_ADDRESS = 320
LONGEST_STATUS = 12
LONGEST_ACTION = 20
LONGEST_DIAGNOSTIC = 500
TRIED_AGAIN = sayings.kept(gettext_noop("It is being tried again."))
DELAYED, COMPLAINT, CLAIM = "delayed", "complaint", "claimed"

BEGUN_ANEW = [
    "sent_at",
    "failed_at",
    "bounced_at",
    "closed_at",
    "attempted_at",
    "status",
    "action",
    "diagnostic",
    "next_try_at",
    "give_up_at",
    "problem",
]


class Role(models.TextChoices):
    """Where a recipient stands in the mail."""

    TO = "to"
    CC = "cc"
    BCC = "bcc"


class State(StrEnum):
    """What became of a delivery; it follows from the moments that the row keeps."""

    QUEUED = "queued"
    SENT = "sent"
    DEFERRED = "deferred"
    BOUNCED = "bounced"
    FAILED = "failed"


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

    def to_address(self, address: str) -> "DeliveryQuerySet":
        """Return those to one address, whatever its case."""
        return self.annotate(address_key=Lower("address")).filter(address_key=address.lower())


class Delivery(models.Model):
    """One message of ours on its way to one recipient, at least once.

    ``attempted_at`` is set before the provider is asked and emptied when it refused: who finds it set knows that a
    worker or a connection died in between, and the message ``may_be_twice`` at the provider, under the same Message-ID.
    What comes back later is ``status`` (RFC 3463), ``action`` (RFC 3464, ``complaint``, or ``claimed`` when the report
    proves nothing) and ``diagnostic``, the words of the server; ``closed_at`` says that a person has decided to leave
    it at that. Without ``address`` nobody could be written to when the message was written.
    """

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="+", db_index=False)
    address = models.CharField(max_length=LONGEST_ADDRESS, blank=True, default="", db_default="")
    role = models.CharField(max_length=3, choices=Role.choices, default=Role.TO, db_default=Role.TO)
    created_at = models.DateTimeField(_("created at"))
    next_try_at = models.DateTimeField(_("next try at"))
    give_up_at = models.DateTimeField(_("tried until"))
    tries = models.SmallIntegerField(default=0)
    attempted_at = models.DateTimeField(_("asked the provider at"), null=True)
    sent_at = models.DateTimeField(_("sent at"), null=True)
    failed_at = models.DateTimeField(_("given up at"), null=True)
    bounced_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    status = models.CharField(max_length=LONGEST_STATUS, blank=True, default="", db_default="")
    action = models.CharField(max_length=LONGEST_ACTION, blank=True, default="", db_default="")
    diagnostic = models.CharField(max_length=LONGEST_DIAGNOSTIC, blank=True, default="", db_default="")
    problem = models.CharField(_("problem"), max_length=sayings.LONGEST, blank=True)
    may_be_twice = models.BooleanField(default=False)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        constraints = [
            models.UniqueConstraint(fields=["message", "address"], name="delivery_once"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="delivery_role_known"),
        ]
        indexes = [
            models.Index(fields=["next_try_at"], name="delivery_due", condition=Q(sent_at=None, failed_at=None)),
            models.Index(fields=["attempted_at"], name="delivery_attempted", condition=Q(attempted_at__isnull=False)),
            models.Index(Lower("address"), models.F("id").desc(), name="delivery_to_address"),
            models.Index(fields=["id"], name="delivery_came_back", condition=~Q(status="")),
            models.Index(fields=["id"], name="delivery_may_be_twice", condition=Q(may_be_twice=True)),
        ]

    def __str__(self) -> str:
        return f"delivery of {self.message_id} to {self.address}"

    @property
    def state(self) -> State:
        """What became of it so far."""
        if self.bounced_at:
            return State.BOUNCED
        if self.failed_at:
            return State.FAILED
        if self.action == DELAYED or (self.problem and not self.sent_at):
            return State.DEFERRED
        return State.SENT if self.sent_at else State.QUEUED

    @property
    def is_lost(self) -> bool:
        """Whether it did not arrive and nobody tries any more."""
        return self.state in (State.BOUNCED, State.FAILED)

    def begin_anew(self, at: datetime) -> None:
        """Forget that it failed or came back: it is to be tried from now on as if it were new."""
        if self.sent_at:
            # The provider has answered that time, so that another try makes no double by accident.
            self.sent_at = self.attempted_at = None
        self.failed_at = self.bounced_at = self.closed_at = None
        self.status = self.action = self.diagnostic = ""
        self.next_try_at, self.give_up_at, self.problem = at, at + TRIED_FOR, TRIED_AGAIN
        self.save(update_fields=BEGUN_ANEW)

    @property
    def problem_text(self) -> str:
        """Why it did not leave yet, or came back, in the reader's language."""
        return sayings.told(self.problem)
