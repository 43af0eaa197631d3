"""Watching a conversation: being told what happens in it without answering for it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from samovar.accounts.models import User
from samovar.conversations.events import ConversationUnwatched, ConversationWatched
from samovar.events.announcing import announce
from samovar.lib import clock

if TYPE_CHECKING:
    from samovar.conversations.models.answering import Heading


class WatchingQuerySet(models.QuerySet["Watching"]):
    """Who watches what."""

    def begin(self, conversation_id: int, people: Iterable[User], at: datetime) -> None:
        """Let people watch a conversation; who does so already goes on."""
        rows = [Watching(conversation_id=conversation_id, user=person, began_at=at) for person in people]
        self.bulk_create(rows, ignore_conflicts=True)


class Watching(models.Model):
    """Somebody who is told what happens in a conversation: by their own choice, or since a note named them."""

    conversation = models.ForeignKey("Conversation", on_delete=models.PROTECT, related_name="watchings", db_index=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    began_at = models.DateTimeField(_("began at"))

    objects = WatchingQuerySet.as_manager()

    class Meta:
        verbose_name = _("watcher")
        constraints = [models.UniqueConstraint(fields=["conversation", "user"], name="watching_once")]

    def __str__(self) -> str:
        return f"{self.user_id} watches {self.conversation_id}"


class Watched(models.Model):
    """Something that can be watched. Whoever answers for it is told everything anyway."""

    class Meta:
        abstract = True

    if TYPE_CHECKING:
        pk: int
        watchings: models.Manager[Watching]

        def locked(self) -> None: ...
        def heading(self, by: User | None) -> Heading: ...

    @transaction.atomic
    def watch(self, by: User) -> None:
        """Let ``by`` be told what happens here from now on. Twice is once."""
        self.locked()
        if not self.watchings.filter(user=by).exists():
            Watching.objects.all().begin(self.pk, [by], clock.now())
            announce(ConversationWatched(**self.heading(by)))

    @transaction.atomic
    def unwatch(self, by: User) -> None:
        """Tell ``by`` no more of what happens here. Twice is once."""
        self.locked()
        if self.watchings.filter(user=by).delete()[0]:
            announce(ConversationUnwatched(**self.heading(by)))
