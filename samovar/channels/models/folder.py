"""The folders of a mailbox, and how far each has been read."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from samovar.accounts.models.audit import Action, Facts, record
from samovar.channels.models.account import ChannelAccount
from samovar.lib import sayings

if TYPE_CHECKING:
    from samovar.accounts.models import User

# By how much the clock of a mail server may differ from ours.
CLOCKS_DIFFER = timedelta(minutes=5)
# What came into a folder later, although it is so old, was moved there.
MOVED_THERE = timedelta(days=1)
PROGRESS = ["history_uid", "history_read", "history_total", "history_finished_at"]


class Role(models.TextChoices):
    """What a folder is for."""

    INBOX = "inbox", pgettext_lazy("folder", "Inbox")
    SENT = "sent", pgettext_lazy("folder", "Sent")
    JUNK = "junk", pgettext_lazy("folder", "Spam")


class CopiedBy(models.TextChoices):
    """Who puts what we send into the Sent folder."""

    FOUND_OUT = "found_out", _("Find out by itself")
    SERVER = "server", _("The provider does")
    US = "us", _("Samovar does")
    NOBODY = "nobody", _("Nobody")


class MailFolderQuerySet(models.QuerySet["MailFolder"]):
    """Folders."""

    def of(self, account: ChannelAccount, role: Role, name: str) -> MailFolder:
        """Return the folder that has this role, made if it is not known; under another name it is read anew."""
        since = account.connected_at or account.created_at
        # Spam of the past is nobody's history, and servers throw it away by themselves.
        read_since = since if role == Role.JUNK else account.read_since
        given = {"name": name, "live_since": since, "read_since": read_since}
        folder, _is_new = self.get_or_create(account=account, role=role, defaults=given)
        folder.account = account
        if folder.name != name:
            folder.move_to(name)
        return folder

    def with_history(self) -> MailFolderQuerySet:
        """Return those in which there are old mails to read, or may be, and nobody has stopped it."""
        return self.filter(history_finished_at=None, history_stopped_at=None, gone_at=None)

    def in_use(self) -> MailFolderQuerySet:
        """Return those of mailboxes that are to be read."""
        return self.filter(account__paused_at=None, account__inbox__archived_at=None)


class MailFolder(models.Model):
    """One folder of a mailbox, and how far it has been read.

    ``uid_validity`` and ``last_uid`` are the high-water mark: everything live up to it is stored here. Mail that the
    folder held before ``first_uid`` and that is older than ``live_since`` is history: it is read from the newest to the
    oldest, as far back as ``read_since`` (empty: everything), and everything from ``history_uid`` on is stored.
    """

    account = models.ForeignKey(ChannelAccount, on_delete=models.PROTECT, related_name="folders", db_index=False)
    role = models.CharField(max_length=10, choices=Role.choices)
    name = models.CharField(_("folder"), max_length=255)
    uid_validity = models.BigIntegerField(null=True)
    last_uid = models.BigIntegerField(default=0)
    first_uid = models.BigIntegerField(default=0)
    live_since = models.DateTimeField()
    read_since = models.DateTimeField(null=True)
    fetched_at = models.DateTimeField(_("last fetched"), null=True)
    behind = models.IntegerField(default=0)
    gone_at = models.DateTimeField(null=True)
    problem = models.CharField(_("problem"), max_length=sayings.LONGEST, blank=True)
    history_uid = models.BigIntegerField(null=True)
    history_read = models.IntegerField(default=0)
    history_total = models.IntegerField(default=0)
    history_stopped_at = models.DateTimeField(null=True)
    history_finished_at = models.DateTimeField(null=True)
    compared_at = models.DateTimeField(null=True)
    on_server = models.IntegerField(default=0)
    missing = models.IntegerField(default=0)
    missing_since = models.DateTimeField(null=True)
    alarmed_at = models.DateTimeField(null=True)
    copied_by = models.CharField(max_length=10, choices=CopiedBy.choices, default=CopiedBy.FOUND_OUT)
    newest_at = models.DateTimeField(null=True)
    arrivals = models.IntegerField(default=0)
    longest_gap = models.DurationField(default=timedelta(0))

    objects = MailFolderQuerySet.as_manager()

    class Meta:
        verbose_name = _("folder of a mailbox")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["account", "role"], name="one_folder_a_role")]
        indexes = [
            models.Index(fields=["id"], name="folder_with_gap", condition=Q(missing_since__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def problem_text(self) -> str:
        """Why the folder cannot be read, in the reader's language; empty when it can."""
        return sayings.told(self.problem)

    def is_live(self, uid: int, came_at: datetime | None) -> bool:
        """Whether a mail is to be read as it comes: everything new, and what came since the mailbox was connected."""
        return uid >= self.first_uid or came_at is None or came_at >= self.live_since - CLOCKS_DIFFER

    def is_history(self, uid: int, came_at: datetime | None) -> bool:
        """Whether a mail lay there before the mailbox was connected, and is to be read."""
        return not self.is_live(uid, came_at) and (
            self.read_since is None or came_at is None or came_at >= self.read_since - CLOCKS_DIFFER
        )

    def is_old(self, uid: int, came_at: datetime | None) -> bool:
        """Whether a mail is from before the mailbox was connected, wherever it lay then."""
        return came_at is not None and (
            not self.is_live(uid, came_at) or came_at < self.live_since - CLOCKS_DIFFER - MOVED_THERE
        )

    def note_fetched(self, at: datetime, behind: int, problem: str) -> None:
        """Note that the folder was read to its end, all but ``behind`` mails; ``problem`` (kept) says why."""
        self.fetched_at, self.behind, self.problem, self.gone_at, self.alarmed_at = at, behind, problem, None, None
        self.save(update_fields=["fetched_at", "behind", "problem", "gone_at", "alarmed_at"])

    def note_arrivals(self, count: int, at: datetime) -> None:
        """Note that mail came, to know what silence is usual here: the longest one, which slowly fades."""
        gap = at - self.newest_at if self.newest_at else timedelta(0)
        self.longest_gap = max(gap, self.longest_gap * 0.99)
        self.newest_at, self.arrivals = at, self.arrivals + count
        self.save(update_fields=["newest_at", "arrivals", "longest_gap"])

    def note_behind(self, count: int) -> None:
        """Note how many mails the server has that are still to be read."""
        if self.behind != count:
            self.behind = count
            self.save(update_fields=["behind"])

    def note_problem(self, problem: str, *, is_gone_since: datetime | None = None) -> None:
        """Note why the folder cannot be read (kept)."""
        self.problem, self.gone_at = problem, is_gone_since and (self.gone_at or is_gone_since)
        self.save(update_fields=["problem", "gone_at"])

    def move_mark(self, uid: int) -> None:
        """Note that everything live up to ``uid`` is stored."""
        if uid != self.last_uid:
            self.last_uid = uid
            self.save(update_fields=["last_uid"])

    @transaction.atomic
    def begin_anew(self, uid_validity: int | None, first_uid: int = 0, last_uid: int = 0) -> None:
        """Read from the beginning, because the numbers no longer mean the same mails, or never meant any."""
        self.forget_numbers()
        self.uid_validity, self.first_uid, self.last_uid = uid_validity, first_uid, last_uid
        self.history_uid, self.history_read, self.history_total, self.history_finished_at = None, 0, 0, None
        self.save(update_fields=["uid_validity", "first_uid", "last_uid", *PROGRESS])

    def forget_numbers(self) -> None:
        """Let no stored mail claim a number of this folder any more."""
        mine = Q(folder=self) | Q(folder=None) if self.role == Role.INBOX else Q(folder=self)
        self.account.mails.filter(mine, uid__isnull=False).update(uid=None)
        self.copies.all().delete()

    def move_to(self, name: str, live_since: datetime | None = None) -> None:
        """Read from another folder from now on."""
        self.name, self.live_since = name, live_since or self.live_since
        self.save(update_fields=["name", "live_since"])
        self.begin_anew(None)

    def note_history(self, uid: int | None, read: int, total: int) -> None:
        """Note how far the old mail has been read: ``uid`` is the lowest number that is stored."""
        self.history_uid, self.history_read, self.history_total = uid, read, total
        self.save(update_fields=PROGRESS)

    def finish_history(self, at: datetime) -> None:
        """Note that all old mail that was wanted is read."""
        self.history_finished_at = at
        self.save(update_fields=PROGRESS)

    @transaction.atomic
    def stop_history(self, at: datetime, by: User) -> None:
        """Read no more old mail for now; what was read stays."""
        if MailFolder.objects.filter(pk=self.pk, history_stopped_at=None).update(history_stopped_at=at):
            self._record(by, {"reads_old_mail": True}, {"reads_old_mail": False})
        self.refresh_from_db(fields=["history_stopped_at"])

    @transaction.atomic
    def resume_history(self, by: User) -> None:
        """Go on where it was stopped."""
        if MailFolder.objects.filter(pk=self.pk).exclude(history_stopped_at=None).update(history_stopped_at=None):
            self._record(by, {"reads_old_mail": False}, {"reads_old_mail": True})
        self.refresh_from_db(fields=["history_stopped_at"])

    @transaction.atomic
    def let_copy(self, copied_by: CopiedBy, by: User) -> None:
        """Let somebody else put what we send into this folder; the same as before changes nothing."""
        before = MailFolder.objects.select_for_update().values_list("copied_by", flat=True).get(pk=self.pk)
        self.copied_by = copied_by
        if before != copied_by:
            self.save(update_fields=["copied_by"])
            self._record(by, {"copied_by": before}, {"copied_by": copied_by.value})

    def _record(self, by: User, before: Facts, after: Facts) -> None:
        record(Action.MAILBOX_CHANGED, by, self.account, before, {"in_folder": self.name, **after})

    def alarm(self, at: datetime, every: timedelta) -> bool:
        """Return whether it is time to alarm people about this folder again, and note that they are."""
        if self.alarmed_at and at - self.alarmed_at < every:
            return False
        self.alarmed_at = at
        self.save(update_fields=["alarmed_at"])
        return True

    def note_comparison(self, at: datetime, on_server: int, missing: int) -> None:
        """Note how many mails the server has, and how many of them are not stored here."""
        self.compared_at, self.on_server, self.missing = at, on_server, missing
        self.missing_since = (self.missing_since or at) if missing else None
        self.save(update_fields=["compared_at", "on_server", "missing", "missing_since"])
