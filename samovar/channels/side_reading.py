"""Reading a mailbox beside its inbox folder: what was sent, spam, old mail, and comparing all with the server.

It has a connection of its own, so that waiting for news in the inbox folder is never held up by it; trouble here is
noted on the folder concerned and never touches the inbox folder.
"""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from time import monotonic

from django.db import connection
from django.utils import timezone
from imap_tools import BaseMailBox

from samovar.channels import copies, folder_names, imap, taking_in
from samovar.channels.comparing import compare, is_due
from samovar.channels.errors import ChannelTrouble, NoFolder
from samovar.channels.fetching import fetch
from samovar.channels.folder_names import Folder
from samovar.channels.models import ChannelAccount, MailFolder, RawMail
from samovar.channels.models.folder import Role
from samovar.channels.old_mail import OldMail

LOOK_SECONDS = 60.0
LOOK_FOR_FOLDERS_SECONDS = 3600.0
ROLES = {folder_names.SENT: Role.SENT, folder_names.JUNK: Role.JUNK}


@dataclass
class SideVisit:
    """One connection beside that to the inbox folder, as long as it lasts."""

    account: ChannelAccount
    stop: threading.Event
    has_read: bool = False
    old: dict[int, OldMail] = field(default_factory=dict)

    def stay(self) -> None:
        """Look each minute, read old mail in between, until it is to stop."""
        with imap.signed_in(self.account) as mailbox:
            looked_for_folders_at = -LOOK_FOR_FOLDERS_SECONDS
            while not self.stop.is_set():
                if monotonic() - looked_for_folders_at >= LOOK_FOR_FOLDERS_SECONDS:
                    self.find_folders(mailbox)
                    looked_for_folders_at = monotonic()
                self.look(mailbox)
                self.has_read = True
                self._read_old(mailbox, monotonic() + LOOK_SECONDS)

    def find_folders(self, mailbox: BaseMailBox) -> None:
        """Learn which folder is for what."""
        listed = [Folder(one.name, one.delim, one.flags) for one in mailbox.folder.list()]
        for use, name in folder_names.find_special(listed).items():
            if name != self.account.folder:
                MailFolder.objects.of(self.account, ROLES[use], name)

    def look(self, mailbox: BaseMailBox) -> None:
        """Read what is new beside the inbox folder, and compare what is due."""
        for folder in self._folders():
            if folder.role != Role.INBOX or is_due(folder):
                self._look_into(folder, mailbox)
            if self.stop.is_set():
                return
        self._take_in()
        copies.put_missing(self.account, mailbox)

    def read_old_piece(self, mailbox: BaseMailBox) -> bool:
        """Read one piece of old mail; returns whether there was any to look for."""
        folder = next((one for one in self._folders() if _has_old_mail(one)), None)
        if folder is None:
            return False
        self._open(folder, mailbox)
        old = self.old.setdefault(folder.pk, OldMail(folder))
        old.folder = folder
        old.read_piece(mailbox)
        self._take_in()
        return True

    def _read_old(self, mailbox: BaseMailBox, until: float) -> None:
        while monotonic() < until and not self.stop.is_set() and self.read_old_piece(mailbox):
            pass
        # A hundred quiet mailboxes shall not hold a hundred connections to the database.
        connection.close()
        self.stop.wait(max(until - monotonic(), 0))

    def _folders(self) -> Iterator[MailFolder]:
        return iter(MailFolder.objects.filter(account=self.account).select_related("account").order_by("pk"))

    def _look_into(self, folder: MailFolder, mailbox: BaseMailBox) -> None:
        try:
            self._open(folder, mailbox)
            if folder.role != Role.INBOX:
                for _raw_ids in fetch(folder, mailbox):
                    self._take_in()
            if is_due(folder):
                compare(folder, mailbox)
        except NoFolder as trouble:
            folder.note_problem(trouble.kept, is_gone_since=timezone.now())
        except ChannelTrouble as trouble:
            folder.note_problem(trouble.kept)

    def _open(self, folder: MailFolder, mailbox: BaseMailBox) -> None:
        imap.open_folder(mailbox, self.account.imap_host, folder.name)

    def _take_in(self) -> None:
        taking_in.take_in_each(RawMail.objects.to_take_in(self.account, at_once=False))


def _has_old_mail(folder: MailFolder) -> bool:
    is_open = folder.history_finished_at is None and folder.history_stopped_at is None and folder.gone_at is None
    return is_open and folder.uid_validity is not None
