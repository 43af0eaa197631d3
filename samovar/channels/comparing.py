"""Comparing what a folder on the server holds with what is stored here, each hour: any gap is read again, and named.

Mail that was deleted or moved on the server is no gap: what counts is that nothing is there which is not here.
"""

from datetime import timedelta

from django.utils import timezone
from imap_tools import BaseMailBox

from samovar.channels.fetching import Round, batches, follow_numbering, known_numbers, listed_among, numbers_since
from samovar.channels.models import MailFolder, RawMail

EVERY = timedelta(hours=1)
# A server that uses a number again is found out by the size; only the newest are looked at, because some count wrongly.
SIZES_COMPARED = 200
ASKED_AT_ONCE = 500


def is_due(folder: MailFolder) -> bool:
    """Whether it is time to compare a folder that has been read to its end once."""
    is_read = folder.fetched_at is not None and folder.gone_at is None
    return is_read and (folder.compared_at is None or folder.compared_at < timezone.now() - EVERY)


def compare(folder: MailFolder, mailbox: BaseMailBox) -> None:
    """Compare the open folder with what is stored, read again what is missing, and note what still is."""
    folder.refresh_from_db()
    follow_numbering(folder, mailbox)
    highest = folder.last_uid
    there = set(numbers_since(mailbox, folder.read_since, highest + 1))
    there |= set(numbers_since(mailbox, None, highest + 1)) - set(range(1, folder.first_uid))
    known = known_numbers(folder)
    doubtful = sorted((there - known) | _of_other_size(folder, mailbox, sorted(there & known)[-SIZES_COMPARED:]))
    missing = _still_missing(folder, mailbox, doubtful)
    folder.note_comparison(timezone.now(), len(there), missing)


def _still_missing(folder: MailFolder, mailbox: BaseMailBox, doubtful: list[int]) -> int:
    """Read again what is doubtful as far as it is wanted; return how much of it the server has and does not give."""
    round_ = Round(folder, mailbox)
    for start in range(0, len(doubtful), ASKED_AT_ONCE):
        listed = listed_among(mailbox, doubtful[start : start + ASKED_AT_ONCE])
        wanted = {
            uid: one.size
            for uid, one in listed.items()
            if folder.is_live(uid, one.at) or (folder.is_history(uid, one.at) and _was_passed(folder, uid))
        }
        for batch in batches(wanted):
            round_.store(batch, moves_mark=False)
    return len(round_.withheld)


def _was_passed(folder: MailFolder, uid: int) -> bool:
    """Whether old mail of this number should have been read by now."""
    return folder.history_finished_at is not None or (folder.history_uid is not None and uid >= folder.history_uid)


def _of_other_size(folder: MailFolder, mailbox: BaseMailBox, uids: list[int]) -> set[int]:
    """Return the numbers under which the server now has a mail of another size than what is stored."""
    if not uids:
        return set()
    stored: dict[int, set[int]] = {}
    rows = RawMail.objects.of_folder(folder).filter(uid__gte=uids[0]).values_list("uid", "size_bytes")
    copies = folder.copies.filter(uid_validity=folder.uid_validity, uid__gte=uids[0]).values_list("uid", "size_bytes")
    for uid, size in (*rows, *copies):
        stored.setdefault(uid or 0, set()).add(size)
    listed = listed_among(mailbox, uids)
    return {uid for uid, one in listed.items() if one.size and one.size not in stored.get(uid, {one.size})}
