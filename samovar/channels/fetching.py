"""Reading mailboxes: everything above the high-water mark, raw bytes first, nothing on the server changed.

The mark (UIDVALIDITY, UID) moves in the transaction that stores the bytes, so a mail is stored before it counts as
read, and a crash at any point reads it again into the same row. The mark never passes a mail that the server has and
does not hand over; those behind it are read all the same. Nothing is deleted and nothing is marked as seen.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop as _
from imap_tools import BaseMailBox

from samovar.channels.connecting import quoted
from samovar.channels.errors import ChannelTrouble
from samovar.channels.imap_answers import Fetched, read_mails, read_sizes
from samovar.channels.models import ChannelAccount, RawMail
from samovar.channels.storing import Arrival, Source, keep_all
from samovar.lib import faults, sayings

MAILS_AT_ONCE = 20
BYTES_AT_ONCE = 16_000_000
# Of a mail beyond this size only the beginning is read: who wrote, about what, and the first words.
LARGEST_BYTES = 60_000_000
BEGINNING_BYTES = 256_000
JUST_NOW = timedelta(minutes=5)


def fetch(account: ChannelAccount, mailbox: BaseMailBox) -> Iterator[list[int]]:
    """Store all mail above the mark; yield the ids of the new raw mails of each batch, in order.

    A mail that the server has and does not hand over is named as the account's problem. Raises ChannelTrouble.
    """
    _follow_numbering(account, mailbox)
    sizes = _listed(mailbox, account.last_uid)
    round_ = _Round(account, mailbox, last_uid=max(sizes, default=account.last_uid))
    for batch in _batches(_unknown(account, sizes)):
        yield round_.store(batch)
    round_.close()


@dataclass
class _Round:
    """One look at a mailbox; ``withheld`` are mails that exist there and did not come."""

    account: ChannelAccount
    mailbox: BaseMailBox
    last_uid: int
    withheld: list[int] = field(default_factory=list)

    def store(self, sizes: Mapping[int, int]) -> list[int]:
        """Read a batch and store it together with the mark; return the ids of the new raw mails."""
        mails = {mail.uid: mail for mail in self._read(sizes)}
        for uid in sizes.keys() - mails.keys():
            # One bad mail must not take its neighbours with it: each of those missing is asked for by itself.
            mails.update({mail.uid: mail for mail in self._read({uid: sizes[uid]})})
        missing = sorted(sizes.keys() - mails.keys())
        still_there = _listed_uids(self.mailbox, missing) if missing else {}
        self.withheld += [uid for uid in missing if uid in still_there]
        return self._keep([mails[uid] for uid in sorted(mails)], max(sizes))

    def close(self) -> None:
        """Note that the mailbox was read to its end."""
        text = _("The server has mail number %(uid)s but does not hand it over. It is asked for again and again.")
        if not self.withheld:
            self.account.move_mark(self.last_uid)
        self.account.note_fetched(timezone.now(), sayings.kept(text, uid=self.withheld[0]) if self.withheld else "")

    @transaction.atomic
    def _keep(self, mails: list[Fetched], uid: int) -> list[int]:
        account, now = self.account, timezone.now()
        arrivals = [Arrival(mail.content, _arrived(mail.at, now), mail.uid) for mail in mails]
        kept = keep_all(Source(account.inbox_id, account.pk, account.uid_validity), arrivals)
        faults.point("fetch.stored")
        account.move_mark(min([uid, *(withheld - 1 for withheld in self.withheld)]))
        faults.point("fetch.marked")
        return sorted(kept.values())

    def _read(self, sizes: Mapping[int, int]) -> list[Fetched]:
        large = [uid for uid, size in sizes.items() if size > LARGEST_BYTES]
        whole = [uid for uid in sizes if uid not in large]
        mails = _asked(self.mailbox, whole, "BODY.PEEK[]") + _asked(
            self.mailbox, large, f"BODY.PEEK[]<0.{BEGINNING_BYTES}>"
        )
        return [mail for mail in mails if mail.uid in sizes]


def _arrived(told: datetime | None, now: datetime) -> datetime:
    """Return when a mail came: now, unless the server says that it has lain there for a while.

    The server's clock counts whole seconds and may be slow, and a quick answer must not stand before what it answers.
    """
    return told if told and told < now - JUST_NOW else now


def _follow_numbering(account: ChannelAccount, mailbox: BaseMailBox) -> None:
    """See whether the numbers of the mails still mean what they did; they are told when the folder is opened."""
    validity, next_uid = _told(mailbox, "UIDVALIDITY"), _told(mailbox, "UIDNEXT")
    if validity is None and account.uid_validity is None:
        raise ChannelTrouble(_("The server does not number its mail (no UIDVALIDITY), so it cannot be read safely."))
    is_numbered_anew = validity not in (None, account.uid_validity)
    has_lost_mail = next_uid is not None and next_uid <= account.last_uid
    if is_numbered_anew or has_lost_mail:
        # Read from the beginning; what is known is recognised by its bytes.
        account.begin_anew(validity or account.uid_validity)


def _told(mailbox: BaseMailBox, name: str) -> int | None:
    _kind, data = mailbox.client.response(name)
    return int(data[0]) if data and data[0] is not None else None


def _listed(mailbox: BaseMailBox, last_uid: int) -> dict[int, int]:
    """Return the sizes of all mails above ``last_uid``, by UID in order."""
    sizes = read_sizes(_answer(mailbox, f"{last_uid + 1}:*", "(UID RFC822.SIZE)"))
    # "n:*" always names the newest mail, even when its number is below n.
    return {uid: sizes[uid] for uid in sorted(sizes) if uid > last_uid}


def _listed_uids(mailbox: BaseMailBox, uids: list[int]) -> dict[int, int]:
    return read_sizes(_answer(mailbox, _numbers(uids), "(UID)"))


def _unknown(account: ChannelAccount, sizes: Mapping[int, int]) -> dict[int, int]:
    """Leave out what was stored in an earlier round although the mark had to stay below it."""
    stored = RawMail.objects.filter(account=account, uid_validity=account.uid_validity, uid__gt=account.last_uid)
    known = set(stored.values_list("uid", flat=True))
    return {uid: size for uid, size in sizes.items() if uid not in known}


def _batches(sizes: Mapping[int, int]) -> Iterator[dict[int, int]]:
    batch: dict[int, int] = {}
    for uid, size in sizes.items():
        if batch and (len(batch) == MAILS_AT_ONCE or sum(batch.values()) + size > BYTES_AT_ONCE):
            yield batch
            batch = {}
        batch[uid] = size
    if batch:
        yield batch


def _asked(mailbox: BaseMailBox, uids: list[int], part: str) -> list[Fetched]:
    if not uids:
        return []
    # A refusal (NO) may concern one mail of many: whoever asks looks at what is missing.
    _status, data = mailbox.client.uid("FETCH", _numbers(uids), f"(UID INTERNALDATE {part})")
    return list(read_mails(data))


def _answer(mailbox: BaseMailBox, uids: str, wanted: str) -> list[object]:
    status, data = mailbox.client.uid("FETCH", uids, wanted)
    if status != "OK":
        said = b" ".join(part for part in data if isinstance(part, bytes))
        raise ChannelTrouble(_("The incoming server said: %(answer)s"), answer=quoted(said))
    return list(data)


def _numbers(uids: Iterable[int]) -> str:
    return ",".join(map(str, uids))
