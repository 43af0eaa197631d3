"""Reading mailboxes: everything above the high-water mark, raw bytes first, nothing on the server changed.

The mark (UIDVALIDITY, UID) moves in the transaction that stores the bytes, so a mail is stored before it counts as
read, and a crash at any point reads it again into the same row. Nothing is deleted and nothing is marked as seen.
"""

import contextlib
import imaplib
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from imaplib import Internaldate2tuple
from time import mktime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import MailboxFolderSelectError, MailboxLoginError

from samovar.channels.errors import ChannelTrouble, SignInRefused
from samovar.channels.models import ChannelAccount
from samovar.channels.models.account import Security
from samovar.channels.storing import Arrival, Source, keep_all

AT_ONCE = 20
TIMEOUT_SECONDS = 30
KINDS: dict[str, type[MailBox] | type[MailBoxStartTls] | type[MailBoxUnencrypted]] = {
    Security.TLS: MailBox,
    Security.STARTTLS: MailBoxStartTls,
    Security.NONE: MailBoxUnencrypted,
}


@contextlib.contextmanager
def opened(account: ChannelAccount) -> Iterator[BaseMailBox]:
    """Sign in and open the folder read-only; raises ChannelTrouble with the reason in words."""
    host = account.imap_host
    try:
        mailbox = KINDS[account.imap_security](host, account.imap_port, timeout=TIMEOUT_SECONDS)
    except (OSError, ssl.SSLError, imaplib.IMAP4.error) as error:
        text = _("The incoming server %(host)s:%(port)s did not answer: %(error)s")
        raise ChannelTrouble(text % {"host": host, "port": account.imap_port, "error": error}) from error
    try:
        _sign_in(mailbox, account)
        yield mailbox
    except (OSError, imaplib.IMAP4.abort) as error:
        text = _("The connection to %(host)s broke off: %(error)s")
        raise ChannelTrouble(text % {"host": host, "error": error}) from error
    finally:
        with contextlib.suppress(OSError, imaplib.IMAP4.error):
            mailbox.client.logout()


def _sign_in(mailbox: BaseMailBox, account: ChannelAccount) -> None:
    try:
        mailbox.login(account.user_name, account.password, initial_folder=None)
    except MailboxLoginError as error:
        text = _("The server %(host)s does not accept the user name or the password.")
        raise SignInRefused(text % {"host": account.imap_host}) from error
    try:
        mailbox.folder.set(account.folder, readonly=True)
    except MailboxFolderSelectError as error:
        text = _("There is no folder “%(folder)s” in this mailbox.")
        raise ChannelTrouble(text % {"folder": account.folder}) from error


def fetch(account: ChannelAccount, mailbox: BaseMailBox) -> list[int]:
    """Store all mail above the mark; return the ids of the new raw mails. Raises ChannelTrouble."""
    validity = _validity(mailbox)
    if account.uid_validity != validity:
        # The server has numbered its mail anew: read from the beginning; what is known is recognised by its bytes.
        account.uid_validity, account.last_uid = validity, 0
        account.save(update_fields=["uid_validity", "last_uid"])
    new: list[int] = []
    uids = _uids_above(mailbox, account.last_uid)
    for start in range(0, len(uids), AT_ONCE):
        new += _keep(account, _read(mailbox, uids[start : start + AT_ONCE]), uids[start : start + AT_ONCE][-1])
    account.note_fetched(timezone.now())
    return new


@transaction.atomic
def _keep(account: ChannelAccount, arrivals: list[Arrival], last_uid: int) -> list[int]:
    source = Source(account.inbox_id, account.pk, account.uid_validity)
    kept = keep_all(source, arrivals)
    account.last_uid = last_uid
    account.save(update_fields=["last_uid"])
    return sorted(kept.values())


def _validity(mailbox: BaseMailBox) -> int:
    _kind, data = mailbox.client.response("UIDVALIDITY")
    if not data or data[0] is None:
        raise ChannelTrouble(_("The server does not number its mail (no UIDVALIDITY), so it cannot be read safely."))
    return int(data[0])


def _uids_above(mailbox: BaseMailBox, last_uid: int) -> list[int]:
    _status, data = mailbox.client.uid("SEARCH", f"UID {last_uid + 1}:*")
    # "n:*" always names the newest mail, even when its number is below n.
    return sorted(uid for uid in map(int, (data[0] or b"").split()) if uid > last_uid)


def _read(mailbox: BaseMailBox, uids: list[int]) -> list[Arrival]:
    _status, data = mailbox.client.uid("FETCH", ",".join(map(str, uids)), "(UID INTERNALDATE BODY.PEEK[])")
    arrivals = []
    for item in data:
        if isinstance(item, tuple) and len(item) == 2:
            found = FetchedHead.read(item[0])
            if found.uid in uids:
                arrivals.append(Arrival(bytes(item[1]), found.at, found.uid))
    return arrivals


@dataclass(frozen=True)
class FetchedHead:
    """What the server says of a mail besides its bytes."""

    uid: int
    at: datetime

    @classmethod
    def read(cls, line: bytes) -> "FetchedHead":
        """Read the head of a FETCH answer; without a usable date the mail came now."""
        words = line.split()
        uid = int(words[words.index(b"UID") + 1].rstrip(b")")) if b"UID" in words else 0
        moment = Internaldate2tuple(line)
        at = datetime.fromtimestamp(mktime(moment), UTC) if moment else timezone.now()
        return cls(uid, min(at, timezone.now()))
