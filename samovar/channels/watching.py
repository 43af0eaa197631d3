"""Watching all mailboxes: a thread for each, which reads what is new as soon as the server says so.

A mailbox in trouble is tried again and again, ever more patiently, and never given up. Accounts that are new, changed
or paused are taken up within seconds.
"""

import logging
import threading
from dataclasses import dataclass
from random import uniform

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from samovar.channels import fetching, imap, taking_in
from samovar.channels.errors import ChannelTrouble, SignInRefused
from samovar.channels.idling import wait_for_news
from samovar.channels.models import ChannelAccount
from samovar.lib import sayings
from samovar.lib.fence import Fence, reason

log = logging.getLogger(__name__)
LOOK_AT_ACCOUNTS_SECONDS = 2.0
LOOK_AT_MAIL_SECONDS = 60.0
# How long to leave a server alone after failure number 1, 2, …; servers lock out those who guess passwords.
PAUSES_SECONDS = (2, 5, 10, 30, 60, 120)
SIGN_IN_PAUSES_SECONDS = (60, 120, 300, 600, 900)
GRACE_SECONDS = 5.0


@dataclass(frozen=True)
class Watch:
    """One mailbox that is watched, with the settings that it is watched by."""

    settings: tuple[object, ...]
    stop: threading.Event
    thread: threading.Thread


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
            watch.thread.join(GRACE_SECONDS)


def _adjust(watches: dict[int, Watch]) -> None:
    wanted = {account.pk: account.way_in for account in ChannelAccount.objects.in_use()}
    for pk, watch in list(watches.items()):
        if wanted.get(pk) != watch.settings or not watch.thread.is_alive():
            watch.stop.set()
            del watches[pk]
    for pk in wanted.keys() - watches.keys():
        stop = threading.Event()
        thread = threading.Thread(target=watch_one, args=(pk, stop), name=f"mailbox {pk}", daemon=True)
        watches[pk] = Watch(wanted[pk], stop, thread)
        thread.start()


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
                _note(pk, fence.error)
            log.warning("mailbox in trouble", extra={"account": pk, "error": type(fence.error).__name__})
        connection.close()
        if not stop.is_set():
            stop.wait(pause_after(failures, fence.error))


@dataclass
class Visit:
    """One connection to a mailbox, as long as it lasts."""

    pk: int
    stop: threading.Event
    has_read: bool = False

    def stay(self) -> None:
        """Read what is new, wait for more, and so on."""
        account = ChannelAccount.objects.select_related("inbox").get(pk=self.pk)
        with imap.opened(account) as mailbox:
            while not self.stop.is_set():
                account.refresh_from_db(fields=["uid_validity", "last_uid", "problem", "problem_since"])
                # What a worker left behind that died after storing comes first, in its order.
                taking_in.take_in_each(account.mails.all())
                for _raw_ids in fetching.fetch(account, mailbox):
                    taking_in.take_in_each(account.mails.all())
                self.has_read = True
                # A hundred quiet mailboxes shall not hold a hundred connections to the database.
                connection.close()
                wait_for_news(mailbox, self.stop, LOOK_AT_MAIL_SECONDS)


def pause_after(failures: int, error: Exception | None) -> float:
    """Return for how many seconds to leave a server alone, give or take 20 %."""
    pauses = SIGN_IN_PAUSES_SECONDS if isinstance(error, SignInRefused) else PAUSES_SECONDS
    return pauses[min(failures, len(pauses)) - 1] * uniform(0.8, 1.2)


def _note(pk: int, error: Exception) -> None:
    if isinstance(error, ChannelTrouble):
        problem = error.kept
    else:
        problem = sayings.kept(_("Something went wrong on our side: %(error)s"), error=reason(error))
    ChannelAccount.objects.get(pk=pk).note_problem(problem, timezone.now())
