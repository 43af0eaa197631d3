"""Watching all mailboxes: a thread for each, which reads what is new as soon as the server says so.

A second one reads beside it what is not urgent: the other folders, old mail, and the comparison with the server.
A mailbox in trouble is tried again and again, ever more patiently, and never given up. Accounts that are new, changed
or paused are taken up within seconds.
"""

import logging
import threading
from dataclasses import dataclass
from datetime import timedelta
from random import uniform

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from samovar.channels import fetching, imap, taking_in
from samovar.channels.errors import ChannelTrouble, SignInRefused
from samovar.channels.events import MailboxTroubled
from samovar.channels.idling import forget_news, wait_for_news
from samovar.channels.models import ChannelAccount, MailFolder, RawMail
from samovar.channels.models.folder import Role
from samovar.channels.side_reading import SideVisit
from samovar.events.announcing import announce
from samovar.lib import sayings
from samovar.lib.fence import Fence, reason

log = logging.getLogger(__name__)
LOOK_AT_ACCOUNTS_SECONDS = 2.0
LOOK_AT_MAIL_SECONDS = 60.0
# How long to leave a server alone after failure number 1, 2, …; servers lock out those who guess passwords.
PAUSES_SECONDS = (2, 5, 10, 30, 60, 120)
SIGN_IN_PAUSES_SECONDS = (60, 120, 300, 600, 900)
GRACE_SECONDS = 5.0
ALARM_AFTER = 3
ALARM_EVERY = timedelta(hours=6)


@dataclass(frozen=True)
class Watch:
    """One mailbox that is watched, with the settings that it is watched by."""

    settings: tuple[object, ...]
    stop: threading.Event
    threads: tuple[threading.Thread, threading.Thread]


def watch_all(stop: threading.Event) -> None:
    """Watch all mailboxes until ``stop`` is set."""
    watches: dict[int, Watch] = {}
    try:
        while not stop.is_set():
            _adjust(watches)
            connection.close()
            stop.wait(LOOK_AT_ACCOUNTS_SECONDS)
    finally:
        for watch in watches.values():
            watch.stop.set()
        for watch in watches.values():
            for thread in watch.threads:
                thread.join(GRACE_SECONDS)


def _adjust(watches: dict[int, Watch]) -> None:
    wanted = {account.pk: account.way_in for account in ChannelAccount.objects.in_use()}
    for pk, watch in list(watches.items()):
        if wanted.get(pk) != watch.settings or not all(thread.is_alive() for thread in watch.threads):
            watch.stop.set()
            del watches[pk]
    for pk in wanted.keys() - watches.keys():
        stop = threading.Event()
        first = threading.Thread(target=watch_one, args=(pk, stop), name=f"mailbox {pk}", daemon=True)
        beside = threading.Thread(target=watch_beside, args=(pk, stop), name=f"beside mailbox {pk}", daemon=True)
        watches[pk] = Watch(wanted[pk], stop, (first, beside))
        first.start()
        beside.start()


def watch_one(pk: int, stop: threading.Event) -> None:
    """Watch the mailbox ``pk`` until ``stop`` is set."""
    failures = 0
    while not stop.is_set():
        visit = Visit(pk, stop)
        with Fence() as fence:
            visit.stay()
        failures = 1 if visit.has_read else failures + 1
        if fence.error and not stop.is_set():
            # The database may be what fails: then there is nowhere to note it.
            with Fence():
                note_failure(pk, fence.error, failures)
            log.warning("mailbox in trouble", extra={"account": pk, "error": type(fence.error).__name__})
        connection.close()
        if not stop.is_set():
            stop.wait(pause_after(failures, fence.error))


def watch_beside(pk: int, stop: threading.Event) -> None:
    """Read beside the inbox folder of the mailbox ``pk`` until ``stop`` is set; only while that can be read."""
    failures = 0
    while not stop.is_set():
        error: Exception | None = None
        account = _readable(pk)
        if account is not None:
            visit = SideVisit(account, stop)
            with Fence() as fence:
                visit.stay()
            error, failures = fence.error, 1 if visit.has_read else failures + 1
        if error and not stop.is_set():
            with Fence():
                _note_beside(pk, error)
            log.warning("folders in trouble", extra={"account": pk, "error": type(error).__name__})
        connection.close()
        if not stop.is_set():
            stop.wait(pause_after(failures, error) if error else LOOK_AT_ACCOUNTS_SECONDS)


@dataclass
class Visit:
    """One connection to the inbox folder of a mailbox, as long as it lasts."""

    pk: int
    stop: threading.Event
    has_read: bool = False

    def stay(self) -> None:
        """Read what is new, wait for more, and so on."""
        account = ChannelAccount.objects.select_related("inbox").get(pk=self.pk)
        waiting = RawMail.objects.to_take_in(account, at_once=True)
        with imap.opened(account) as mailbox:
            while not self.stop.is_set():
                account.refresh_from_db(fields=["problem", "problem_since", "connected_at", "read_since"])
                folder = MailFolder.objects.of(account, Role.INBOX, account.folder)
                # What a worker left behind that died after storing comes first, in its order.
                taking_in.take_in_each(waiting)
                forget_news(mailbox)
                for _raw_ids in fetching.fetch(folder, mailbox):
                    taking_in.take_in_each(waiting)
                self.has_read = True
                # A hundred quiet mailboxes shall not hold a hundred connections to the database.
                connection.close()
                wait_for_news(mailbox, self.stop, LOOK_AT_MAIL_SECONDS)


@transaction.atomic
def note_failure(pk: int, error: Exception, failures: int) -> None:
    """Note why a mailbox cannot be read; announce it at the third failure in a row, and then every six hours.

    Nothing is ever given up or switched off because of it.
    """
    account = ChannelAccount.objects.select_related("inbox").get(pk=pk)
    account.note_problem(_kept(error), timezone.now())
    folder = MailFolder.objects.of(account, Role.INBOX, account.folder)
    if failures >= ALARM_AFTER and folder.alarm(timezone.now(), ALARM_EVERY):
        announce(MailboxTroubled(account_id=pk, problem=_kept(error)))
        log.error("mailbox cannot be read", extra={"account": pk, "failures": failures})


def pause_after(failures: int, error: Exception | None) -> float:
    """Return for how many seconds to leave a server alone, give or take 20 %."""
    pauses = SIGN_IN_PAUSES_SECONDS if isinstance(error, SignInRefused) else PAUSES_SECONDS
    return pauses[min(failures, len(pauses)) - 1] * uniform(0.8, 1.2)


def _readable(pk: int) -> ChannelAccount | None:
    """Return the mailbox when its inbox folder can be read: who is refused there is not to knock twice."""
    with Fence() as fence:
        return ChannelAccount.objects.select_related("inbox").exclude(fetched_at=None).filter(pk=pk, problem="").first()
    assert fence.error is not None
    return None


def _note_beside(pk: int, error: Exception) -> None:
    for folder in MailFolder.objects.filter(account=pk).exclude(role=Role.INBOX):
        folder.note_problem(_kept(error))


def _kept(error: Exception) -> str:
    if isinstance(error, ChannelTrouble):
        return error.kept
    return sayings.kept(_("Something went wrong on our side: %(error)s"), error=reason(error))
