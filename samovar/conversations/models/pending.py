"""Replies that were sent off and have not left yet: for the seconds of grace, or until the moment that was chosen."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from samovar.accounts.models import User


class Held(models.TextChoices):
    """Why a reply did not leave by itself at its moment."""

    NEWER = "newer", _("Somebody wrote meanwhile.")
    LEFT = "left", _("Its author has left.")
    HIDDEN = "hidden", _("Its author may not see this conversation any more, or it is deleted.")
    REFUSED = "refused", _("Nobody is left to whom it could go.")


class PendingReplyQuerySet(models.QuerySet["PendingReply"]):
    """Asks which replies wait for what."""

    def due(self, at: datetime) -> PendingReplyQuerySet:
        """Return those whose moment has come and that nothing holds, the oldest first."""
        return self.filter(held="", due_at__lte=at).order_by("due_at", "pk")

    def scheduled(self) -> PendingReplyQuerySet:
        """Return those whose author chose a moment."""
        return self.filter(is_scheduled=True)

    def leaving(self) -> PendingReplyQuerySet:
        """Return those that leave by themselves in a few seconds."""
        return self.filter(is_scheduled=False, held="")

    def handled_by(self, user: User) -> PendingReplyQuerySet:
        """Return those about which ``user`` may decide: their own; those who lead decide about all that wait longer."""
        own = models.Q(author=user)
        if user.can_lead:
            own |= ~models.Q(held="") | models.Q(is_scheduled=True)
        # What somebody left behind is anybody's.
        return self.filter(own | models.Q(held=Held.LEFT))


class PendingReply(models.Model):
    """A reply that its author has sent off and that has not left: no message yet, so that nothing has to be undone.

    It leaves at ``due_at``, once: the row goes in the transaction that writes the message. Until then whose turn it is
    stays as it was. ``is_scheduled`` says that its author chose the moment; otherwise it waits only so that they can
    think better of it. ``seen_id`` is the newest message that the author had seen: when there is a newer one at the
    moment of a scheduled reply, it is ``held`` until somebody decides, unless it ``is_sure``. ``chips`` is to whom
    it goes, as a draft keeps it; None leaves that to the moment. When it has left, the conversation is resolved
    (``is_last_word``) or put off (``snooze_until``), and ``steps`` are done as a draft keeps them.
    """

    conversation = models.ForeignKey("Conversation", on_delete=models.PROTECT, related_name="pending")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(blank=True)
    chips = models.JSONField(null=True)
    seen_id = models.BigIntegerField(null=True)
    steps = models.JSONField(default=list, blank=True)
    is_last_word = models.BooleanField(default=False)
    snooze_until = models.DateTimeField(null=True)
    is_scheduled = models.BooleanField(default=False)
    is_sure = models.BooleanField(default=False)
    held = models.CharField(max_length=8, choices=Held.choices, blank=True, default="")
    due_at = models.DateTimeField(_("leaves at"))
    created_at = models.DateTimeField(_("created at"))

    objects = PendingReplyQuerySet.as_manager()

    class Meta:
        verbose_name = _("reply that has not left")
        constraints = [
            models.CheckConstraint(condition=models.Q(held__in=["", *Held.values]), name="pending_held_known"),
        ]
        indexes = [models.Index(fields=["due_at"], name="pending_due", condition=models.Q(held=""))]

    def __str__(self) -> str:
        return f"reply by {self.author_id} in {self.conversation_id}"

    @property
    def why_held(self) -> str:
        """Why it did not leave, in the reader's language; "" while it is on its way."""
        return str(Held(self.held).label) if self.held else ""
