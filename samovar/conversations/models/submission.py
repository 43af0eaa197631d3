"""What a browser sent, so that sending it again does nothing more."""

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from samovar.accounts.models import User
from samovar.lib import clock

# A browser that was away for longer has lost what it kept, too.
KEPT_FOR = timedelta(days=30)


class Submission(models.Model):
    """Something that a member of staff did once, by the number that their browser gave it. It holds no words."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    client_id = models.UUIDField()
    at = models.DateTimeField(_("done at"), default=clock.now, db_index=True)

    class Meta:
        verbose_name = _("submission")
        constraints = [models.UniqueConstraint(fields=["user", "client_id"], name="submission_once")]

    def __str__(self) -> str:
        return str(self.client_id)
