"""What becomes of a message of ours on its way to those to whom it goes."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from samovar.conversations.errors import MergedAway
from samovar.conversations.events import (
    ConversationEvent,
    FailureDismissed,
    MessageDeferred,
    MessageFailed,
    MessageSent,
)
from samovar.events.announcing import announce
from samovar.lib import sayings

if TYPE_CHECKING:
    from samovar.accounts.models import User
    from samovar.conversations.models.answering import Heading
    from samovar.conversations.models.conversation import Conversation

# What nobody tries any more, and what is tried again; everything else only deserves a line.
LOST = ("bounced", "failed")
LATE = "deferred"
KEPT = ["handed_over_at", "failed_at", "failure", "troubles", "may_be_twice"]
LONGEST_FAILURE = 500


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """Why one recipient has not got a message: ``why`` is kept (``lib.sayings``), ``delivery_id`` is the channel's.

    ``is_closed`` says that somebody has decided to leave it at that.
    """

    state: str
    why: str
    address: str = ""
    delivery_id: int = 0
    is_closed: bool = False

    @property
    def text(self) -> str:
        """Why, in the reader's language."""
        return sayings.told(self.why)

    @property
    def names_address(self) -> bool:
        """Whether the text says by itself whom it is about."""
        return not self.address or self.address in self.text

    @property
    def is_lost(self) -> bool:
        """Whether nobody tries any more."""
        return self.state in LOST

    @property
    def asks_somebody(self) -> bool:
        """Whether it stands out until it is settled; the rest is a line to be read."""
        return not self.is_closed and (self.is_lost or self.state == LATE)


@dataclass(frozen=True, kw_only=True)
class Fate:
    """What became of a message: when the provider has taken it for all whom it can reach, and what went wrong."""

    handed_over_at: datetime | None = None
    troubles: tuple[Trouble, ...] = ()
    may_be_twice: bool = False

    @property
    def worst(self) -> Trouble | None:
        """The trouble that somebody has to know of, None when there is none."""
        open_ones = [one for one in self.troubles if not one.is_closed]
        known = [one for one in open_ones if one.is_lost] or [one for one in open_ones if one.state == LATE]
        return known[0] if known else None


class Deliverable(models.Model):
    """Something of ours that a provider takes, or not.

    ``handed_over_at`` says that the provider took it. ``failure`` says that it does not arrive everywhere: without
    ``failed_at`` it is tried again, with it nobody tries any more. ``troubles`` says the same of each recipient.
    ``may_be_twice`` says that the connection broke before the provider's answer and the message was sent again.
    """

    handed_over_at = models.DateTimeField(_("taken by the provider at"), null=True)
    failed_at = models.DateTimeField(_("failed at"), null=True)
    failure = models.CharField(_("why it failed"), max_length=LONGEST_FAILURE, blank=True)
    troubles = models.JSONField(null=True)
    may_be_twice = models.BooleanField(default=False, db_default=False)

    class Meta:
        abstract = True

    if TYPE_CHECKING:
        pk: int
        mail_class: str
        recipients: dict[str, Any]
        conversation: models.ForeignKey[Conversation, Conversation]
        conversation_id: int

    @property
    def is_automatic(self) -> bool:
        """Whether a machine of ours wrote it: nobody has to act when it does not arrive."""
        return self.mail_class != "human"

    @property
    def is_late(self) -> bool:
        """Whether it has not left although it was tried."""
        return bool(self.failure) and self.handed_over_at is None

    @property
    def why_late(self) -> str:
        """Why it has not left, in the reader's language."""
        return sayings.told(self.failure)

    @property
    def known_troubles(self) -> list[Trouble]:
        """What went wrong for whom, the lost first."""
        found = [Trouble(**one) for one in self.troubles or ()]
        return sorted(found, key=lambda one: not one.is_lost)

    @property
    def has_several_recipients(self) -> bool:
        """Whether it goes to more than one address."""
        return sum(map(len, self.recipients.values())) > 1

    def replace_recipient(self, before: str, after: str) -> None:
        """Have it go to another address of somebody than the one at which it did not arrive."""
        self.recipients = {
            field: [[name, after if address == before else address] for name, address in people]
            for field, people in self.recipients.items()
        }
        self.save(update_fields=["recipients"])

    @transaction.atomic
    def note_fate(self, fate: Fate, at: datetime, by: User | None = None) -> None:
        """Note what became of the message; noting the same again changes nothing more."""
        conversation = self.hold()
        before = self._kept
        self.meet(fate, at)
        if self._kept != before:
            self.save(update_fields=KEPT)
            self._note_on(conversation)
            announce(self._news_since(before, fate, conversation.heading(by), at))

    def note_failed(self, reason: str, at: datetime) -> None:
        """Note that the message will never arrive."""
        self.note_fate(Fate(troubles=(Trouble(state="failed", why=reason),)), at)

    def meet(self, fate: Fate, at: datetime) -> None:
        """Set what ``fate`` changes on the row; bulk writers call it too."""
        worst = None if self.is_automatic else fate.worst
        self.handed_over_at = fate.handed_over_at and (self.handed_over_at or fate.handed_over_at)
        self.failure = worst.why[:LONGEST_FAILURE] if worst else ""
        self.failed_at = (self.failed_at or at) if any(one.is_lost for one in fate.troubles) else None
        self.troubles = [asdict(one) for one in fate.troubles] or None
        self.may_be_twice = self.may_be_twice or fate.may_be_twice

    @property
    def _kept(self) -> tuple[object, ...]:
        return tuple(getattr(self, name) for name in KEPT)

    def _news_since(self, before: tuple[object, ...], fate: Fate, heading: Heading, at: datetime) -> ConversationEvent:
        if self.handed_over_at and before[0] is None and not fate.worst:
            return MessageSent(**heading, at=at, message_id=self.pk)
        lost = [one for one in fate.troubles if one.is_lost]
        if lost and all(one.is_closed for one in lost):
            return FailureDismissed(**heading, at=at, message_id=self.pk)
        told = lost or fate.troubles
        reason = told[0].why[:LONGEST_FAILURE] if told else ""
        kind = MessageFailed if lost else MessageDeferred
        return kind(**heading, at=at, message_id=self.pk, reason=reason)

    def hold(self) -> Conversation:
        """Take the row of the conversation in which it stands now, also when it was moved meanwhile; return it."""
        is_gone = True
        while is_gone:
            conversation = self.conversation
            with suppress(MergedAway):
                conversation.locked()
            self.refresh_from_db(fields=["conversation", *KEPT])
            is_gone = self.conversation_id != conversation.pk
        self.conversation = conversation
        return conversation

    def _note_on(self, conversation: Conversation) -> None:
        late = conversation.messages.exclude(failure="").order_by("created_at").first()
        since = late.created_at if late else None
        if conversation.undelivered_at != since:
            conversation.undelivered_at = since
            conversation.save(update_fields=["undelivered_at"])
