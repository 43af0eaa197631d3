"""Participants: who takes part in a conversation besides its customer."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from samovar.conversations.models.conversation import Conversation
from samovar.customers.models import Identity


class ParticipantRole(models.TextChoices):
    """How somebody came into a conversation."""

    CUSTOMER = "customer", _("The customer")
    NAMED = "named", _("Named in a copy")
    WRITER = "writer", _("Wrote without being asked")


class Participant(models.Model):
    """An address that takes part in a conversation.

    ``admitted_at`` is empty while nobody of the team has agreed: such a person gets no history and no answers.
    """

    conversation = models.ForeignKey(
        Conversation, on_delete=models.PROTECT, related_name="participants", db_index=False
    )
    identity = models.ForeignKey(Identity, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(_("role"), max_length=20, choices=ParticipantRole.choices)
    admitted_at = models.DateTimeField(_("admitted at"), null=True, blank=True)

    class Meta:
        verbose_name = _("participant")
        constraints = [
            models.UniqueConstraint(fields=["conversation", "identity"], name="participant_once"),
            models.CheckConstraint(condition=models.Q(role__in=ParticipantRole.values), name="participant_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.identity_id} in {self.conversation_id}"
