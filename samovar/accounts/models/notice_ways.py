"""How somebody wants to be told."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from samovar.accounts.models.notification import Notice
from samovar.accounts.models.user import User

# A letter of the day comes with the working day.
MORNING_HOUR = 8
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Pace(models.TextChoices):
    """How often letters come."""

    AT_ONCE = "at_once", _("When a note names me at once, everything else once an hour")
    HOURLY = "hourly", _("Once an hour at most")
    DAILY = "daily", _("Once a day, in the morning")
    NEVER = "never", _("Never")


def mailed_by_itself() -> list[str]:
    """Return what is mailed to whoever has chosen nothing: what nobody else would take up."""
    theirs = (Notice.UNDELIVERED, Notice.HELD, Notice.PROMISE, Notice.REMINDER, Notice.ASKED, Notice.ADVICE)
    about_customers = (Notice.PROPOSED, Notice.DECIDED)
    return [kind.value for kind in (Notice.MENTION, Notice.ASSIGNED, *theirs, *about_customers)]


def pushed_by_itself() -> list[str]:
    """Return what devices are told of where nobody has chosen: what is for this person and cannot wait."""
    return [*mailed_by_itself(), Notice.ANSWER.value]


class NoticeWays(models.Model):
    """How one member of staff is told: what not in the product (``hidden``), what by mail too, and how often.

    ``mailed_at`` is when the last letter was written; whoever has no row has chosen nothing. ``pushed`` is what their
    devices are told, without a word of what customers write unless ``has_first_words``. Another way of telling adds its
    own fields here.
    """

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="+")
    hidden = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    mailed = ArrayField(models.CharField(max_length=20), default=mailed_by_itself, blank=True)
    pace = models.CharField(_("letters"), max_length=10, choices=Pace.choices, default=Pace.HOURLY)
    mailed_at = models.DateTimeField(_("last letter at"), null=True)

    # None where nobody has chosen since devices can be told.
    pushed = ArrayField(models.CharField(max_length=20), null=True, blank=True)
    has_first_words = models.BooleanField(default=False, db_default=False)

    class Meta:
        verbose_name = _("ways of being told")

    def __str__(self) -> str:
        return f"{self.user_id}: {self.pace}"

    @classmethod
    def of(cls, user: User) -> NoticeWays:
        """Return what somebody has chosen, or what holds where they have not."""
        return cls.objects.filter(user=user).first() or cls(user=user)

    @property
    def told_on_devices(self) -> list[str]:
        """What the person's devices are told."""
        return pushed_by_itself() if self.pushed is None else self.pushed

    def choose(self, *, shown: Collection[str], mailed: Collection[str], pace: str, **push: object) -> None:
        """Keep what the person has chosen; ``push`` is ``pushed`` and ``has_first_words``."""
        hidden = [kind for kind in Notice.values if kind not in shown]
        chosen = {"hidden": hidden, "mailed": list(mailed), "pace": pace, **push}
        NoticeWays.objects.update_or_create(user_id=self.user_id, defaults=chosen)


def may_write(pace: str, last: datetime | None, now: datetime, zone: ZoneInfo, *, is_named: bool) -> bool:
    """Tell whether a letter may be written at ``now``, the last one being of ``last``.

    At most one an hour, except that with the pace "at once" a note that names somebody does not wait; with "daily" the
    first after 8:00 of each day in ``zone``. A moment that an hour skips counts as the one after it.
    """
    if pace == Pace.NEVER:
        return False
    if pace == Pace.DAILY:
        morning = timezone.localtime(now, zone).replace(hour=MORNING_HOUR, minute=0, second=0, microsecond=0)
        morning = morning if morning <= now else morning - DAY
        return last is None or last < morning
    return last is None or now - last >= HOUR or (pace == Pace.AT_ONCE and is_named)
