"""How mailboxes are, in words: which are not read, silent, behind, have gaps, or whose heartbeat is missing."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from samovar.channels.models import ChannelAccount, Heartbeat, MailFolder
from samovar.channels.models.folder import Role

# So many mails are needed to know what silence is usual, and so much longer than the longest one is unusual.
KNOWN_AFTER, TIMES_LONGER, SHORTEST_SILENCE = 20, 3, timedelta(days=1)


@dataclass(frozen=True)
class Alarm:
    """Something about a mailbox that an administrator should know."""

    account_id: int
    mailbox: str
    text: str
    is_gap: bool = False
    is_refused: bool = False


def alarms() -> list[Alarm]:
    """Return what is to be known of all mailboxes in use; three queries, however many there are."""
    now = timezone.now()
    accounts = ChannelAccount.objects.in_use().select_related("inbox").order_by("inbox__name", "pk")
    folders: dict[int, list[MailFolder]] = {}
    for folder in MailFolder.objects.in_use().order_by("pk"):
        folders.setdefault(folder.account_id, []).append(folder)
    beats = {beat.account_id: beat for beat in Heartbeat.objects.all()}
    return [
        alarm for account in accounts for alarm in _of(account, folders.get(account.pk, []), beats.get(account.pk), now)
    ]


def _of(
    account: ChannelAccount, folders: list[MailFolder], heartbeat: Heartbeat | None, now: datetime
) -> Iterator[Alarm]:
    name = str(account.inbox)
    if text := _unread(account, now):
        yield Alarm(account.pk, name, text, is_refused=bool(account.problem))
    for folder in folders:
        if folder.missing_since:
            words = ngettext(
                "%(count)s mail of the folder “%(folder)s” lies on the server and could not be read",
                "%(count)s mails of the folder “%(folder)s” lie on the server and could not be read",
                folder.missing,
            )
            yield Alarm(account.pk, name, words % {"count": folder.missing, "folder": folder.name}, is_gap=True)
        if folder.role == Role.INBOX and is_silent(folder, now):
            days = (now - (folder.newest_at or now)) // timedelta(days=1)
            words = ngettext(
                "no mail has come for %(count)s day, far longer than ever before",
                "no mail has come for %(count)s days, far longer than ever before",
                days,
            )
            yield Alarm(account.pk, name, words % {"count": days})
    if heartbeat and heartbeat.is_missing(now):
        lost = _("the mail that it wrote to itself did not come back")
        yield Alarm(account.pk, name, heartbeat.problem_text or lost)


def _unread(account: ChannelAccount, now: datetime) -> str:
    if account.problem:
        return account.problem_text
    if not account.is_behind(now):
        return ""
    minutes = (now - account.last_looked_at) // timedelta(minutes=1)
    words = ngettext("nothing was read for %(count)s minute", "nothing was read for %(count)s minutes", minutes)
    return words % {"count": minutes}


def is_silent(folder: MailFolder, now: datetime) -> bool:
    """Whether no mail has come for unusually long, compared with the longest silence before."""
    if folder.arrivals < KNOWN_AFTER or folder.newest_at is None:
        return False
    return now - folder.newest_at > max(TIMES_LONGER * folder.longest_gap, SHORTEST_SILENCE)
