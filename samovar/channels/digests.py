"""Letters that gather what somebody was told and has not looked at."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import translation

from samovar.accounts import mail
from samovar.accounts.models import Notice, NoticeWays, Notification, User
from samovar.accounts.models.notice_ways import may_write
from samovar.accounts.models.notification import NotificationQuerySet
from samovar.accounts.quiet import quiet_until
from samovar.conversations import notices
from samovar.lib import clock

# Whoever is at the desk has looked by then.
PATIENCE = timedelta(minutes=2)
MOST_LINES = 20
TEMPLATE = "channels/letters/digest"


def write_due() -> None:
    """Write to everybody whose letter is due."""
    waiting = _unmailed(Notification.objects.all()).order_by().values_list("user_id", flat=True).distinct()
    for user in User.objects.filter(pk__in=waiting, is_active=True).order_by("pk"):
        write_to(user)


@transaction.atomic
def write_to(user: User) -> bool:
    """Write to somebody what they were told and have not looked at, if it is time; returns whether there was a letter.

    The letter and the note that it was written exist together or not at all. It says what they may see at this moment.
    In their quiet hours nothing is written.
    """
    NoticeWays.objects.get_or_create(user=user)
    ways = NoticeWays.objects.select_for_update().get(user=user)
    now = clock.now()
    rows = _unmailed(notices.visible(user)).filter(kind__in=ways.mailed)
    is_named = rows.filter(kind__in=(Notice.MENTION, Notice.ASKED)).exists()
    zone = ZoneInfo(user.time_zone or settings.TIME_ZONE)
    if quiet_until(user, now) or not may_write(ways.pace, ways.mailed_at, now, zone, is_named=is_named):
        return False
    with translation.override(user.language or settings.LANGUAGE_CODE):
        lines = notices.lines(list(rows.with_names().order_by("-made_at", "-pk")[:MOST_LINES]))
        if not lines:
            return False
        said = [(line, mail.link(line.address)) for line in lines]
        ways_page = mail.link(reverse("notice_ways")) if user.can_look else ""
        mail.write(user.email, TEMPLATE, {"said": said, "ways": ways_page})
    Notification.objects.filter(pk__in=rows.values("pk")).update(mailed_at=now)
    ways.mailed_at = now
    ways.save(update_fields=["mailed_at"])
    return True


def _unmailed(rows: NotificationQuerySet) -> NotificationQuerySet:
    is_new = Q(mailed_at=None) | Q(mailed_at__lt=F("made_at"))
    return rows.filter(is_new, seen_at=None, made_at__lte=clock.now() - PATIENCE)
