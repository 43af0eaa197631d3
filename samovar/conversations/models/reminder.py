"""Reminders: one person wants to come back to a conversation at a moment; for all others nothing changes."""

from __future__ import annotations

from datetime import datetime

from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from samovar.accounts.models import User
from samovar.accounts.quiet import quiet_until
from samovar.conversations.errors import ReminderInThePast
from samovar.conversations.events import ReminderDue
from samovar.conversations.models.conversation import Conversation
from samovar.events.announcing import announce
from samovar.lib import clock
from samovar.lib.text import tidy

LONGEST_NOTE = 200


class ReminderQuerySet(models.QuerySet["Reminder"]):
    """Reminders as lists and the clock need them."""

    def of(self, user: User) -> ReminderQuerySet:
        """Return those of ``user`` about conversations that they see; nobody else's are anybody's business."""
        seen = Conversation.objects.all().visible_to(user).order_by()
        return self.filter(user=user, conversation__in=seen.values("pk"))

    def open(self) -> ReminderQuerySet:
        """Return those that are not done."""
        return self.filter(done_at=None)

    def to_be_told(self, now: datetime) -> ReminderQuerySet:
        """Return those whose moment has come and of which nobody was told; who is switched off is told of none."""
        return self.open().filter(told_at=None, at__lte=now, user__is_active=True)

    @transaction.atomic
    def remind(self, user: User, conversation: Conversation, at: datetime, note: str = "", **ways: bool) -> Reminder:
        """Remind ``user`` of a conversation at ``at``; the one that is open already is moved. ``ways``: ``is_exact``.

        Raises ReminderInThePast.
        """
        # Of two devices of one person the second moves what the first has made.
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        found = self.open().filter(user=user, conversation=conversation).order_by("at").first()
        reminder = found or Reminder(user=user, conversation=conversation)
        reminder.move(at, note, **ways)
        return reminder


class Reminder(models.Model):
    """One person wants to come back to a conversation.

    ``told_at`` is when it was announced, once for each moment that was chosen, and ``done_at`` when the person was
    through with it. What is not ``is_exact`` waits for the end of quiet hours. A conversation has one open reminder of
    a person, but for those that two merged conversations bring together.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="reminders")
    at = models.DateTimeField(_("reminds at"))
    note = models.CharField(_("note"), max_length=LONGEST_NOTE, blank=True)
    is_exact = models.BooleanField(default=False)
    created_at = models.DateTimeField(_("created at"), db_default=Now())
    told_at = models.DateTimeField(_("told at"), null=True)
    done_at = models.DateTimeField(_("done at"), null=True)

    objects = ReminderQuerySet.as_manager()

    class Meta:
        verbose_name = _("reminder")
        indexes = [
            models.Index("at", "id", name="reminder_to_be_told", condition=Q(done_at=None, told_at=None)),
            models.Index("user", "at", "id", name="reminder_of_user", condition=Q(done_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id} at {self.at}"

    @transaction.atomic
    def move(self, at: datetime, note: str, *, is_exact: bool = False) -> None:
        """Set when and of what it reminds; it will be told anew. Raises ReminderInThePast."""
        if at <= clock.now():
            raise ReminderInThePast(_("This moment has passed. Choose a later one."))
        self._lock()
        self.at, self.note, self.is_exact = at, tidy(note)[:LONGEST_NOTE], is_exact
        self.told_at = self.done_at = None
        if self.pk is None:
            self.save(force_insert=True)
        else:
            self.save(update_fields=["at", "note", "is_exact", "told_at", "done_at"])

    @transaction.atomic
    def finish(self) -> None:
        """Be through with it. Twice is once."""
        self._lock()
        if self.done_at is None:
            self.done_at = clock.now()
            self.save(update_fields=["done_at"])

    @transaction.atomic
    def take_up(self) -> None:
        """Have it again as it was, unless another one has taken its place."""
        self._lock()
        taken = Reminder.objects.filter(user=self.user_id, conversation=self.conversation_id, done_at=None)
        if self.done_at is not None and not taken.exists():
            self.done_at = None
            self.save(update_fields=["done_at"])

    @transaction.atomic
    def tell_when_due(self) -> bool:
        """Announce it if its moment has come, or move it to the end of quiet hours; return whether it was announced.

        Of a conversation that the person does not see any more, or that is deleted, nothing is told; it waits.
        """
        self._lock()
        now = clock.now()
        if self.done_at or self.told_at or self.at > now:
            return False
        later = None if self.is_exact else quiet_until(self.user, now)
        if later is not None:
            self.at = later
            self.save(update_fields=["at"])
            return False
        if not Reminder.objects.all().of(self.user).filter(pk=self.pk).exists():
            return False
        self.told_at = now
        self.save(update_fields=["told_at"])
        announce(ReminderDue(user_id=self.user_id, reminder_id=self.pk, of_conversation=self.conversation_id))
        return True

    def _lock(self) -> None:
        if self.pk is not None:
            self.refresh_from_db(from_queryset=Reminder.objects.select_for_update(of=("self",)).select_related("user"))
