"""Putting a conversation out of sight until a moment."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from samovar.conversations.errors import SnoozeInThePast
from samovar.conversations.events import ConversationSnoozed, ConversationWoken
from samovar.events.announcing import announce
from samovar.lib import clock

if TYPE_CHECKING:
    from samovar.accounts.models import User
    from samovar.conversations.models.answering import Heading


class Snoozable(models.Model):
    """Something that can be put out of sight until a moment; a message from the customer brings it back earlier."""

    snoozed_until = models.DateTimeField(_("snoozed until"), null=True)

    class Meta:
        abstract = True

    if TYPE_CHECKING:

        def locked(self) -> None: ...
        def heading(self, by: User | None) -> Heading: ...

    @transaction.atomic
    def snooze(self, until: datetime, by: User) -> None:
        """Put it out of sight until ``until``; raises SnoozeInThePast."""
        if until <= clock.now():
            raise SnoozeInThePast(_("This moment has passed. Choose a later one."))
        self.locked()
        if self.snoozed_until != until:
            self.snoozed_until = until
            self.save(update_fields=["snoozed_until"])
            announce(ConversationSnoozed(**self.heading(by), until=until))

    @transaction.atomic
    def wake(self, by: User | None = None) -> None:
        """Bring it back into sight; without ``by`` the clock did it."""
        self.locked()
        if self.snoozed_until is not None:
            self.snoozed_until = None
            self.save(update_fields=["snoozed_until"])
            announce(ConversationWoken(**self.heading(by)))
