"""Tags: words of the team's own for finding and counting conversations."""

from __future__ import annotations

from django.db import IntegrityError, models, transaction
from django.db.models import Q, Value
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from samovar.accounts.auditing import Action, record
from samovar.accounts.models import User
from samovar.conversations.errors import TagRetired, TagTaken
from samovar.conversations.models.retiring import Retirable, Words


class TagQuerySet(models.QuerySet["Tag"]):
    """Finds tags."""

    def in_use(self) -> TagQuerySet:
        """Return those that can be put on."""
        return self.filter(archived_at=None)

    def called(self, name: str) -> TagQuerySet:
        """Return the one that is called so, in whatever letters: the same letters as those of the constraint."""
        return self.alias(small=Lower("name")).filter(small=Lower(Value(name)))


class Tag(Retirable):
    """A word of the team's own, as it stands on conversations: a thing may bear many."""

    words = Words(
        Action.TAG_RETIRED, Action.TAG_REVIVED, Action.TAGS_MERGED, Action.TAGS_SEPARATED, not_in_use=TagRetired
    )

    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=60)

    objects = TagQuerySet.as_manager()

    class Meta:
        verbose_name = _("tag")
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(Lower("name"), name="tag_name_unique")]

    def __str__(self) -> str:
        return self.name

    @transaction.atomic
    def rename(self, name: str, by: User) -> None:
        """Call it otherwise; raises TagTaken when another one is called so."""
        self._lock()
        if name == self.name:
            return
        before, self.name = self.name, name
        try:
            with transaction.atomic():
                self.save(update_fields=["name"])
        except IntegrityError as error:
            raise TagTaken(name) from error
        record(Action.TAG_RENAMED, by, self, {"name": before}, {"name": name})


class ConversationTagQuerySet(models.QuerySet["ConversationTag"]):
    """Finds where tags were put on."""

    def of(self, tag: Tag) -> ConversationTagQuerySet:
        """Return where ``tag`` stands, also by what was merged into it."""
        return self.filter(tag__in=Tag.objects.filter(Q(pk=tag.pk) | Q(merged_into=tag)))


class ConversationTag(models.Model):
    """A tag on a conversation, and who put it there."""

    conversation = models.ForeignKey("Conversation", on_delete=models.PROTECT, related_name="taggings", db_index=False)
    tag = models.ForeignKey(Tag, on_delete=models.PROTECT, related_name="taggings", db_index=False)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(_("when"))

    objects = ConversationTagQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "tag"], name="tag_once")]
        indexes = [models.Index(fields=["tag", "conversation"], name="tag_on")]

    def __str__(self) -> str:
        return f"{self.tag_id} on {self.conversation_id}"
