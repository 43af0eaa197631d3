"""Doing the same to many conversations: what was asked for, by whom, and what became of each of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from samovar.accounts.models import User
from samovar.conversations.models.conversation import Conversation
from samovar.lib import clock

UNDOABLE_FOR = timedelta(minutes=10)
KEPT_FOR = timedelta(days=30)


class BulkState(models.TextChoices):
    """What became of one conversation; the first letter is what is stored."""

    WAITING = "w", pgettext_lazy("of many conversations", "Waiting")
    DONE = "d", pgettext_lazy("of many conversations", "Done")
    SKIPPED = "s", pgettext_lazy("of many conversations", "Left as it was")
    FAILED = "f", pgettext_lazy("of many conversations", "Failed")
    UNDONE = "u", pgettext_lazy("of many conversations", "Undone")
    KEPT = "k", pgettext_lazy("of many conversations", "Not undone")


class BulkReason(models.TextChoices):
    """Why something was not done with one conversation, or not undone."""

    SAME = "same", _("It was so already")
    UNSEEN = "unseen", _("It is deleted, merged, or not open to whoever wanted it")
    RIGHTS = "rights", _("Whoever wanted it may not answer any more")
    CLOSED = "closed", _("Whoever it would be given to does not see its inbox")
    GONE = "gone", _("The person, team, tag or cause is not in use any more")
    RESOLVED = "resolved", _("It is resolved, so it cannot be snoozed")
    PAST = "past", _("The moment has passed")
    PART = "part", _("It has the cause of what it is about")
    ERASED = "erased", _("The customer is erased")
    STEP = "step", _("No step of the macro could be done")
    CHANGED = "changed", _("Somebody has changed it since")
    ERROR = "error", _("Something went wrong with it; nothing of it was changed")


class BulkRunQuerySet(models.QuerySet["BulkRun"]):
    """Finds runs."""

    def visible_to(self, user: User) -> BulkRunQuerySet:
        """Return those that ``user`` may look at: their own, and everybody's for those who lead."""
        if not user.can_answer:
            return self.none()
        return self if user.can_lead else self.filter(by=user)

    def unfinished(self) -> BulkRunQuerySet:
        """Return those in which there is still something to do."""
        return self.filter(ended_at=None) | self.filter(undo_asked_at__isnull=False, undone_at=None)

    def forgettable(self) -> BulkRunQuerySet:
        """Return those that nobody needs any more."""
        return self.filter(started_at__lt=clock.now() - KEPT_FOR)


class BulkRun(models.Model):
    """One thing to do to many conversations, as ``by`` wanted it.

    ``steps`` are pairs (kind, value), as ``conversations.bulk_steps`` knows them. ``source`` says which conversations
    are meant, and is emptied once they are known (``gathered_at``), for what was searched for may be a name. One with
    the same ``key`` is the same one, however often it is sent. It ends when all is done, or is stopped before.
    """

    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    key = models.UUIDField()
    steps = models.JSONField(_("what is done"))
    title = models.CharField(_("what it is called"), max_length=200, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=60)
    source = models.JSONField(_("which are meant"), default=dict)
    started_at = models.DateTimeField(_("started at"))
    moved_at = models.DateTimeField(_("last worked on at"))
    gathered_at = models.DateTimeField(_("conversations known at"), null=True)
    stopped_at = models.DateTimeField(_("stopped at"), null=True)
    ended_at = models.DateTimeField(_("ended at"), null=True)
    undo_asked_at = models.DateTimeField(_("undo wanted at"), null=True)
    undone_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    undone_at = models.DateTimeField(_("undone at"), null=True)
    total = models.IntegerField(_("conversations"), default=0)
    done = models.IntegerField(_("done"), default=0)
    skipped = models.IntegerField(_("left as they were"), default=0)
    failed = models.IntegerField(_("failed"), default=0)
    undone = models.IntegerField(_("undone"), default=0)
    kept = models.IntegerField(_("not undone"), default=0)

    objects = BulkRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("action on many conversations")
        constraints = [models.UniqueConstraint(fields=["by", "key"], name="bulk_run_once")]
        indexes = [
            models.Index("by", models.F("started_at").desc(), name="bulk_run_of"),
            models.Index("started_at", name="bulk_run_started"),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"

    @property
    def gone_through(self) -> int:
        """How many conversations are over with: done or not, undone or not."""
        if self.undo_asked_at:
            return self.undone + self.kept
        return self.done + self.skipped + self.failed

    @property
    def to_go_through(self) -> int:
        """How many there are in all to go through now."""
        return self.done if self.undo_asked_at else self.total

    @property
    def is_working(self) -> bool:
        """Whether there is something left to do, forwards or back."""
        return self.ended_at is None or (self.undo_asked_at is not None and self.undone_at is None)

    @property
    def is_undoable(self) -> bool:
        """Whether it can be undone now."""
        if self.undo_asked_at is not None or not self.done:
            return False
        return self.ended_at is None or clock.now() < self.ended_at + UNDOABLE_FOR


class BulkItemQuerySet(models.QuerySet["BulkItem"]):
    """Finds what became of conversations."""

    def in_state(self, state: str) -> BulkItemQuerySet:
        """Return those in one state, in the order in which they are gone through."""
        return self.filter(state=state).order_by("conversation")


class BulkItem(models.Model):
    """What became of one conversation in a run.

    ``back`` are the steps that take back what was done, and ``mark`` tells what it has made of the row: who finds
    something else there knows that somebody has changed it since. Numbers and moments, never a text.
    """

    run = models.ForeignKey(BulkRun, on_delete=models.PROTECT, related_name="items", db_index=False)
    # Checked by what gathers them; rows of conversations are never deleted.
    conversation = models.ForeignKey(
        Conversation, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    state = models.CharField(max_length=1, choices=BulkState.choices, db_default=BulkState.WAITING)
    reason = models.CharField(max_length=10, choices=BulkReason.choices, blank=True, db_default="")
    back: Any = models.JSONField(null=True)
    mark = models.CharField(max_length=200, blank=True, db_default="")

    objects = BulkItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("conversation in an action on many")
        constraints = [
            models.UniqueConstraint(fields=["run", "conversation"], name="bulk_item_once"),
            models.CheckConstraint(condition=Q(state__in=BulkState.values), name="bulk_state_known"),
        ]
        indexes = [models.Index("run", "state", "conversation", name="bulk_item_next")]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.conversation_id}"
