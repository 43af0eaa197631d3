"""Mail as it came."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO

from django.db import connection, models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from samovar.channels.models.account import ChannelAccount
from samovar.channels.models.folder import MailFolder, Role
from samovar.conversations.models import Inbox, Message
from samovar.lib.prepared import prepared

MARK = """
UPDATE channels_rawmail SET understood_at = %s, message_id = given.message_id
FROM unnest(%s::bigint[], %s::bigint[]) AS given(raw_id, message_id) WHERE id = given.raw_id
"""

PIECE = "SELECT substring(content FROM %s::int FOR %s::int) FROM channels_rawmail WHERE id = %s"
PIECE_BYTES = 4_000_000


class RawMailQuerySet(models.QuerySet["RawMail"]):
    """Mail as it came."""

    def of_folder(self, folder: MailFolder) -> RawMailQuerySet:
        """Return those that have a number in the folder as it is numbered now."""
        where = Q(folder=folder) | Q(folder=None) if folder.role == Role.INBOX else Q(folder=folder)
        return self.filter(where, account=folder.account_id, uid_validity=folder.uid_validity, uid__isnull=False)

    def to_take_in(self, account: ChannelAccount, *, at_once: bool) -> RawMailQuerySet:
        """Return what waits in a mailbox: live mail of its inbox folder, or else all the rest, live mail first."""
        live = Q(folder=None) | Q(folder__role=Role.INBOX)
        waiting = self.filter(account=account, understood_at=None)
        if at_once:
            return waiting.filter(live, is_from_archive=False)
        return waiting.exclude(live, is_from_archive=False)

    def whole(self, pk: int) -> RawMail:
        """Return one mail with its bytes and all that is needed to understand it."""
        raw = self.select_related("inbox", "account", "folder").defer("content").get(pk=pk)
        raw.content = raw.read_content()
        return raw

    def mark_understood(self, raw_ids: Sequence[int], message_ids: Sequence[int], at: datetime) -> None:
        """Note what each mail became, in one statement."""
        with connection.cursor() as cursor:
            cursor.execute(MARK, [at, list(raw_ids), list(message_ids)])


class RawMail(models.Model):
    """The bytes of one mail, stored before anybody tries to understand them; understanding can be repeated.

    A mail is the same when its bytes are the same in the same inbox, wherever it was read from. ``message`` is what
    it became; until then it waits (``understood_at`` empty). A letter of ours is kept without its bytes. ``problem``
    says why it could not be read. A mail that ``is_from_archive`` keeps the time that it says itself: it comes from an
    archive, or lay in the mailbox before that was connected. ``folder`` is where it was read; empty is the inbox
    folder, or no mailbox at all.
    """

    inbox = models.ForeignKey(Inbox, on_delete=models.PROTECT, related_name="+", db_index=False)
    account = models.ForeignKey(
        ChannelAccount, on_delete=models.PROTECT, null=True, related_name="mails", db_index=False
    )
    folder = models.ForeignKey(MailFolder, on_delete=models.PROTECT, null=True, related_name="mails", db_index=False)
    uid_validity = models.BigIntegerField(null=True)
    uid = models.BigIntegerField(null=True)
    sha256 = models.BinaryField(max_length=32)
    content = models.BinaryField()
    size_bytes = models.BigIntegerField()
    is_from_archive = models.BooleanField(default=False)
    arrived_at = models.DateTimeField(_("arrived at"))
    understood_at = models.DateTimeField(_("understood at"), null=True)
    tries = models.SmallIntegerField(default=0)
    problem = models.CharField(_("problem"), max_length=500, blank=True)
    message = models.ForeignKey(Message, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)

    objects = RawMailQuerySet.as_manager()

    class Meta:
        verbose_name = _("raw mail")
        constraints = [
            models.UniqueConstraint(fields=["inbox", "sha256"], name="raw_mail_once"),
        ]
        indexes = [
            models.Index(fields=["id"], name="raw_mail_waiting", condition=Q(understood_at=None)),
            models.Index(fields=["message"], name="raw_mail_of_message"),
            # Not unique: servers give one number to two mails, and both must be kept.
            models.Index(
                fields=["account", "uid_validity", "uid"], name="raw_mail_by_uid", condition=Q(uid__isnull=False)
            ),
        ]

    @property
    def role(self) -> str:
        """What the folder is for in which it was read; the inbox when that is not known."""
        return self.folder.role if self.folder else Role.INBOX

    def read_content(self) -> bytes:
        """Return the bytes, piece by piece: a connection keeps for good what the largest answer to it took."""
        content = BytesIO()
        for start in range(1, self.size_bytes + 1, PIECE_BYTES):
            with prepared(PIECE, [start, PIECE_BYTES, self.pk], is_binary=True) as cursor:
                [piece] = cursor.fetchone()
                content.write(piece)
        return content.getvalue()

    def note_try(self) -> None:
        """Note that somebody begins to read it."""
        self.tries += 1
        self.save(update_fields=["tries"])

    def take_back_try(self) -> None:
        """Note that it was not the mail's fault that it could not be read."""
        self.tries -= 1
        self.save(update_fields=["tries"])

    def note_understood(self, at: datetime) -> None:
        """Note that it was understood and becomes no message."""
        self.understood_at = at
        self.save(update_fields=["understood_at"])

    def note_own(self, message_id: int | None, at: datetime) -> None:
        """Note that it is a letter of ours: what it says stands here already, and nobody needs it twice."""
        self.message_id, self.content, self.understood_at = message_id, b"", at
        self.save(update_fields=["message", "content", "understood_at"])

    def note_problem(self, problem: str) -> None:
        """Note why it could not be read this time."""
        self.problem = problem[:500]
        self.save(update_fields=["problem"])

    def __str__(self) -> str:
        return f"{bytes(self.sha256).hex()[:12]}"


class KnownCopy(models.Model):
    """A mail on the server whose bytes were known already when it was met there: moved, copied, or come twice."""

    folder = models.ForeignKey(MailFolder, on_delete=models.PROTECT, related_name="copies", db_index=False)
    uid_validity = models.BigIntegerField(null=True)
    uid = models.BigIntegerField()
    size_bytes = models.BigIntegerField()
    raw = models.ForeignKey(RawMail, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("known copy")
        constraints = [models.UniqueConstraint(fields=["folder", "uid_validity", "uid", "raw"], name="known_copy_once")]

    def __str__(self) -> str:
        return f"{self.uid} in {self.folder_id}"
