"""Reading folders: everything above the high-water mark, raw bytes first, nothing on the server changed.

The mark (UIDVALIDITY, UID) moves in the transaction that stores the bytes, so a mail is stored before it counts as
read, and a crash at any point reads it again into the same row. The mark never passes a mail that the server has and
does not hand over; those behind it are read all the same. Nothing is deleted and nothing is marked as seen.

When a folder is looked at for the first time, everything from the server's next number on is new, whatever its date.
Of what lies there already, the mail that came since the mailbox was connected is found by its date, generously, so
that nothing is lost that comes between connecting and this first look.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop as _
from imap_tools import BaseMailBox

from samovar.channels import out_of_junk
from samovar.channels.connecting import quoted
from samovar.channels.errors import ChannelTrouble
from samovar.channels.imap_answers import Fetched, Listed, read_list, read_mails, read_numbers
from samovar.channels.models import MailFolder, RawMail
from samovar.channels.models.folder import Role
from samovar.channels.storing import Arrival, Source, keep_all, note_known
from samovar.lib import faults, sayings

MAILS_AT_ONCE = 20
BYTES_AT_ONCE = 16_000_000
# Of a mail beyond this size only the beginning is read: who wrote, about what, and the first words.
LARGEST_BYTES = 60_000_000
BEGINNING_BYTES = 256_000
JUST_NOW = timedelta(minutes=5)
# SINCE knows days only, and leaves the time zone to the server.
DAY_AND_ZONE = timedelta(days=2)
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def fetch(folder: MailFolder, mailbox: BaseMailBox) -> Iterator[list[int]]:
    """Store all live mail above the mark of the open folder; yield the ids of the new raw mails of each batch.

    A mail that the server has and does not hand over is named as the folder's problem. Raises ChannelTrouble.
    """
    follow_numbering(folder, mailbox)
    listed = listed_from(mailbox, folder.last_uid + 1)
    live = {uid: one for uid, one in listed.items() if folder.is_live(uid, one.at)}
    round_ = Round(folder, mailbox)
    wanted = _unknown(folder, live)
    folder.note_behind(len(wanted))
    for batch in batches(wanted):
        yield round_.store(batch, moves_mark=True)
    if not round_.withheld:
        folder.move_mark(max(listed, default=folder.last_uid))
    _note_read(folder, round_.withheld)


@dataclass
class Round:
    """One look at a folder; ``withheld`` are mails that exist there and did not come."""

    folder: MailFolder
    mailbox: BaseMailBox
    withheld: list[int] = field(default_factory=list)

    def store(self, sizes: Mapping[int, int], *, moves_mark: bool) -> list[int]:
        """Read a batch and store it, with the mark if that follows it; return the ids of the new raw mails."""
        mails = {mail.uid: mail for mail in self._read(sizes)}
        for uid in sizes.keys() - mails.keys():
            # One bad mail must not take its neighbours with it: each of those missing is asked for by itself.
            mails.update({mail.uid: mail for mail in self._read({uid: sizes[uid]})})
        missing = sorted(sizes.keys() - mails.keys())
        still_there = _still_there(self.mailbox, missing) if missing else set()
        self.withheld += [uid for uid in missing if uid in still_there]
        with transaction.atomic():
            kept = self._keep([mails[uid] for uid in sorted(mails)], sizes)
            faults.point("fetch.stored")
            if moves_mark:
                self.folder.move_mark(min([max(sizes), *(withheld - 1 for withheld in self.withheld)]))
                faults.point("fetch.marked")
        return kept

    def _keep(self, mails: list[Fetched], sizes: Mapping[int, int]) -> list[int]:
        folder, now = self.folder, timezone.now()
        source = Source(folder.account.inbox_id, folder.account_id, folder.uid_validity, folder_id=folder.pk)
        arrivals = [
            Arrival(mail.content, _arrived(mail.at, now), mail.uid, folder.is_old(mail.uid, mail.at)) for mail in mails
        ]
        kept = keep_all(source, arrivals)
        if len(kept) < len(arrivals):
            note_known(source, arrivals, sizes, is_inbox=folder.role == Role.INBOX)
            if folder.role == Role.INBOX:
                out_of_junk.follow(folder, [one for one in arrivals if one.sha256 not in kept])
        if any(not one.is_old and one.sha256 in kept for one in arrivals):
            folder.note_arrivals(len(kept), now)
        return sorted(kept.values())

    def _read(self, sizes: Mapping[int, int]) -> list[Fetched]:
        large = [uid for uid, size in sizes.items() if size > LARGEST_BYTES]
        whole = [uid for uid in sizes if uid not in large]
        mails = _asked(self.mailbox, whole, "BODY.PEEK[]") + _asked(
            self.mailbox, large, f"BODY.PEEK[]<0.{BEGINNING_BYTES}>"
        )
        return [mail for mail in mails if mail.uid in sizes]


def follow_numbering(folder: MailFolder, mailbox: BaseMailBox) -> None:
    """See whether the numbers of the mails still mean what they did; they are told when the folder is opened."""
    validity, next_uid = _told(mailbox, "UIDVALIDITY"), _told(mailbox, "UIDNEXT")
    if validity is None and folder.uid_validity is None:
        raise ChannelTrouble(_("The server does not number its mail (no UIDVALIDITY), so it cannot be read safely."))
    is_numbered_anew = validity not in (None, folder.uid_validity)
    has_lost_mail = next_uid is not None and next_uid <= folder.last_uid
    if is_numbered_anew or has_lost_mail:
        # Read from the beginning; what is known is recognised by its bytes.
        first_uid = next_uid or max(listed_from(mailbox, "*"), default=0) + 1
        lowest = min(numbers_since(mailbox, folder.live_since, below=first_uid), default=first_uid)
        folder.begin_anew(validity or folder.uid_validity, first_uid, lowest - 1)


def numbers_since(mailbox: BaseMailBox, at: datetime | None, below: int) -> list[int]:
    """Return the numbers below ``below`` of the mails that came on the day of ``at`` or later, and of some before.

    All numbers when ``at`` is None, and when the server does not know how to search.
    """
    if below <= 1:
        return []
    day = (at - DAY_AND_ZONE) if at else None
    since = f" SINCE {day.day}-{MONTHS[day.month - 1]}-{day.year}" if day else ""
    status, data = mailbox.client.uid("SEARCH", f"UID 1:{below - 1}{since}")
    # Who finds nothing says so in a line of its own; without it nobody has looked.
    if status == "OK" and data[0] is not None:
        return [uid for uid in read_numbers(data) if uid < below]
    return [uid for uid in listed_from(mailbox, 1) if uid < below]


def listed_from(mailbox: BaseMailBox, first: int | str) -> dict[int, Listed]:
    """Return what is said of all mails from the number ``first`` on, by UID in order."""
    numbers = "*" if first == "*" else f"{first}:*"
    listed = read_list(_answer(mailbox, numbers, "(UID RFC822.SIZE INTERNALDATE)"))
    # "n:*" always names the newest mail, even when its number is below n.
    return {uid: listed[uid] for uid in sorted(listed) if first == "*" or uid >= int(first)}


def listed_among(mailbox: BaseMailBox, uids: Iterable[int]) -> dict[int, Listed]:
    """Return what is said of those of the mails ``uids`` that exist."""
    listed = read_list(_answer(mailbox, _numbers(uids), "(UID RFC822.SIZE INTERNALDATE)"))
    return {uid: listed[uid] for uid in sorted(listed)}


def known_numbers(folder: MailFolder, from_uid: int = 0) -> set[int]:
    """Return the numbers from ``from_uid`` on whose mail is stored here."""
    stored = RawMail.objects.of_folder(folder).filter(uid__gte=from_uid)
    copies = folder.copies.filter(uid_validity=folder.uid_validity, uid__gte=from_uid)
    return {uid for rows in (stored, copies) for uid in rows.values_list("uid", flat=True) if uid is not None}


def batches(sizes: Mapping[int, int]) -> Iterator[dict[int, int]]:
    """Divide mails into what is asked for at once."""
    batch: dict[int, int] = {}
    for uid, size in sizes.items():
        if batch and (len(batch) == MAILS_AT_ONCE or sum(batch.values()) + size > BYTES_AT_ONCE):
            yield batch
            batch = {}
        batch[uid] = min(size, LARGEST_BYTES + 1)
    if batch:
        yield batch


def _note_read(folder: MailFolder, withheld: list[int]) -> None:
    """Note that the folder was read to its end."""
    text = _("The server has mail number %(uid)s but does not hand it over. It is asked for again and again.")
    problem, now = sayings.kept(text, uid=withheld[0]) if withheld else "", timezone.now()
    folder.note_fetched(now, len(withheld), problem)
    if folder.role == Role.INBOX:
        folder.account.note_fetched(now, problem)


def _arrived(told: datetime | None, now: datetime) -> datetime:
    """Return when a mail came: now, unless the server says that it has lain there for a while.

    The server's clock counts whole seconds and may be slow, and a quick answer must not stand before what it answers.
    """
    return told if told and told < now - JUST_NOW else now


def _told(mailbox: BaseMailBox, name: str) -> int | None:
    _kind, data = mailbox.client.response(name)
    return int(data[0]) if data and data[0] is not None else None


def _unknown(folder: MailFolder, listed: Mapping[int, Listed]) -> dict[int, int]:
    """Leave out what was stored in an earlier round although the mark had to stay below it."""
    known = known_numbers(folder, folder.last_uid + 1) if listed else set()
    return {uid: one.size for uid, one in listed.items() if uid not in known}


def _still_there(mailbox: BaseMailBox, uids: list[int]) -> set[int]:
    return set(read_list(_answer(mailbox, _numbers(uids), "(UID)")))


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
