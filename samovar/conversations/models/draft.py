"""Drafts: nothing that was typed is ever lost."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from samovar.accounts.models import User
from samovar.conversations.models.conversation import Conversation
from samovar.conversations.models.inbox import Inbox


class DraftMode(models.TextChoices):
    """What a draft is going to be."""

    REPLY = "reply", _("Reply")
    NOTE = "note", _("Note to the team")
    QUESTION = "question", _("Question to somebody outside")


# What is typed in the conversation itself; a question has a page of its own.
TYPED_HERE = (DraftMode.REPLY, DraftMode.NOTE)


class Beginning(models.Model):
    """What one person has typed and chosen for a conversation that does not stand yet; ``chips`` as of a draft."""

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(blank=True)
    subject = models.CharField(_("subject"), max_length=1000, blank=True, default="", db_default="")
    inbox = models.ForeignKey(Inbox, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    chips = models.JSONField(null=True, blank=True)
    saved_at = models.DateTimeField(_("saved at"))

    class Meta:
        verbose_name = _("beginning")

    def __str__(self) -> str:
        return f"by {self.user_id}"


class Draft(models.Model):
    """What one person has typed in one conversation and not sent yet, kept apart for reply, note and question.

    ``chips`` is to whom it shall go (``conversations.chips``), None while nobody has chosen. Of a question, ``subject``
    is what it is about, and ``quoted`` and ``copied`` are the numbers of messages and files that go along. ``steps`` is
    what will be done once it is sent: (kind, value, what that is called), as ``conversations.macro_steps`` has it.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="drafts")
    mode = models.CharField(max_length=10, choices=DraftMode.choices)
    text = models.TextField(blank=True)
    chips = models.JSONField(null=True, blank=True)
    subject = models.CharField(_("subject"), max_length=1000, blank=True, default="", db_default="")
    quoted = models.JSONField(default=list, db_default=models.Value([], models.JSONField()), blank=True)
    copied = models.JSONField(default=list, db_default=models.Value([], models.JSONField()), blank=True)
    steps = models.JSONField(default=list, db_default=models.Value([], models.JSONField()), blank=True)
    saved_at = models.DateTimeField(_("saved at"))

    class Meta:
        verbose_name = _("draft")
        constraints = [
            models.UniqueConstraint(fields=["user", "conversation", "mode"], name="draft_once"),
            models.CheckConstraint(condition=models.Q(mode__in=DraftMode.values), name="draft_mode_known"),
        ]

    def __str__(self) -> str:
        return f"{self.mode} by {self.user_id} in {self.conversation_id}"
