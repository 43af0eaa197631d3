"""Reading what lay in a folder before its mailbox was connected: the newest first, in pieces, in the background.

People look for the last months first, so they have them first. Each piece is stored before the low-water mark
moves below it; who goes on after a stop or a crash begins there, and what was stored already is known by its number.
"""

from dataclasses import dataclass, field

from django.utils import timezone
from imap_tools import BaseMailBox

from samovar.channels.fetching import Round, batches, known_numbers, listed_among, numbers_since
from samovar.channels.models import MailFolder

NUMBERS_AT_ONCE = 100


@dataclass
class OldMail:
    """The old mail of one folder that is still to be read, asked for once a connection."""

    folder: MailFolder
    left: list[int] = field(default_factory=list)
    numbering: tuple[int | None, int | None] | None = None

    def read_piece(self, mailbox: BaseMailBox) -> list[int]:
        """Read the next piece from the open folder; return the ids of the new raw mails."""
        folder = self.folder
        if self.numbering != (folder.uid_validity, folder.history_uid):
            self._ask(mailbox)
        if not self.left:
            folder.finish_history(timezone.now())
            return []
        piece, self.left = self.left[-NUMBERS_AT_ONCE:], self.left[:-NUMBERS_AT_ONCE]
        old = {uid: one.size for uid, one in listed_among(mailbox, piece).items() if folder.is_history(uid, one.at)}
        known = known_numbers(folder, piece[0])
        new = [
            pk
            for batch in batches({uid: size for uid, size in old.items() if uid not in known})
            # What does not come is found missing when the folder is compared, and asked for again then.
            for pk in Round(folder, mailbox).store(batch, moves_mark=False)
        ]
        total = folder.history_total - len(piece) + len(old)
        folder.note_history(piece[0], folder.history_read + len(old), total)
        self.numbering = (folder.uid_validity, folder.history_uid)
        return new

    def _ask(self, mailbox: BaseMailBox) -> None:
        folder = self.folder
        below = folder.first_uid if folder.history_uid is None else folder.history_uid
        self.left = numbers_since(mailbox, folder.read_since, below)
        self.numbering = (folder.uid_validity, folder.history_uid)
        folder.note_history(folder.history_uid, folder.history_read, folder.history_read + len(self.left))
