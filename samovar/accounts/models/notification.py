"""What members of staff are told: something happened that is for them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from samovar.accounts.events import NoticesChanged
from samovar.events.announcing import announce
from samovar.lib import clock

if TYPE_CHECKING:
    from samovar.accounts.models.user import User

# Of so many messages each is known, so that one which is taken back is told of no more.
MOST_GATHERED = 100
OF = Coalesce("conversation_id", 0)
SEEN_KEPT_FOR = timedelta(days=90)


class Notice(models.TextChoices):
    """What somebody is told."""

    MENTION = "mention", _("A note names me")
    ASSIGNED = "assigned", _("Somebody gives me a conversation")
    ANSWER = "answer", _("A customer writes where I answer or watch")
    NOTE = "note", _("A note where I answer or watch")
    UNDELIVERED = "undelivered", _("A message of mine is not delivered")
    HELD = "held", _("A planned answer of mine is held back")
    PROMISE = "promise", _("A promise of mine is due or late")
    REMINDER = "reminder", _("I wanted to be reminded")
    ASKED = "asked", _("Somebody brings me in as an expert")
    PROPOSED = "proposed", _("Somebody proposes to warn, limit or block a customer")
    DECIDED = "decided", _("What I proposed about a customer is decided")
    ADVICE = "advice", _("An expert whom I brought in answers, or is late")


@dataclass(frozen=True, kw_only=True)
class News:
    """What is to be told: of which conversation and message, whose doing it was (None: the customer's, a machine's).

    What is decided about customers is of no conversation.
    ``number`` is how many conversations it is about: of what was done to many, one stands for all.
    """

    kind: Notice
    at: datetime
    conversation_id: int | None
    message_id: int | None = None
    actor_id: int | None = None
    number: int = 1


@dataclass(frozen=True)
class Followed:
    """What followed a merged conversation: the rows that ``moved``, and those that have ``gathered`` others."""

    moved: list[int]
    gathered: list[int]


class NotificationQuerySet(models.QuerySet["Notification"]):
    """What somebody was told."""

    def unseen_by(self, user: User) -> NotificationQuerySet:
        """Return what ``user`` has not seen yet."""
        return self.filter(user=user, seen_at=None)

    def with_names(self) -> NotificationQuerySet:
        """Fetch whose doing the last of each was, as ``actor_name``."""
        people = apps.get_model("accounts", "User")._default_manager
        return self.annotate(actor_name=models.Subquery(people.filter(pk=models.OuterRef("actor_id")).values("name")))

    @transaction.atomic
    def follow(self, old_id: int, conversation_id: int) -> Followed:
        """Let what was told of one conversation be told of the one into which it was merged."""
        found = Followed([], [])
        for row in self.filter(conversation_id=old_id).order_by("pk").select_for_update():
            if held := self._gathered(row, conversation_id):
                found.gathered.append(held.pk)
            else:
                found.moved.append(row.pk)
        return found

    @transaction.atomic
    def part(self, from_id: int, to_id: int, message_ids: Collection[int], told: Followed) -> None:
        """Let what was told of one conversation be told of another one again that is apart from it by now.

        That is what is about messages which stand there, and what has no message and had followed from there.
        """
        for row in self.filter(conversation_id=from_id).order_by("pk").select_for_update():
            staying = [pk for pk in row.message_ids if pk not in message_ids]
            going = [pk for pk in row.message_ids if pk in message_ids]
            if row.pk in told.gathered and not row.message_ids or going and staying:
                row.message_ids = staying
                row.save(update_fields=["message_ids"])
                row.pk, row.message_ids = None, going
                row._state.adding = True
            elif not going and not (row.pk in told.moved and not row.message_ids):
                continue
            self._gathered(row, to_id)
            announce(NoticesChanged(actor_id=row.user_id))

    def _gathered(self, row: Notification, conversation_id: int) -> Notification | None:
        """Let a row be about a conversation; return the row which says that already and has gathered it."""
        same = self.filter(user=row.user_id, kind=row.kind, conversation_id=conversation_id, seen_at=None)
        held = same.select_for_update().first() if row.seen_at is None else None
        if held is not None:
            held.message_ids = [*row.message_ids, *held.message_ids][-MOST_GATHERED:]
            held.save(update_fields=["message_ids"])
            if row.pk is not None:
                row.delete()
            return held
        row.conversation_id = conversation_id
        row.save(update_fields=None if row._state.adding else ["conversation_id"])
        return None

    @transaction.atomic
    def tell(self, user_id: int, news: News, *, is_shown: bool = True) -> None:
        """Tell somebody; what they have not seen yet of the same kind about the same conversation becomes one.

        What is not shown is only told in other ways.
        """
        same = self.filter(user=user_id, kind=news.kind, conversation_id=news.conversation_id, seen_at=None)
        held = same.select_for_update().first()
        found = held or Notification(user_id=user_id, kind=news.kind, conversation_id=news.conversation_id)
        found.made_at, found.actor_id, found.is_shown = news.at, news.actor_id, is_shown
        found.number = news.number
        if news.message_id and news.message_id not in found.message_ids:
            found.message_ids = [*found.message_ids, news.message_id][-MOST_GATHERED:]
        found.save(update_fields=["made_at", "actor_id", "is_shown", "message_ids", "number"] if held else None)
        announce(NoticesChanged(actor_id=user_id))

    @transaction.atomic
    def see(self, user: User, at: datetime) -> int:
        """Note that ``user`` has seen these; returns how many were news."""
        number = self.filter(user=user, seen_at=None).update(seen_at=at)
        if number:
            announce(NoticesChanged(actor_id=user.pk))
        return number

    @transaction.atomic
    def unsee(self, user: User, at: datetime) -> None:
        """Take back what was seen at one moment; of what came since stays only the newer one."""
        # What is of no conversation is told as one, too; to the database nothing equals nothing.
        newer = self.filter(user=user, seen_at=None, kind=models.OuterRef("kind")).annotate(about=OF)
        newer = newer.filter(about=Coalesce(models.OuterRef("conversation_id"), 0))
        if self.filter(user=user, seen_at=at).exclude(models.Exists(newer)).update(seen_at=None):
            announce(NoticesChanged(actor_id=user.pk))

    @transaction.atomic
    def take_back(self, conversation_id: int, message_id: int) -> None:
        """Tell nobody any more of a message that is gone."""
        rows = self.filter(conversation_id=conversation_id, message_ids__contains=[message_id])
        for row in rows.order_by("pk").select_for_update():
            row.message_ids = [pk for pk in row.message_ids if pk != message_id]
            if row.message_ids:
                row.save(update_fields=["message_ids"])
            else:
                row.delete()
            announce(NoticesChanged(actor_id=row.user_id))

    def forget_old(self, now: datetime) -> None:
        """Delete what was seen long ago."""
        self.filter(seen_at__lt=now - SEEN_KEPT_FOR).delete()


class Notification(models.Model):
    """Something that one member of staff is told. It holds numbers and no words: what they may see is asked when shown.

    What of one kind they have not seen about one conversation stands in one row, with the messages it is about. Each
    way of telling outside of these pages notes when it did, so that it tells of nothing twice: ``mailed_at``.
    """

    user = models.ForeignKey("User", on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(_("kind"), max_length=20)
    conversation_id = models.BigIntegerField(null=True)
    actor_id = models.BigIntegerField(null=True)
    message_ids = ArrayField(models.BigIntegerField(), default=list)
    number = models.IntegerField(_("conversations"), default=1, db_default=1)
    is_shown = models.BooleanField(default=True, db_default=True)
    made_at = models.DateTimeField(_("made at"), default=clock.now)
    seen_at = models.DateTimeField(_("seen at"), null=True)
    mailed_at = models.DateTimeField(_("mailed at"), null=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind", "conversation_id"],
                name="notification_gathered",
                condition=Q(seen_at=None),
                nulls_distinct=False,
            )
        ]
        indexes = [
            models.Index("user", models.F("made_at").desc(), models.F("id").desc(), name="notification_of"),
            models.Index("conversation_id", name="notification_about"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.user_id}"

    @property
    def count(self) -> int:
        """How many things stand in it."""
        return max(self.number, len(self.message_ids))
