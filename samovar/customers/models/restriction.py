"""What is decided about a customer who is difficult to serve: proposed by anybody who answers, agreed to by a lead."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from samovar.accounts.models import User
from samovar.customers.models.customer import Customer
from samovar.lib import clock

LONGEST_REASON = 500
MOST_A_DAY = 50


class RestrictionKind(models.TextChoices):
    """What it does, the mildest first."""

    WARNING = "warning", pgettext_lazy("about a customer", "Warning")
    LIMIT = "limit", pgettext_lazy("about a customer", "Limit")
    BLOCK = "block", pgettext_lazy("about a customer", "Block")


# The strictest is what counts where several are in force.
STRICTNESS = {kind.value: number for number, kind in enumerate(RestrictionKind)}


class RestrictionState(models.TextChoices):
    """How far it has come; told by its moments."""

    WAITING = "waiting", _("Waiting for a decision")
    IN_FORCE = "in-force", _("In force")
    REFUSED = "refused", _("Refused")
    ENDED = "ended", pgettext_lazy("a restriction", "Ended")
    WITHDRAWN = "withdrawn", pgettext_lazy("a restriction", "Withdrawn")


class RestrictionQuerySet(models.QuerySet["Restriction"]):
    """Finds what was decided about customers, or shall be."""

    def visible_to(self, user: User) -> "RestrictionQuerySet":
        """Return those about customers whom ``user`` may see."""
        return self if user.can_look else self.none()

    def of_present(self) -> "RestrictionQuerySet":
        """Return those about people who are there."""
        return self.filter(customer__merged_into=None, customer__erased_at=None)

    def open(self) -> "RestrictionQuerySet":
        """Return those that wait for a decision or are in force."""
        return self.filter(refused_at=None, ended_at=None).exclude(until__lte=clock.now())

    def waiting(self) -> "RestrictionQuerySet":
        """Return those about which a lead has to decide."""
        return self.open().filter(begun_at=None)

    def in_force(self) -> "RestrictionQuerySet":
        """Return those that count now."""
        return self.open().filter(begun_at__isnull=False)

    def over(self) -> "RestrictionQuerySet":
        """Return those that count no more, or never did."""
        return self.filter(Q(refused_at__isnull=False) | Q(ended_at__isnull=False) | Q(until__lte=clock.now()))

    def to_end(self) -> "RestrictionQuerySet":
        """Return those of which the time is over and nobody has said so yet."""
        return self.filter(refused_at=None, ended_at=None, until__lte=clock.now())


class Restriction(models.Model):
    """A warning, a limit or a block of a customer, why, until when (None: no end), and who proposed and decided it.

    It counts from ``begun_at`` until it is ended or its time is over. A proposal that is refused, withdrawn or too late
    never counts. ``conversation_number`` is where it was proposed; it is no key, as conversations stand above
    customers. What it says is for the staff: the customer reads it only in the archive of all that is kept of them.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(_("what"), max_length=10, choices=RestrictionKind.choices)
    most_a_day = models.PositiveSmallIntegerField(_("messages a day"), null=True)
    reason = models.CharField(_("reason"), max_length=LONGEST_REASON)
    until = models.DateTimeField(_("until"), null=True)
    conversation_number = models.BigIntegerField(_("conversation"), null=True)
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    proposed_at = models.DateTimeField(_("proposed at"))
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    begun_at = models.DateTimeField(_("in force since"), null=True)
    refused_at = models.DateTimeField(_("refused at"), null=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    ended_at = models.DateTimeField(_("ended at"), null=True)

    objects = RestrictionQuerySet.as_manager()

    class Meta:
        verbose_name = _("restriction")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=RestrictionKind.values), name="restriction_kind_known"),
            models.CheckConstraint(
                condition=Q(kind="limit", most_a_day__gte=1) | (~Q(kind="limit") & Q(most_a_day=None)),
                name="restriction_limit_counts",
            ),
            models.CheckConstraint(condition=Q(begun_at=None) | Q(refused_at=None), name="restriction_decided_one_way"),
        ]
        indexes = [
            models.Index(fields=["customer"], name="restriction_of_customer"),
            models.Index(fields=["id"], name="restriction_open", condition=Q(refused_at=None, ended_at=None)),
        ]

    def __str__(self) -> str:
        # In the audit log too, where nothing of customers belongs.
        return f"#{self.pk}"

    @property
    def state(self) -> RestrictionState:
        """How far it has come."""
        if self.refused_at is not None:
            return RestrictionState.REFUSED
        is_over = self.ended_at is not None or (self.until is not None and self.until <= clock.now())
        if self.begun_at is None:
            return RestrictionState.WITHDRAWN if is_over else RestrictionState.WAITING
        return RestrictionState.ENDED if is_over else RestrictionState.IN_FORCE
