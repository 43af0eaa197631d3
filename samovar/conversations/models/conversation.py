"""Conversations: the exchange with one customer about one matter."""

from __future__ import annotations

from datetime import datetime

from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from samovar.accounts.models import User
from samovar.conversations.errors import MergedAway
from samovar.conversations.events import (
    ConversationAssigned,
    ConversationFreed,
    ConversationReopened,
    ConversationResolved,
    ConversationTagged,
    ConversationUntagged,
)
from samovar.conversations.models.answering import Answerable
from samovar.conversations.models.causing import Caused
from samovar.conversations.models.deleting import Deletable
from samovar.conversations.models.gathering import Gathered
from samovar.conversations.models.inbox import Inbox
from samovar.conversations.models.noteworthy import Noteworthy
from samovar.conversations.models.prioritising import Prioritised
from samovar.conversations.models.promising import DUE, TURN, WAITS, Promising
from samovar.conversations.models.selecting import ConversationQuerySet
from samovar.conversations.models.snoozing import Snoozable
from samovar.conversations.models.tag import ConversationTag, Tag
from samovar.conversations.models.teaming import OfTeam
from samovar.conversations.models.watching import Watched
from samovar.customers.models import Customer
from samovar.events.announcing import announce
from samovar.lib import clock
from samovar.lib.rows import reread
from samovar.ui.numbers import numbered


class ConversationKind(models.TextChoices):
    """Who is on the other side: it decides in whose sight a conversation stands."""

    HUMAN = "human", _("A person")
    AUTOMATIC = "automatic", _("A machine")
    UNREADABLE = "unreadable", _("Could not be read")
    SPAM = "spam", _("Spam")


# Settled with a customer, and nobody has said why they turned to us.
WITHOUT_CAUSE = Q(kind="human", resolved_at__isnull=False, cause=None, parent=None, deleted_at=None, merged_at=None)
# What people wrote, whatever became of it.
OF_PEOPLE = Q(kind="human", deleted_at=None, merged_at=None)
# What was resolved, and where no person waits: it is over with its last message, because nobody resolves it.
CAN_BE_OVER = Q(resolved_at__isnull=False) | ~Q(kind="human")


