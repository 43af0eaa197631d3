"""Participants: who takes part in a conversation besides its customer."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from samovar.conversations.models.conversation import Conversation
from samovar.customers.models import Identity


class ParticipantRole(models.TextChoices):
    """How somebody came into a conversation."""

    CUSTOMER = "customer", _("The customer")
    NAMED = "named", _("Named in a copy")
    WRITER = "writer", _("Wrote without being asked")
    INVITED = "invited", _("Written to by the team")


class ParticipantQuerySet(models.QuerySet["Participant"]):
    """Participants of conversations."""

    def admitted(self) -> ParticipantQuerySet:
        """Return those who get answers."""
        return self.filter(admitted_at__isnull=False)

    def undecided(self) -> ParticipantQuerySet:
        """Return those about whom nobody of the team has decided yet."""
        return self.filter(admitted_at=None, declined_at=None)


class Participant(models.Model):
    """An address that takes part in a conversation; ``address`` is normalised, ``name`` is as claimed.

    ``admitted_at`` is empty while nobody of the team has agreed: such a person gets no history and no answers. Somebody
    who was only named has no ``identity`` until then, so that a mail cannot fill the list of customers. ``declined_at``
    says that somebody of the team has decided against it. Who ``is_hidden`` gets our answers without the others
    knowing.
    """

    conversation = models.ForeignKey(
        Conversation, on_delete=models.PROTECT, related_name="participants", db_index=False
    )
    identity = models.ForeignKey(Identity, on_delete=models.PROTECT, null=True, related_name="+")
    address = models.CharField(_("address"), max_length=320, blank=True, db_default="", default="")
    name = models.CharField(max_length=300, blank=True, db_default="", default="")
    role = models.CharField(_("role"), max_length=20, choices=ParticipantRole.choices)
    admitted_at = models.DateTimeField(_("admitted at"), null=True, blank=True)
    declined_at = models.DateTimeField(_("declined at"), null=True, blank=True)
    is_hidden = models.BooleanField(_("gets hidden copies"), default=False, db_default=False)

    objects = ParticipantQuerySet.as_manager()

    class Meta:
        verbose_name = _("participant")
        indexes = [models.Index(fields=["address"], name="participant_by_address", condition=~Q(address=""))]
        constraints = [
            models.UniqueConstraint(fields=["conversation", "identity"], name="participant_once"),
            models.UniqueConstraint(
                fields=["conversation", "address"], name="participant_address_once", condition=~Q(address="")
            ),
            models.CheckConstraint(condition=Q(role__in=ParticipantRole.values), name="participant_role_known"),
            models.CheckConstraint(
                condition=Q(admitted_at=None) | Q(identity__isnull=False), name="participant_admitted_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.address or self.identity_id} in {self.conversation_id}"

    @property
    def shown(self) -> str:
        """The name that is claimed with the address, or the address alone."""
        return f"{self.name} <{self.address}>" if self.name else self.address
