"""Whether somebody is there: by what they say themselves, or else by their last action."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import models, transaction
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from samovar.accounts.events import PresenceChanged
from samovar.events.announcing import announce
from samovar.lib import clock
from samovar.lib.text import tidy

HERE_FOR = timedelta(minutes=5)
SEEN_EVERY = timedelta(minutes=1)
LONGEST_REASON = 80


class Presence(models.TextChoices):
    """How somebody can be reached; by these names signs are drawn, too."""

    HERE = "here", gettext_lazy("Available")
    BUSY = "busy", gettext_lazy("Busy")
    AWAY = "away", gettext_lazy("Away")


class Present(models.Model):
    """Somebody who is here, busy or away.

    What they say of themselves (``said_presence``, empty when they say nothing) holds from ``presence_since`` on until
    ``presence_until``, or until they say something else; otherwise the last action decides.
    """

    seen_at = models.DateTimeField(gettext_lazy("last action"), null=True, blank=True)
    said_presence = models.CharField(max_length=10, choices=Presence.choices, blank=True, default="", db_default="")
    presence_reason = models.CharField(max_length=LONGEST_REASON, blank=True, default="", db_default="")
    presence_since = models.DateTimeField(null=True, blank=True)
    presence_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    if TYPE_CHECKING:
        pk: int

    def is_here(self, now: datetime | None = None) -> bool:
        """Tell whether the last action is at most five minutes old."""
        return self.seen_at is not None and (now or timezone.now()) - self.seen_at <= HERE_FOR

    @property
    def says_so(self) -> bool:
        """Whether it is the person's own word that counts now."""
        return bool(self.said_presence) and (self.presence_until is None or clock.now() < self.presence_until)

    @property
    def presence(self) -> Presence:
        """How the person can be reached now."""
        if self.says_so:
            return Presence(self.said_presence)
        return Presence.HERE if self.is_here(clock.now()) else Presence.AWAY

    @property
    def presence_words(self) -> str:
        """The same in words, with the reason and the end if the person gave them: "Away: lunch, until 14:00"."""
        words = str(self.presence.label)
        if self.says_so and self.presence_reason:
            words = f"{words}: {self.presence_reason}"
        return f"{words}, {_until(self.presence_until)}" if self.says_so and self.presence_until else words

    def touch(self, now: datetime) -> None:
        """Note an action; writes at most once a minute, so that a busy person costs nothing."""
        rows = type(self)._default_manager.filter(pk=self.pk)
        rows.exclude(seen_at__gt=now - SEEN_EVERY).update(seen_at=now)

    @transaction.atomic
    def show_as(self, presence: Presence, reason: str = "", until: datetime | None = None) -> None:
        """Say how one can be reached, why, and until when (None: until one says something else).

        Who says that they are available says no more than what their actions say.
        """
        said = "" if presence == Presence.HERE else presence.value
        told = (said, tidy(reason)[:LONGEST_REASON] if said else "", until if said else None)
        self.refresh_from_db(from_queryset=type(self)._default_manager.select_for_update())
        if told == (self.said_presence, self.presence_reason, self.presence_until):
            return
        self.said_presence, self.presence_reason, self.presence_until = told
        self.presence_since = clock.now()
        self.save(update_fields=["said_presence", "presence_reason", "presence_until", "presence_since"])
        announce(
            PresenceChanged(user_id=self.pk, actor_id=self.pk, presence=presence.value, reason=told[1], until=told[2])
        )


def _until(moment: datetime) -> str:
    at = timezone.localtime(moment)
    if at.date() == timezone.localtime(clock.now()).date():
        return _("until %(time)s") % {"time": f"{at:%H:%M}"}
    return _("until %(day)s, %(time)s") % {"day": formats.date_format(at, "SHORT_DATE_FORMAT"), "time": f"{at:%H:%M}"}
