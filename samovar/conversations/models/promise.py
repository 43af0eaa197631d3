"""Promises: what we said we would do, by when and who; and the steps of work that is larger than one answer."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, TypedDict

from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from samovar.accounts.models import User
from samovar.conversations.events import (
    PromiseBroken,
    PromiseDue,
    PromiseHandedOver,
    PromiseKept,
    PromiseMoved,
    PromiseReopened,
    PromiseWithdrawn,
)
from samovar.events.announcing import announce
from samovar.lib import clock

if TYPE_CHECKING:
    from samovar.conversations.models.answering import Heading

LONGEST_WHAT = 200
# Whoever keeps a promise hears of it so long before its moment.
SOON = timedelta(minutes=20)


class PromiseKind(models.TextChoices):
    """What was promised; a step is known to the team only."""

    CALL = "call", _("Call back by phone")
    ANSWER = "answer", _("Answer")
    OTHER = "other", _("Something else")
    STEP = "step", _("Step")


class Breach(models.TextChoices):
    """Why a promise is not kept: one of few words, so that nothing of a customer is ever written here."""

    UNREACHABLE = "unreachable", _("We could not reach them")
    WAITING = "waiting", _("Somebody else keeps us waiting")
    NO_TIME = "no-time", _("We did not find the time")
    IMPOSSIBLE = "impossible", _("It cannot be done")
    OTHER = "other", _("Another reason")


class PromiseState(StrEnum):
    """What became of a promise, as its moments say."""

    OPEN = "open"
    LATE = "late"
    KEPT = "kept"
    KEPT_LATE = "kept-late"
    BROKEN = "broken"
    WITHDRAWN = "withdrawn"


# Kept only after its moment, or after a moment that had passed when it was moved.
WAS_LATE = Q(kept_at__gt=models.F("due_at")) | Q(missed_at__isnull=False)


class Facts(TypedDict):
    """What every event of a promise says."""

    promise_id: int
    promise_kind: str
    what: str
    due_at: datetime | None


class PromiseQuerySet(models.QuerySet["Promise"]):
    """Finds promises."""

    def open(self) -> PromiseQuerySet:
        """Return those that are still to be kept."""
        return self.filter(kept_at=None, broken_at=None, withdrawn_at=None)

    def given(self) -> PromiseQuerySet:
        """Return those that a customer was given: no steps."""
        return self.exclude(kind=PromiseKind.STEP)

    def to_announce(self, now: datetime) -> PromiseQuerySet:
        """Return those of which somebody has to hear now: due in 20 minutes, or late."""
        soon, late = Q(due_at__lte=now + SOON, soon_told_at=None), Q(due_at__lte=now, late_told_at=None)
        return self.open().filter(soon | late, conversation__deleted_at=None)

    def in_state(self, state: PromiseState, now: datetime) -> PromiseQuerySet:
        """Return those of which this became."""
        return self.filter(self.when(state, now))

    @staticmethod
    def when(state: PromiseState, now: datetime) -> Q:
        """Return the condition of a state."""
        is_open, is_kept = Q(kept_at=None, broken_at=None, withdrawn_at=None), Q(kept_at__isnull=False)
        return {
            PromiseState.OPEN: is_open & Q(due_at__gt=now),
            PromiseState.LATE: is_open & Q(due_at__lte=now),
            PromiseState.KEPT: is_kept & ~WAS_LATE,
            PromiseState.KEPT_LATE: is_kept & WAS_LATE,
            PromiseState.BROKEN: Q(broken_at__isnull=False),
            PromiseState.WITHDRAWN: Q(withdrawn_at__isnull=False),
        }[state]


class Promise(models.Model):
    """What we said we would do in a conversation, by when, and who keeps it. Its state follows from its moments.

    It is open until one of ``kept_at``, ``broken_at`` and ``withdrawn_at`` is set, and late while it is open and
    ``due_at`` has passed. Kept after that it was kept late, and so it was when its moment had passed before another one
    was agreed on (``missed_at``): a new date mends no late promise. It is broken when somebody says that it will not
    be kept, and withdrawn when it was a mistake or is not needed. Resolving its conversation changes nothing.
    A step has a ``position`` and need not have a moment. Nobody is its ``owner`` when they (``left_by``) have left.
    """

    conversation = models.ForeignKey("Conversation", on_delete=models.PROTECT, related_name="promises")
    kind = models.CharField(_("what was promised"), max_length=10, choices=PromiseKind.choices)
    what = models.CharField(_("in words"), max_length=LONGEST_WHAT, blank=True)
    position = models.PositiveSmallIntegerField(_("place among the steps"), null=True)
    due_at = models.DateTimeField(_("by when"), null=True)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    made_at = models.DateTimeField(_("promised at"))
    kept_at = models.DateTimeField(_("kept at"), null=True)
    broken_at = models.DateTimeField(_("broken at"), null=True)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    breach = models.CharField(_("why it is not kept"), max_length=20, blank=True, default="", choices=Breach.choices)
    missed_at = models.DateTimeField(_("first moment that was missed"), null=True)
    soon_told_at = models.DateTimeField(_("announced at"), null=True)
    late_told_at = models.DateTimeField(_("announced as late at"), null=True)
    left_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)

    objects = PromiseQuerySet.as_manager()

    class Meta:
        verbose_name = _("promise")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=PromiseKind.values), name="promise_kind_known"),
            models.CheckConstraint(
                condition=Q(kind="step", position__isnull=False)
                | (~Q(kind="step") & Q(position=None, due_at__isnull=False)),
                name="promise_has_its_moment",
            ),
            models.CheckConstraint(
                condition=Q(kept_at=None, broken_at=None)
                | Q(kept_at=None, withdrawn_at=None)
                | Q(broken_at=None, withdrawn_at=None),
                name="promise_ends_once",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], name="promise_due"),
            models.Index(
                fields=["owner", "due_at"],
                name="promise_open",
                condition=Q(kept_at=None, broken_at=None, withdrawn_at=None),
            ),
            models.Index(fields=["left_by"], name="promise_left", condition=Q(left_by__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.words

    def get_absolute_url(self) -> str:
        """Return the address of its page."""
        return reverse("promise", args=[self.pk])

    @property
    def words(self) -> str:
        """What was promised, in words."""
        return self.what or str(PromiseKind(self.kind).label)

    @property
    def is_open(self) -> bool:
        """Whether it is still to be kept."""
        return self.kept_at is None and self.broken_at is None and self.withdrawn_at is None

    @property
    def is_step(self) -> bool:
        """Whether only the team knows of it."""
        return self.kind == PromiseKind.STEP

    @property
    def state(self) -> PromiseState:
        """What became of it until now."""
        if self.withdrawn_at:
            return PromiseState.WITHDRAWN
        if self.broken_at:
            return PromiseState.BROKEN
        is_late = self.due_at is not None and self.due_at < (self.kept_at or clock.now())
        if self.kept_at:
            return PromiseState.KEPT_LATE if is_late or self.missed_at else PromiseState.KEPT
        return PromiseState.LATE if is_late else PromiseState.OPEN

    @transaction.atomic
    def keep(self, by: User) -> None:
        """Say that it is done. Twice is once; what has ended otherwise stays as it ended."""
        if self._take():
            self.kept_at, self.ended_by = clock.now(), by
            self._save("kept_at", "ended_by")
            is_late = self.state == PromiseState.KEPT_LATE
            announce(PromiseKept(**self._heading(by), **self.facts, is_late=is_late))

    @transaction.atomic
    def give_up(self, breach: Breach, by: User) -> None:
        """Say that it will not be kept, and why."""
        if self._take():
            self.broken_at, self.breach, self.ended_by = clock.now(), breach, by
            self._save("broken_at", "breach", "ended_by")
            announce(PromiseBroken(**self._heading(by), **self.facts, breach=breach))

    @transaction.atomic
    def withdraw(self, by: User) -> None:
        """Say that it was made by mistake, or is not needed any more."""
        if self._take():
            self.withdrawn_at, self.ended_by = clock.now(), by
            self._save("withdrawn_at", "ended_by")
            announce(PromiseWithdrawn(**self._heading(by), **self.facts))

    @transaction.atomic
    def reopen(self, by: User) -> None:
        """Say that it is still to be kept, however it had ended."""
        if not self._take():
            self.kept_at = self.broken_at = self.withdrawn_at = self.ended_by = None
            self.breach = ""
            self._save("kept_at", "broken_at", "withdrawn_at", "ended_by", "breach")
            announce(PromiseReopened(**self._heading(by), **self.facts))

    @transaction.atomic
    def move(self, due_at: datetime, by: User) -> None:
        """Agree on another moment. If the one before had passed, it counts as late all the same."""
        if self._take() and self.due_at != due_at:
            before, now = self.due_at, clock.now()
            if before is not None and before < now < due_at:
                self.missed_at = self.missed_at or before
            self.due_at = due_at
            self.set_alarm(now)
            self._save("due_at", "missed_at", "soon_told_at", "late_told_at")
            announce(PromiseMoved(**self._heading(by), **self.facts, due_before=before))

    @transaction.atomic
    def move_back(self, due_at: datetime, missed_at: datetime | None, by: User) -> None:
        """Take back that it was moved: it stands as it stood, also when that moment has passed."""
        if self._take() and self.due_at != due_at:
            before, self.due_at, self.missed_at = self.due_at, due_at, missed_at
            self.set_alarm(clock.now())
            self._save("due_at", "missed_at", "soon_told_at", "late_told_at")
            announce(PromiseMoved(**self._heading(by), **self.facts, due_before=before))

    @transaction.atomic
    def hand_over(self, to: User | None, by: User) -> None:
        """Let somebody else keep it."""
        if self._take() and self.owner_id != (to.pk if to else None):
            self._give(to, by)

    @transaction.atomic
    def free(self, leaver: User, by: User | None) -> bool:
        """Let nobody keep it, if ``leaver`` does, who has left; returns whether that was so."""
        if not self._take() or self.owner_id != leaver.pk:
            return False
        self._give(None, by, left_by=leaver)
        return True

    @transaction.atomic
    def place(self, step: int, by: User) -> None:
        """Let a step change its place with the one before (-1) or after it (1)."""
        self._take()
        steps = list(self.conversation.promises.filter(kind=PromiseKind.STEP).order_by("position", "pk"))
        ordered = [one for one in steps if one.withdrawn_at is None]
        at = ordered.index(self) if self in ordered else -1
        if at < 0 or not 0 <= at + step < len(ordered):
            return
        other = ordered[at + step]
        self.position, other.position = other.position, self.position
        other.save(update_fields=["position"])
        self._save("position")

    @transaction.atomic
    def announce_when_due(self) -> None:
        """Announce, once for each moment, that it comes due in 20 minutes or is late."""
        is_open, now = self._take(), clock.now()
        if not is_open or self.due_at is None:
            return
        is_late = self.due_at <= now
        if self.late_told_at is not None or (self.soon_told_at is not None and not is_late):
            return
        if self.due_at <= now + SOON:
            self.soon_told_at = self.soon_told_at or now
            self.late_told_at = now if is_late else None
            self.save(update_fields=["soon_told_at", "late_told_at"])
            announce(PromiseDue(**self._heading(None), **self.facts, owner_id=self.owner_id, is_late=is_late))

    def set_alarm(self, now: datetime) -> None:
        """Let it be announced when it comes due; nobody has to hear of what they have just promised for soon."""
        self.soon_told_at = now if self.due_at and self.due_at <= now + SOON else None
        self.late_told_at = now if self.due_at and self.due_at <= now else None

    @property
    def facts(self) -> Facts:
        """What every event of this promise says."""
        return {"promise_id": self.pk, "promise_kind": self.kind, "what": self.what, "due_at": self.due_at}

    def _heading(self, by: User | None) -> Heading:
        return self.conversation.heading(by)

    def _give(self, to: User | None, by: User | None, left_by: User | None = None) -> None:
        self.owner, self.left_by = to, left_by
        self._save("owner", "left_by")
        owner_id, owner_name = (to.pk, to.name) if to else (None, "")
        heading = self._heading(by)
        announce(PromiseHandedOver(**heading, **self.facts, owner_id=owner_id, owner_name=owner_name))

    def _take(self) -> bool:
        """Take its conversation for this transaction, read what is true now, and tell whether it is open."""
        # It goes along when conversations are merged.
        self.refresh_from_db()
        self.conversation.locked()
        self.refresh_from_db(
            fields=[field.name for field in self._meta.concrete_fields if field.name != "conversation"]
        )
        return self.is_open

    def _save(self, *fields: str) -> None:
        self.save(update_fields=fields)
        self.conversation.note_promises()
