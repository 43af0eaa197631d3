"""Tags: words of the team's own for finding and counting conversations."""

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from samovar.accounts.models import User


class Tag(models.Model):
    """A word of the team's own. It is retired, never deleted: history hangs on it."""

    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=60)
    archived_at = models.DateTimeField(_("retired at"), null=True, blank=True)

    class Meta:
        verbose_name = _("tag")
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(Lower("name"), name="tag_name_unique")]

    def __str__(self) -> str:
        return self.name


class ConversationTag(models.Model):
    """A tag on a conversation, and who put it there."""

    conversation = models.ForeignKey("Conversation", on_delete=models.PROTECT, related_name="taggings", db_index=False)
    tag = models.ForeignKey(Tag, on_delete=models.PROTECT, related_name="taggings")
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(_("when"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "tag"], name="tag_once")]

    def __str__(self) -> str:
        return f"{self.tag_id} on {self.conversation_id}"
