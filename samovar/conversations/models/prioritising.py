"""How urgent a conversation is, as somebody of the team decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from samovar.conversations.events import ConversationPrioritised
from samovar.events.announcing import announce

if TYPE_CHECKING:
    from samovar.accounts.models import User
    from samovar.conversations.models.answering import Heading


class Priority(models.IntegerChoices):
    """How urgent something is."""

    LOW = -1, _("Low priority")
    NORMAL = 0, _("Normal priority")
    HIGH = 1, _("High priority")
    URGENT = 2, _("Urgent")


class Prioritised(models.Model):
    """Something that can be more urgent than the rest, or less."""

    priority = models.SmallIntegerField(
        _("priority"), choices=Priority.choices, default=Priority.NORMAL, db_default=Priority.NORMAL
    )

    class Meta:
        abstract = True

    if TYPE_CHECKING:
        version: int

        def locked(self) -> None: ...
        def heading(self, by: User | None) -> Heading: ...
        def get_priority_display(self) -> str: ...

    @transaction.atomic
    def prioritise(self, priority: Priority, by: User) -> None:
        """Say how urgent it is. Saying the same again changes nothing."""
        self.locked()
        if self.priority != priority:
            self.priority = priority
            self.version += 1
            self.save(update_fields=["priority", "version"])
            announce(ConversationPrioritised(**self.heading(by), priority=int(priority)))
