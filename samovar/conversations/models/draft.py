"""Drafts: nothing that was typed is ever lost."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from samovar.accounts.models import User
from samovar.conversations.models.conversation import Conversation


class DraftMode(models.TextChoices):
    """What a draft is going to be."""

    REPLY = "reply", _("Reply")
    NOTE = "note", _("Note to the team")


class Beginning(models.Model):
    """What one person has typed for a conversation that does not stand yet."""

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(blank=True)
    saved_at = models.DateTimeField(_("saved at"))

    class Meta:
        verbose_name = _("beginning")

    def __str__(self) -> str:
        return f"by {self.user_id}"


class Draft(models.Model):
    """What one person has typed in one conversation and not sent yet, kept apart for the reply and the note.

    ``chips`` is to whom it shall go (``conversations.chips``), None while nobody has chosen.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="drafts")
    mode = models.CharField(max_length=10, choices=DraftMode.choices)
    text = models.TextField(blank=True)
    chips = models.JSONField(null=True, blank=True)
    saved_at = models.DateTimeField(_("saved at"))

    class Meta:
        verbose_name = _("draft")
        constraints = [
            models.UniqueConstraint(fields=["user", "conversation", "mode"], name="draft_once"),
            models.CheckConstraint(condition=models.Q(mode__in=DraftMode.values), name="draft_mode_known"),
        ]

    def __str__(self) -> str:
        return f"{self.mode} by {self.user_id} in {self.conversation_id}"
