"""Telling devices what is new for their owner, by the service of whoever made the browser (RFC 8030).

The address of a device is what its browser named, so it is asked by the client that knows where it may not go, over
https alone. What is said is sealed for the device, and says no more than its owner has chosen.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from samovar.accounts.models import NoticeWays, Notification, PushSubscription
from samovar.accounts.models.notification import NotificationQuerySet
from samovar.accounts.quiet import quiet_until
from samovar.conversations import notices, queries
from samovar.conversations.notices import Line
from samovar.lib import clock, safe_http, web_push
from samovar.lib.errors import NotFetched
from samovar.lib.safe_http import World

# Whoever looks at the page has seen it by then.
PATIENCE = timedelta(seconds=5)
# What is older is no news on a telephone any more; a service keeps it for a device that is switched off as long.
RECENT = timedelta(hours=4)
# More than these at once are told as a number.
MOST_AT_ONCE = 3
MOST_WORDS = 120
GONE = (404, 410)
LATER = (408, 425, 429)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=15), timedelta(hours=1)
# A device that failed so often in a row is tried again only with the next news.
MOST_TRIES = 12
Said = dict[str, object]


@dataclass(frozen=True)
class Outcome:
    """What became of a word: its device is gone, or it is tried again after a pause; otherwise it is done with."""

    is_gone: bool = False
    pause: timedelta | None = None


def push(subscription_id: int, world: World | None = None) -> datetime | None:
    """Tell a device what its owner was told, has not looked at and wants to be told there.

    Returns when to look again: in quiet hours at their end, after a failure a little later each time, None when there
    is no more to tell. Every line is handed over once; a service that cannot be understood may get it twice, and shows
    it once.
    """
    device = PushSubscription.objects.signed_in().select_related("user").filter(pk=subscription_id).first()
    if device is None:
        return None
    now = clock.now()
    rows = _rows(device, now)
    if not rows.exists():
        return None
    if until := quiet_until(device.user, now):
        return until
    with translation.override(device.user.language or settings.LANGUAGE_CODE):
        for said, told_until in _letters(device, rows.filter(made_at__lte=now - PATIENCE)):
            outcome = _hand_over(device, said, world)
            if outcome.is_gone or outcome.pause:
                return _again(device, now, outcome.pause) if outcome.pause else None
            device.told_until = told_until
            device.save(update_fields=["told_until"])
    left = _rows(device, now).order_by("made_at").first()
    return max(left.made_at + PATIENCE, now) if left else None


def try_out(subscription_id: int, world: World | None = None) -> None:
    """Tell a device that it is told, so that its owner sees how that looks."""
    device = PushSubscription.objects.signed_in().select_related("user").filter(pk=subscription_id).first()
    if device is None:
        return
    with translation.override(device.user.language or settings.LANGUAGE_CODE):
        said: Said = {"title": _("It works"), "body": _("This device is told what is for you."), "tag": "trial"}
        _hand_over(device, said | {"url": reverse("notice_ways")}, world)


def _rows(device: PushSubscription, now: datetime) -> NotificationQuerySet:
    kinds = NoticeWays.of(device.user).told_on_devices
    since = max(device.told_until, now - RECENT)
    return notices.visible(device.user).filter(seen_at=None, kind__in=kinds, made_at__gt=since)


def _letters(device: PushSubscription, rows: NotificationQuerySet) -> list[tuple[Said, datetime]]:
    """Return what is to be said, oldest first, and up to which moment all is told with it."""
    found = list(rows.with_names().order_by("made_at", "pk"))
    if not found:
        return []
    count = queries.unseen_notices(device.user)
    if len(found) > MOST_AT_ONCE:
        said = ngettext("%(count)d new for you", "%(count)d new for you", len(found)) % {"count": len(found)}
        several = {"title": said, "body": "", "url": reverse("for_me"), "tag": "several", "count": count}
        return [(several, found[-1].made_at)]
    is_quoted = NoticeWays.of(device.user).has_first_words
    lines = {line.told.pk: line for line in notices.lines(found)}
    return [(_said(lines[row.pk], count, is_quoted=is_quoted), row.made_at) for row in found if row.pk in lines]


def _said(line: Line, count: int, *, is_quoted: bool) -> Said:
    who = line.conversation.customer.shown_name if line.conversation and line.is_one else ""
    body = f"{who}: {line.preview[:MOST_WORDS]}" if is_quoted and line.preview and who else who
    url = line.address
    return {"title": line.words, "body": body, "url": url, "tag": _topic(line.told), "count": count}


def _topic(row: Notification) -> str:
    """Return by what a newer word about the same replaces the older one; it tells the service nothing."""
    return salted_hmac("samovar.push", str(row.pk), algorithm="sha256").hexdigest()[:32]


def _hand_over(device: PushSubscription, said: Said, world: World | None) -> Outcome:
    """Hand a word over; whoever is gone is forgotten, and what a service refuses is not tried again."""
    sealed = web_push.sealed(json.dumps(said, ensure_ascii=False).encode(), device.key, device.secret)
    try:
        taken = safe_http.hand(device.endpoint, sealed, _headers(device, said), world)
    except NotFetched:
        return Outcome(pause=FIRST_PAUSE)
    if taken.status in GONE:
        PushSubscription.objects.filter(pk=device.pk).delete()
        return Outcome(is_gone=True)
    if taken.status in LATER or taken.status >= 500:
        return Outcome(pause=_pause(taken.again))
    if taken.status < 300:
        device.succeeded_at, device.failures = clock.now(), 0
        device.save(update_fields=["succeeded_at", "failures"])
    return Outcome()


def _pause(told: str) -> timedelta:
    """Return for how long a service wants to be left alone, when it says so in seconds."""
    seconds = int(told) if told.isascii() and told.isdecimal() and len(told) < 6 else 0
    return max(FIRST_PAUSE, timedelta(seconds=seconds))


def _again(device: PushSubscription, now: datetime, pause: timedelta) -> datetime | None:
    """Return when to try again what failed: later each time, at most an hour, and not for ever."""
    device.failures += 1
    device.save(update_fields=["failures"])
    if device.failures >= MOST_TRIES:
        return None
    doubled: timedelta = FIRST_PAUSE * 2 ** (device.failures - 1)
    return now + min(max(pause, doubled), LONGEST_PAUSE)


def _headers(device: PushSubscription, said: Said) -> Mapping[str, str]:
    return {
        "Authorization": web_push.voucher(device.endpoint, settings.PUBLIC_URL, clock.now()),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(int(RECENT.total_seconds())),
        "Topic": str(said["tag"]),
        "Urgency": "normal",
    }
