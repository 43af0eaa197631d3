"""Choosing conversations: the saved views and who may see what."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models.functions import Coalesce, JSONObject

from samovar.accounts.models import User
from samovar.conversations.models import standing
from samovar.conversations.models.block import SpamSign
from samovar.conversations.models.cause import Cause
from samovar.conversations.models.consultation import Consultation
from samovar.conversations.models.deleting import BY_RETENTION
from samovar.conversations.models.inbox import Inbox
from samovar.conversations.models.message import Message
from samovar.conversations.models.pending import PendingReply
from samovar.conversations.models.promise import Promise, PromiseKind
from samovar.conversations.models.tag import ConversationTag
from samovar.conversations.models.watching import Watching
from samovar.events.models import Event

if TYPE_CHECKING:
    from samovar.conversations.models.conversation import Conversation  # noqa: F401 - named in the quotes below

# What people decide about it, the last of which counts.
SPAM_DECISIONS = ("ConversationMarkedAsSpam", "ConversationClearedOfSpam")


class ConversationQuerySet(models.QuerySet["Conversation"]):
    """Conversations as lists and screens need them."""

    def visible_to(self, user: User) -> ConversationQuerySet:
        """Return those that ``user`` may see: the desk sees what stands in inboxes open to it, experts see none.

        What is deleted is seen by nobody.
        """
        return self.present().in_inboxes_of(user)

    def in_inboxes_of(self, user: User) -> ConversationQuerySet:
        """Return those that stand in inboxes open to ``user``, deleted or not; none for whoever may see none."""
        if not user.can_look:
            return self.none()
        return self if user.is_admin else self.exclude(inbox__in=Inbox.objects.closed_to(user).values("pk"))

    def asked_of(self, user: User) -> ConversationQuerySet:
        """Return those about which ``user`` is asked as an expert now: all that such a question opens to them."""
        asked = Consultation.objects.all().open().filter(expert=user, conversation=models.OuterRef("pk"))
        return self.filter(models.Exists(asked))

    def written_in_by(self, user: User) -> ConversationQuerySet:
        """Return those in which what ``user`` has written may go out: those they see, or were asked to answer."""
        asked = Consultation.objects.all().letting_write().filter(expert=user, conversation=models.OuterRef("pk"))
        seen = self.model._default_manager.all().visible_to(user).order_by().values("pk")
        return self.present().filter(models.Q(pk__in=seen) | models.Exists(asked))

    def present(self) -> ConversationQuerySet:
        """Return those that are neither deleted nor merged into another one."""
        return self.filter(deleted_at=None, merged_at=None)

    def restorable(self) -> ConversationQuerySet:
        """Return those that are deleted and can be brought back; a side comes back with what it is about."""
        alone = models.Q(parent__deleted_at=None) | models.Q(parent__deletion_reason=BY_RETENTION)
        rows = self.filter(alone, deleted_at__isnull=False, removed_at=None, merged_at=None)
        return rows.exclude(deletion_reason=BY_RETENTION)

    def closed_to(self, user: User) -> ConversationQuerySet:
        """Return those that stand in inboxes which are not open to ``user``."""
        return self.filter(inbox__in=Inbox.objects.closed_to(user).values("pk"))

    def for_list(self, reader: User) -> ConversationQuerySet:
        """Fetch what a row of a list shows, in one query however many rows: also ``tag_names`` and ``step_count``.

        ``planned`` is the next answer that has not left (due_at, held); ``is_watched`` says that ``reader`` watches it.
        ``began_by`` is the way of what was written down first, empty where it began with a letter.
        """
        own = models.OuterRef("pk")
        first = Message.objects.filter(conversation=own).order_by("created_at", "id")
        tags = ConversationTag.objects.filter(conversation=own)
        shown = tags.annotate(shown=Coalesce("tag__merged_into__name", "tag__name"))
        names = ArraySubquery(shown.order_by("shown").values("shown").distinct())
        asked = Consultation.objects.all().open().filter(conversation=own).order_by("pk").values("expert__name")
        planned = PendingReply.objects.filter(conversation=own).order_by("due_at")
        steps = Promise.objects.filter(conversation=own, kind=PromiseKind.STEP, withdrawn_at=None)
        count = steps.order_by().values("conversation").annotate(all=models.Count("pk"), done=models.Count("kept_at"))
        return self.select_related("customer", "assignee", "team", "cause__merged_into").annotate(
            tag_names=names,
            began_by=models.Subquery(first.values("way")[:1]),
            is_watched=models.Exists(Watching.objects.filter(conversation=own, user=reader)),
            expert_names=ArraySubquery(asked),
            planned=models.Subquery(planned.values(found=JSONObject(due_at="due_at", held="held"))[:1]),
            step_count=models.Subquery(count.values(found=JSONObject(all="all", done="done")), models.JSONField()),
        )

    def with_reasons(self) -> ConversationQuerySet:
        """Fetch, kept as it was written down, why the oldest message of each did not arrive: ``why_undelivered``."""
        lost = Message.objects.filter(conversation=models.OuterRef("pk")).exclude(failure="").order_by("created_at")
        return self.annotate(why_undelivered=models.Subquery(lost.values("failure")[:1]))

    def with_ideas(self) -> ConversationQuerySet:
        """Fetch who of the team has had the idea of each, None for its customer: ``idea_of``."""
        return self.annotate(idea_of=models.F("idea_author__name"))

    def with_spam_reasons(self) -> ConversationQuerySet:
        """Fetch why each stands among spam: ``spam_decision`` of a person (kind, by), ``spam_sign`` (reason, block)."""
        own = models.OuterRef("pk")
        name = User.objects.filter(pk=models.OuterRef("actor_id")).values("name")
        decided = Event.objects.filter(conversation_id=own, kind__in=SPAM_DECISIONS).order_by("-pk")
        decision = decided.annotate(by=models.Subquery(name)).values(found=JSONObject(kind="kind", by="by"))
        signs = SpamSign.objects.filter(message__conversation=own).order_by("-pk")
        # A lifted block is no reason to ask whether it shall be lifted.
        block = models.Case(models.When(block__lifted_at=None, then="block_id"))
        sign = signs.values(found=JSONObject(reason="reason", block=block))
        return self.annotate(spam_decision=_of_spam(decision), spam_sign=_of_spam(sign))

    def open(self) -> ConversationQuerySet:
        """Return what is not settled, with people on the other side."""
        return self.filter(standing.OPEN)

    def needs_reply(self) -> ConversationQuerySet:
        """Return those in which a customer waits for us, in sight now; not while our answer is leaving."""
        return self.open().filter(standing.needs_reply())

    def scheduled(self, user: User) -> ConversationQuerySet:
        """Return those in which an answer waits for its moment (``leaves_at``) or was held, about which they decide."""
        waiting = ~models.Q(held="") | models.Q(is_scheduled=True)
        rows = PendingReply.objects.all().handled_by(user).filter(waiting, conversation=models.OuterRef("pk"))
        first = models.Subquery(rows.order_by("due_at").values("due_at")[:1])
        return self.annotate(leaves_at=first).filter(models.Exists(rows))

    def promised_until(self, end: datetime) -> ConversationQuerySet:
        """Return those in which something is to be kept by ``end``, or late: put off, settled or not."""
        return self.filter(kind="human", promise_due_at__lt=end)

    def of(self, user: User) -> ConversationQuerySet:
        """Return open ones that ``user`` answers for."""
        return self.open().filter(standing.of_user(user))

    def unassigned(self) -> ConversationQuerySet:
        """Return open ones that nobody answers for."""
        return self.open().filter(standing.UNASSIGNED)

    def snoozed(self) -> ConversationQuerySet:
        """Return those out of sight until a moment."""
        return self.open().filter(standing.SNOOZED)

    def resolved(self) -> ConversationQuerySet:
        """Return settled ones."""
        return self.exclude(kind="spam").filter(resolved_at__isnull=False)

    def undelivered(self) -> ConversationQuerySet:
        """Return those whose last message of ours did not arrive."""
        return self.exclude(kind="spam").filter(undelivered_at__isnull=False)

    def without_cause(self) -> ConversationQuerySet:
        """Return those that were settled with a customer, and of which nobody has said why they turned to us."""
        # As the index has it, word for word.
        settled = self.filter(kind="human", resolved_at__isnull=False)
        return settled.filter(cause=None, parent=None, deleted_at=None, merged_at=None)

    def of_cause(self, cause: Cause) -> ConversationQuerySet:
        """Return those with this cause, with one below it, or with one that was merged into either."""
        return self.filter(cause__in=Cause.objects.all().meaning(cause).values("pk"))

    def ideas(self) -> ConversationQuerySet:
        """Return those in which somebody has had an idea."""
        return self.filter(idea_at__isnull=False)

    def automatic(self) -> ConversationQuerySet:
        """Return those with machines on the other side."""
        return self.filter(kind="automatic")

    def unreadable(self) -> ConversationQuerySet:
        """Return those that hold a message which could not be read."""
        return self.filter(kind="unreadable")

    def spam(self) -> ConversationQuerySet:
        """Return those that nobody asked for."""
        return self.filter(kind="spam")

    def due_to_wake(self, now: datetime) -> ConversationQuerySet:
        """Return those whose snooze has ended."""
        return self.filter(snoozed_until__lte=now, merged_at=None)


def _of_spam(rows: models.QuerySet[Any, Any]) -> models.Case:
    """Return the first of ``rows``, looked for only where a conversation is spam."""
    return models.Case(models.When(kind="spam", then=models.Subquery(rows[:1])), output_field=models.JSONField())
