"""Consultations: a colleague is brought in as an expert, answers one question, and leaves."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypedDict

from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from samovar.accounts.models import User
from samovar.conversations.events import ExpertEvent, ExpertLapsed, ExpertLate, ExpertReopened, ExpertWithdrawn
from samovar.events.announcing import announce
from samovar.lib import clock

if TYPE_CHECKING:
    from samovar.conversations.models.answering import Heading

LONGEST_QUESTION, LONGEST_WORDS = 500, 200
# Who has not answered by then will not.
OPEN_FOR = timedelta(days=7)


class Ending(models.TextChoices):
    """How a question to an expert ends."""

    ANSWERED = "answered", _("Answered")
    HANDED_BACK = "handed-back", _("Handed back")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    LAPSED = "lapsed", _("Over without an answer")


# What the expert has ended, and nobody else; that they can take back.
BY_EXPERT = (Ending.ANSWERED, Ending.HANDED_BACK, Ending.DECLINED)


class Facts(TypedDict):
    """What every event of a consultation says."""

    consultation_id: int
    expert_id: int
    expert_name: str


class ConsultationQuerySet(models.QuerySet["Consultation"]):
    """Questions to experts."""

    def open(self) -> ConsultationQuerySet:
        """Return those that wait for an answer, in conversations that are there."""
        return self.filter(ended_at=None, conversation__deleted_at=None, conversation__merged_at=None)

    def letting_write(self) -> ConsultationQuerySet:
        """Return those whose expert may write to the customer, or has done so with the answer that ended it."""
        return self.filter(Q(ended_at=None) | Q(ending=Ending.ANSWERED), may_write=True)

    def late(self, now: datetime) -> ConsultationQuerySet:
        """Return those whose moment has passed and of which nobody was told."""
        return self.open().filter(due_at__lte=now, late_told_at=None)

    def over(self, now: datetime) -> ConsultationQuerySet:
        """Return those that nobody will answer any more."""
        waited = Q(due_at=None) | Q(due_at__lte=now - OPEN_FOR)
        return self.open().filter(waited, asked_at__lte=now - OPEN_FOR)


class Consultation(models.Model):
    """A question to a colleague about a conversation, which lets them read it as long as the question is open.

    That is until ``ended_at``; ``ending`` says how, and ``words`` are the reason, or the line with which it was handed
    back. ``answer`` is the note in which they answered; who ``may_write`` may answer the customer instead. An answer is
    wanted by ``due_at``.
    """

    conversation = models.ForeignKey("Conversation", on_delete=models.PROTECT, related_name="consultations")
    expert = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    question = models.CharField(_("question"), max_length=LONGEST_QUESTION, blank=True)
    may_write = models.BooleanField(_("may answer the customer"), default=False)
    asked_at = models.DateTimeField(_("asked at"))
    due_at = models.DateTimeField(_("answer wanted by"), null=True)
    late_told_at = models.DateTimeField(_("announced as late at"), null=True)
    seen_at = models.DateTimeField(_("seen at"), null=True)
    ended_at = models.DateTimeField(_("ended at"), null=True)
    ending = models.CharField(max_length=12, choices=Ending.choices, blank=True, default="")
    words = models.CharField(_("in words"), max_length=LONGEST_WORDS, blank=True, default="")
    answer = models.ForeignKey("Message", on_delete=models.PROTECT, null=True, related_name="+")

    objects = ConsultationQuerySet.as_manager()

    class Meta:
        verbose_name = _("question to an expert")
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at=None, ending="") | Q(ended_at__isnull=False, ending__in=Ending.values),
                name="consultation_ends_somehow",
            ),
        ]
        indexes = [
            models.Index(fields=["expert", "-asked_at"], name="consultation_of_expert"),
            models.Index(fields=["asked_at"], name="consultation_open", condition=Q(ended_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.expert_id} about {self.conversation_id}"

    def get_absolute_url(self) -> str:
        """Return the address of the page on which the expert answers."""
        return reverse("consultation", args=[self.pk])

    @property
    def is_late(self) -> bool:
        """Whether it is open, and an answer was wanted by now."""
        return self.is_open and self.due_at is not None and self.due_at <= clock.now()

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer."""
        return self.ended_at is None

    @property
    def facts(self) -> Facts:
        """What every event of it says."""
        return {"consultation_id": self.pk, "expert_id": self.expert_id, "expert_name": self.expert.name}

    def see(self) -> None:
        """Note that the expert has read it; not worth a line of history."""
        Consultation.objects.filter(pk=self.pk, seen_at=None).update(seen_at=clock.now())

    @transaction.atomic
    def withdraw(self, by: User) -> bool:
        """Ask no more. Twice is once; what has ended otherwise stays as it ended, and False is returned."""
        if self.take():
            self.end(Ending.WITHDRAWN, ExpertWithdrawn, by)
        return self.ending == Ending.WITHDRAWN

    @transaction.atomic
    def reopen(self, by: User) -> bool:
        """Take back how it ended; returns whether the expert is asked now.

        Who is not there any more is not; who was asked again since is, by the question of then.
        """
        if self.take():
            return True
        if not self.expert.is_active:
            return False
        if Consultation.objects.open().filter(conversation=self.conversation_id, expert=self.expert_id).exists():
            return True
        self.ended_at, self.ending, self.words, self.answer = None, "", "", None
        self.save(update_fields=["ended_at", "ending", "words", "answer"])
        announce(ExpertReopened(**self.heading(by), **self.facts, preview=self.question))
        return True

    @transaction.atomic
    def lapse(self) -> None:
        """Be over without an answer, if it is still open."""
        if self.take():
            self.end(Ending.LAPSED, ExpertLapsed, None)

    @transaction.atomic
    def tell_when_late(self) -> None:
        """Announce once that no answer came in time."""
        if self.take() and self.late_told_at is None and self.due_at and self.due_at <= clock.now():
            self.late_told_at = clock.now()
            self.save(update_fields=["late_told_at"])
            announce(ExpertLate(**self.heading(None), **self.facts))

    def take(self) -> bool:
        """Take its conversation for this transaction, read what is true now, and tell whether it can be answered."""
        # It goes along when conversations are merged.
        self.refresh_from_db()
        self.conversation.locked()
        self.refresh_from_db(
            fields=[field.name for field in self._meta.concrete_fields if field.name != "conversation"]
        )
        return self.is_open and self.conversation.deleted_at is None

    def end(self, ending: Ending, event: type[ExpertEvent], by: User | None, words: str = "") -> None:
        """End it, whose row is taken; announces ``event``."""
        self.ended_at, self.ending, self.words = clock.now(), ending, words
        self.save(update_fields=["ended_at", "ending", "words", "answer"])
        announce(event(**self.heading(by), **self.facts, preview=words))

    def heading(self, by: User | None) -> Heading:
        """Return what every event of its conversation says."""
        return self.conversation.heading(by)