class Conversation(
    Snoozable, Prioritised, Promising, Caused, Noteworthy, Deletable, Watched, OfTeam, Answerable, Gathered
):
    """An exchange with one customer about one matter, over any number of channels.

    Whose turn it is and what stands last is kept on the row, so that lists need no look at the messages; all of it
    can be derived again from the messages and the event log (``conversations.deriving``). ``version`` counts the
    messages and decisions, so that two people never overwrite each other unseen. With a ``parent`` it is a side
    conversation with somebody outside about that one, of which the customer there learns nothing. What was merged into
    another one (``merged_at``) holds nothing any more; its row stays for undoing, and its number leads to the other.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+", db_index=False)
    inbox = models.ForeignKey(Inbox, on_delete=models.PROTECT, related_name="conversations")
    subject = models.CharField(_("subject"), max_length=1000, blank=True)
    subject_key = models.CharField(max_length=300, blank=True, editable=False)
    kind = models.CharField(max_length=12, choices=ConversationKind.choices, default=ConversationKind.HUMAN)
    assignee = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    tags = models.ManyToManyField(Tag, through=ConversationTag, related_name="conversations")
    follows = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="followed_by")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="sides", db_index=False)
    opened_at = models.DateTimeField(_("opened at"))
    resolved_at = models.DateTimeField(_("resolved at"), null=True)
    merged_at = models.DateTimeField(_("merged at"), null=True)
    version = models.IntegerField(default=0)

    # The action on many conversations that is at this one: of all that it does people are told once, at its end.
    run_id: int | None = None

    objects = ConversationQuerySet.as_manager()

    class Meta:
        verbose_name = _("conversation")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ConversationKind.values), name="conversation_kind_known"),
        ]
        indexes = [
            models.Index(
                TURN,
                "id",
                name="conversation_by_turn",
                condition=Q(kind="human", resolved_at=None, snoozed_until=None, waiting_since__isnull=False),
            ),
            models.Index(
                "assignee",
                models.F("last_message_at").desc(),
                models.F("id").desc(),
                name="conversation_open",
                condition=Q(kind="human", resolved_at=None),
            ),
            # All that the views of open work ask of a row, so that they are counted without looking at the rows.
            models.Index(
                fields=["id"],
                include=[
                    "customer",
                    "inbox",
                    "assignee",
                    "team",
                    "cause",
                    "priority",
                    "is_unread",
                    "waiting_since",
                    "snoozed_until",
                    "promise_due_at",
                ],
                name="conversation_standing",
                condition=Q(kind="human", resolved_at=None, deleted_at=None, merged_at=None),
            ),
            # The one of assignees gives no order to those whom nobody has: an empty key is none to the planner.
            models.Index(
                models.F("last_message_at").desc(),
                models.F("id").desc(),
                name="conversation_unassigned",
                condition=Q(kind="human", resolved_at=None, snoozed_until=None, assignee=None),
            ),
            models.Index(
                models.F("last_message_at").desc(),
                models.F("id").desc(),
                name="conversation_to_look_at",
                condition=Q(kind="human", resolved_at=None, snoozed_until=None, waiting_since=None, is_unread=True),
            ),
            models.Index(
                models.F("resolved_at").desc(),
                models.F("id").desc(),
                name="conversation_resolved",
                condition=Q(resolved_at__isnull=False),
            ),
            models.Index(
                "kind",
                models.F("last_message_at").desc(),
                models.F("id").desc(),
                name="conversation_not_human",
                condition=~Q(kind="human"),
            ),
            models.Index(
                models.F("undelivered_at").desc(),
                models.F("id").desc(),
                name="conversation_undelivered",
                condition=Q(undelivered_at__isnull=False),
            ),
            models.Index(fields=["parent"], name="conversation_sides", condition=Q(parent__isnull=False)),
            models.Index(
                models.F("deleted_at").desc(),
                models.F("id").desc(),
                name="conversation_deleted",
                condition=Q(deleted_at__isnull=False, removed_at=None),
            ),
            models.Index(
                "inbox",
                Coalesce("resolved_at", "last_message_at"),
                "id",
                name="conversation_over",
                condition=Q(deleted_at=None) & CAN_BE_OVER,
            ),
            models.Index(
                models.F("resolved_at").desc(),
                models.F("id").desc(),
                name="conversation_without_cause",
                condition=WITHOUT_CAUSE,
            ),
            models.Index(
                "cause",
                models.F("last_message_at").desc(),
                models.F("id").desc(),
                name="conversation_of_cause",
                condition=Q(cause__isnull=False),
            ),
            models.Index(
                models.F("idea_at").desc(),
                models.F("id").desc(),
                name="conversation_ideas",
                condition=Q(idea_at__isnull=False),
            ),
            models.Index(
                models.F("last_message_at").desc(),
                models.F("id").desc(),
                name="conversation_newest",
                condition=OF_PEOPLE,
            ),
            models.Index(DUE, "id", name="conversation_by_due", condition=OF_PEOPLE),
            models.Index(WAITS, "id", name="conversation_by_waiting", condition=OF_PEOPLE),
            models.Index("snoozed_until", name="conversation_snoozed", condition=Q(snoozed_until__isnull=False)),
            models.Index(
                "promise_due_at", "id", name="conversation_promised", condition=Q(promise_due_at__isnull=False)
            ),
            models.Index("customer", models.F("last_message_at").desc(), name="conversation_of_customer"),
        ]

    def __str__(self) -> str:
        return self.subject or numbered(self.pk)

    def get_absolute_url(self) -> str:
        """Return the address of its page."""
        return reverse("conversation", args=[self.pk])

    def locked(self) -> None:
        """Take the row for this transaction and read what is true now.

        Raises MergedAway when it was merged into another one meanwhile: nothing may be done to what nobody sees.
        Whoever gathers the changes of many holds all of them, and what stands on this object is not written yet.
        """
        if self.changes is not None:
            return
        rows = Conversation.objects.select_related("inbox", "customer").select_for_update(of=("self",))
        reread(self, rows)
        if self.merged_at is not None:
            raise MergedAway(self.pk)

    @transaction.atomic
    def assign(self, to: User | None, by: User) -> None:
        """Make ``to`` answer for this conversation, or nobody. Assigning the same person again changes nothing."""
        self.locked()
        if self.assignee_id != (to.pk if to else None):
            self.given(to)
            self.save(update_fields=["assignee", "version"])
            announce(
                ConversationAssigned(
                    **self.heading(by),
                    assignee_id=to.pk if to else None,
                    assignee_name=to.name if to else "",
                    run_id=self.run_id,
                )
            )

    @transaction.atomic
    def free(self, leaver: User, by: User | None) -> bool:
        """Let nobody answer for it, if ``leaver`` does, who has left; returns whether that was so."""
        self.locked()
        if self.assignee_id != leaver.pk:
            return False
        self.given(None)
        self.save(update_fields=["assignee", "version"])
        announce(ConversationFreed(**self.heading(by), assignee_id=None, leaver_name=leaver.name))
        return True

    @transaction.atomic
    def resolve(self, by: User | None) -> None:
        """Mark the matter as settled, None for by itself. Twice, or by two people at once, changes nothing more."""
        self.locked()
        if self.resolved_at is None:
            now = clock.now()
            self.settled(now)
            self.save(update_fields=["resolved_at", "waiting_since", "snoozed_until", "version"])
            announce(ConversationResolved(**self.heading(by), at=now))

    @transaction.atomic
    def reopen(self, by: User) -> None:
        """Take the matter up again; if the customer wrote last, they are waiting for us since they did."""
        self.locked()
        if self.resolved_at is not None:
            self.taken_up()
            self.save(update_fields=["resolved_at", "waiting_since", "version"])
            announce(ConversationReopened(**self.heading(by)))

    @transaction.atomic
    def tag(self, tag: Tag, by: User) -> None:
        """Put ``tag`` on; a tag that is there already stays."""
        self.locked()
        own = ConversationTag.objects.filter(conversation=self)
        if not own.of(tag).exists():
            own.create(conversation=self, tag=tag, by=by, at=clock.now())
            announce(ConversationTagged(**self.heading(by), tag_id=tag.pk, tag=tag.name))

    @transaction.atomic
    def untag(self, tag: Tag, by: User) -> None:
        """Take ``tag`` off."""
        self.locked()
        if ConversationTag.objects.filter(conversation=self).of(tag).delete()[0]:
            announce(ConversationUntagged(**self.heading(by), tag_id=tag.pk, tag=tag.name))

    def given(self, to: User | None) -> None:
        """Set what a new assignee changes on the row; bulk writers call it too, like all such methods."""
        self.assignee = to
        self.version += 1

    def settled(self, at: datetime) -> None:
        """Set what resolving changes on the row."""
        self.resolved_at, self.waiting_since, self.snoozed_until = at, None, None
        self.version += 1

    def taken_up(self) -> None:
        """Set what reopening changes on the row."""
        self.resolved_at, self.waiting_since = None, self.last_inbound_at if self.customer_wrote_last else None
        self.version += 1

    def mark_read(self, version: int | None = None) -> None:
        """Note that somebody of the team has seen what stands here; not worth a line of history.

        They have seen what ``version`` held, without it what this object was read with: what came later stays unread.
        """
        seen = self.version if version is None else version
        if self.is_unread and Conversation.objects.filter(pk=self.pk, version=seen).update(is_unread=False):
            self.is_unread = False

    def mark_unread(self) -> None:
        """Note that what stands here is still to be seen; not worth a line of history either."""
        Conversation.objects.filter(pk=self.pk).update(is_unread=True)
        self.is_unread = True


class ConversationLink(models.Model):
    """Two conversations that one mail answers, so that they may be the same matter; a person decides."""

    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="links", db_index=False)
    other = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("link")
        constraints = [models.UniqueConstraint(fields=["conversation", "other"], name="conversation_link_once")]

    def __str__(self) -> str:
        return f"{self.conversation_id} ~ {self.other_id}"


class ConversationRedirect(models.Model):
    """Where a conversation went that was merged into another; every look-up by number follows it."""

    old_id = models.BigIntegerField(primary_key=True)
    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="redirects")
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("redirect")

    def __str__(self) -> str:
        return f"{self.old_id} → {self.conversation_id}"
