"""Mail as it came."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from samovar.channels.models.account import ChannelAccount
from samovar.conversations.models import Inbox, Message

MARK = """
UPDATE channels_rawmail SET understood_at = %s, message_id = given.message_id
FROM unnest(%s::bigint[], %s::bigint[]) AS given(raw_id, message_id) WHERE id = given.raw_id
"""


class RawMailQuerySet(models.QuerySet["RawMail"]):
    """Mail as it came."""

    def mark_understood(self, raw_ids: Sequence[int], message_ids: Sequence[int], at: datetime) -> None:
        """Note what each mail became, in one statement."""
        with connection.cursor() as cursor:
            cursor.execute(MARK, [at, list(raw_ids), list(message_ids)])


class RawMail(models.Model):
    """The bytes of one mail, stored before anybody tries to understand them; understanding can be repeated.

    A mail is the same when its bytes are the same in the same inbox, wherever it was read from. ``message`` is what
    it became; until then it waits (``understood_at`` empty). ``problem`` says why it could not be read. A mail that
    ``is_from_archive`` keeps the time that it says itself.
    """

    inbox = models.ForeignKey(Inbox, on_delete=models.PROTECT, related_name="+", db_index=False)
    account = models.ForeignKey(
        ChannelAccount, on_delete=models.PROTECT, null=True, related_name="mails", db_index=False
    )
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

    def note_try(self) -> None:
        """Note that somebody begins to read it."""
        self.tries += 1
        self.save(update_fields=["tries"])

    def take_back_try(self) -> None:
        """Note that it was not the mail's fault that it could not be read."""
        self.tries -= 1
        self.save(update_fields=["tries"])

    def note_problem(self, problem: str) -> None:
        """Note why it could not be read this time."""
        self.problem = problem[:500]
        self.save(update_fields=["problem"])

    def __str__(self) -> str:
        return f"{bytes(self.sha256).hex()[:12]}"
