"""Mail as it came."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from samovar.channels.models.account import ChannelAccount
from samovar.conversations.models import Inbox, Message


class RawMail(models.Model):
    """The bytes of one mail, stored before anybody tries to understand them; understanding can be repeated.

    A mail is the same when its bytes are the same in the same inbox, wherever it was read from. ``message`` is what
    it became; until then it waits (``understood_at`` empty). ``problem`` says why it could not be read.
    """

    inbox = models.ForeignKey(Inbox, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(ChannelAccount, on_delete=models.PROTECT, null=True, related_name="+")
    uid_validity = models.BigIntegerField(null=True)
    uid = models.BigIntegerField(null=True)
    sha256 = models.BinaryField(max_length=32)
    content = models.BinaryField()
    size_bytes = models.BigIntegerField()
    arrived_at = models.DateTimeField(_("arrived at"))
    understood_at = models.DateTimeField(_("understood at"), null=True)
    tries = models.SmallIntegerField(default=0)
    problem = models.CharField(_("problem"), max_length=500, blank=True)
    message = models.ForeignKey(Message, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("raw mail")
        constraints = [
            models.UniqueConstraint(fields=["inbox", "sha256"], name="raw_mail_once"),
            models.UniqueConstraint(
                fields=["account", "uid_validity", "uid"], name="raw_mail_uid_once", condition=Q(uid__isnull=False)
            ),
        ]
        indexes = [
            models.Index(fields=["id"], name="raw_mail_waiting", condition=Q(understood_at=None)),
            models.Index(fields=["message"], name="raw_mail_of_message"),
        ]

    def __str__(self) -> str:
        return f"{bytes(self.sha256).hex()[:12]}"
