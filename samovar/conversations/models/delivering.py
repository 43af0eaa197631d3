"""What becomes of a message of ours on its way to the customer."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from samovar.conversations.events import MessageDeferred, MessageFailed, MessageSent
from samovar.events.announcing import announce
from samovar.lib import sayings

if TYPE_CHECKING:
    from samovar.conversations.models.conversation import Conversation


class Deliverable(models.Model):
    """Something of ours that a provider takes, or not.

    ``handed_over_at`` says that the provider took it. ``failure`` without ``failed_at`` is why it waits for another
    try; with it, nobody tries any more.
    """

    handed_over_at = models.DateTimeField(_("taken by the provider at"), null=True)
    failed_at = models.DateTimeField(_("failed at"), null=True)
    failure = models.CharField(_("why it failed"), max_length=500, blank=True)

    class Meta:
        abstract = True

    if TYPE_CHECKING:
        pk: int
        conversation: models.ForeignKey[Conversation, Conversation]

    @property
    def is_late(self) -> bool:
        """Whether it has not left although it was tried."""
        return bool(self.failure) and self.handed_over_at is None

    @property
    def why_late(self) -> str:
        """Why it has not left, in the reader's language."""
        return sayings.told(self.failure)

    @transaction.atomic
    def note_handed_over(self, at: datetime) -> None:
        """Note that the provider took the message; noting it twice changes nothing more."""
        conversation = self._locked()
        if self.handed_over_at is None:
            self.handed_over_at, self.failed_at, self.failure = at, None, ""
            self.save(update_fields=["handed_over_at", "failed_at", "failure"])
            self._note_on(conversation)
            announce(MessageSent(**conversation.heading(None), at=at, message_id=self.pk))

    @transaction.atomic
    def note_deferred(self, reason: str) -> None:
        """Note that the provider could not be reached; the message will be tried again.

        Many tries that fail for one reason are told once.
        """
        conversation = self._locked()
        if self.handed_over_at is None and (self.failure, self.failed_at) != (reason[:500], None):
            self.failure, self.failed_at = reason[:500], None
            self.save(update_fields=["failure", "failed_at"])
            self._note_on(conversation)
            announce(MessageDeferred(**conversation.heading(None), message_id=self.pk, reason=self.failure))

    @transaction.atomic
    def note_failed(self, reason: str, at: datetime) -> None:
        """Note that the message will never arrive."""
        conversation = self._locked()
        if self.failed_at is None:
            self.failure, self.failed_at = reason[:500], at
            self.save(update_fields=["failure", "failed_at"])
            self._note_on(conversation)
            announce(MessageFailed(**conversation.heading(None), at=at, message_id=self.pk, reason=self.failure))

    def _locked(self) -> Conversation:
        conversation = self.conversation
        conversation.locked()
        self.refresh_from_db(fields=["handed_over_at", "failed_at", "failure"])
        return conversation

    def _note_on(self, conversation: Conversation) -> None:
        late = conversation.messages.exclude(failure="").filter(handed_over_at=None).order_by("created_at").first()
        since = late.created_at if late else None
        if conversation.undelivered_at != since:
            conversation.undelivered_at = since
            conversation.save(update_fields=["undelivered_at"])
