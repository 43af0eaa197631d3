"""Why a customer turned to us, as somebody of the team says: one cause, at any moment; nothing waits for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models, transaction

from samovar.conversations.errors import CauseRetired
from samovar.conversations.events import ConversationCauseRemoved, ConversationCauseSet
from samovar.conversations.models.cause import Cause
from samovar.events.announcing import announce

if TYPE_CHECKING:
    from samovar.accounts.models import User
    from samovar.conversations.models.answering import Heading


class Caused(models.Model):
    """Something that has a cause, or none yet."""

    cause = models.ForeignKey(Cause, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        abstract = True

    if TYPE_CHECKING:
        version: int
        cause_id: int | None

        def locked(self) -> None: ...
        def heading(self, by: User | None) -> Heading: ...

    @transaction.atomic
    def set_cause(self, cause: Cause | None, by: User | None) -> None:
        """Say why the customer turned to us, or that nobody knows. Saying the same again changes nothing.

        What was merged meanwhile is set as the other one; raises CauseRetired for one that is not in use any more.
        """
        rows = Cause.objects.select_related("parent", "merged_into__parent")
        chosen = rows.get(pk=cause.pk).now if cause else None
        self.locked()
        if chosen and self.cause_id != chosen.pk and not chosen.is_in_use:
            raise CauseRetired(str(chosen))
        self.keep_cause(chosen, by)

    @transaction.atomic
    def keep_cause(self, cause: Cause | None, by: User | None) -> None:
        """Have a cause that was set elsewhere or before, also one that is not in use any more."""
        self.locked()
        event = self.explained(cause, by)
        if event is not None:
            self.save(update_fields=["cause", "version"])
            announce(event)

    def explained(self, cause: Cause | None, by: User | None) -> ConversationCauseSet | ConversationCauseRemoved | None:
        """Set what a cause changes on the row and return what happened, None for nothing; bulk writers call it too."""
        before = self.cause
        if (before.pk if before else None) == (cause.pk if cause else None):
            return None
        self.cause = cause
        self.version += 1
        if cause is not None:
            return ConversationCauseSet(**self.heading(by), **cause.told)
        assert before is not None
        return ConversationCauseRemoved(**self.heading(by), **before.told)
