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


class WakesOn(models.TextChoices):
    """Which message of the customer brings back what is snoozed before its moment has come."""

    MORE = "more", _("If they write more than thanks")
    REPLY = "reply", _("If they write anything")
    NOTHING = "nothing", _("No, whatever they write")


class Snoozable(models.Model):
    """Something that can be put out of sight until a moment; ``wakes_on`` says what brings it back earlier."""

    snoozed_until = models.DateTimeField(_("snoozed until"), null=True)
    # What was snoozed before there was a choice keeps what was said then.
    wakes_on = models.CharField(
        _("comes back earlier"), max_length=10, choices=WakesOn.choices, default=WakesOn.REPLY, db_default=WakesOn.REPLY
    )

    class Meta:
        abstract = True

    if TYPE_CHECKING:
        is_unread: bool
        version: int

        def locked(self) -> None: ...
        def heading(self, by: User | None) -> Heading: ...

    @transaction.atomic
    def snooze(self, until: datetime, by: User, wakes_on: str = WakesOn.MORE) -> None:
        """Put it out of sight until ``until``, or until the customer writes what ``wakes_on`` says.

        Raises SnoozeInThePast.
        """
        if until <= clock.now():
            raise SnoozeInThePast(_("This moment has passed. Choose a later one."))
        self.locked()
        if self.put_off(until, wakes_on):
            self.save(update_fields=["snoozed_until", "wakes_on"])
            announce(ConversationSnoozed(**self.heading(by), until=until, wakes_on=wakes_on))

    @transaction.atomic
    def wake(self, by: User) -> None:
        """Bring it back into sight before its moment."""
        self.locked()
        if self.snoozed_until is not None:
            self.snoozed_until = None
            self.save(update_fields=["snoozed_until"])
            announce(ConversationWoken(**self.heading(by)))

    @transaction.atomic
    def wake_when_due(self) -> None:
        """Bring it back, unread, if its moment has come; what somebody has put off anew meanwhile stays away."""
        self.locked()
        if self.is_due(clock.now()):
            self.came_due()
            self.save(update_fields=["snoozed_until", "is_unread", "version"])
            announce(ConversationWoken(**self.heading(None)))

    def put_off(self, until: datetime, wakes_on: str) -> bool:
        """Set what snoozing changes on the row and return whether that was news; bulk writers call it too."""
        if (self.snoozed_until, self.wakes_on) == (until, wakes_on):
            return False
        self.snoozed_until, self.wakes_on = until, wakes_on
        return True

    def is_due(self, now: datetime) -> bool:
        """Tell whether its moment has come."""
        return self.snoozed_until is not None and self.snoozed_until <= now

    def came_due(self) -> None:
        """Set what the clock changes on the row; bulk writers call it too."""
        self.snoozed_until, self.is_unread = None, True
        self.version += 1
