"""Marking what somebody wrote as an idea for us, with credit to whoever had it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from samovar.accounts.models import User
from samovar.conversations.events import IdeaDismissed, IdeaNoted, IdeaReworded
from samovar.events.announcing import announce
from samovar.lib import clock

if TYPE_CHECKING:
    from samovar.conversations.models.answering import Heading

LONGEST_IDEA = 200


class Noteworthy(models.Model):
    """Something in which there is an idea: the customer's, or ``idea_author``'s where one of the team has had it."""

    idea_at = models.DateTimeField(_("noted as an idea at"), null=True)
    idea_title = models.CharField(
        _("idea in a few words"), max_length=LONGEST_IDEA, blank=True, default="", db_default=""
    )
    idea_author = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        abstract = True

    if TYPE_CHECKING:
        version: int
        idea_author_id: int | None

        def locked(self) -> None: ...
        def heading(self, by: User | None) -> Heading: ...

    @transaction.atomic
    def note_idea(self, by: User, title: str = "", author: User | None = None) -> None:
        """Mark it as an idea of its customer, or of ``author``. Marking it again only says it in other words."""
        self.locked()
        is_new, other = self.idea_at is None, self.idea_author_id != (author.pk if author else None)
        if not (is_new or other or self.idea_title != title):
            return
        now = clock.now()
        self.idea_at, self.idea_title, self.idea_author = self.idea_at or now, title, author
        self.version += 1
        self.save(update_fields=["idea_at", "idea_title", "idea_author", "version"])
        if not (is_new or other):
            announce(IdeaReworded(**self.heading(by)))
            return
        name = author.name if author else ""
        announce(IdeaNoted(**self.heading(by), at=now, author_id=author.pk if author else None, author_name=name))

    @transaction.atomic
    def dismiss_idea(self, by: User) -> None:
        """Say that it is no idea; what it was called is kept for whoever takes that back."""
        self.locked()
        if self.idea_at is not None:
            self.idea_at = None
            self.version += 1
            self.save(update_fields=["idea_at", "version"])
            announce(IdeaDismissed(**self.heading(by)))
