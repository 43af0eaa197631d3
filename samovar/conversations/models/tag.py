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
from samovar.lib import clock


class TagQuerySet(models.QuerySet["Tag"]):
    """Finds tags."""

    def in_use(self) -> TagQuerySet:
        """Return those that can be put on."""
        return self.filter(archived_at=None)

    def called(self, name: str) -> TagQuerySet:
        """Return the one that is called so, in whatever letters: the same letters as those of the constraint."""
        return self.alias(small=Lower("name")).filter(small=Lower(Value(name)))


class Tag(models.Model):
    """A word of the team's own. It is retired, never deleted: history hangs on it.

    What is ``merged_into`` another one is retired too, and shown as the other wherever it was put on, so that a merge
    moves nothing and can be taken back; the history keeps the word of its time. ``merged_by_hand_into`` is the one that
    somebody chose: where that one was merged further, ``merged_into`` is where all of them stand now.
    """

    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=60)
    archived_at = models.DateTimeField(_("retired at"), null=True, blank=True)
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged")
    merged_by_hand_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")

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

    @transaction.atomic
    def retire(self, by: User) -> None:
        """Offer it no more; where it was put on it stays. Twice is once."""
        self._lock()
        if self.archived_at is None:
            self.archived_at = clock.now()
            self.save(update_fields=["archived_at"])
            record(Action.TAG_RETIRED, by, self)

    @transaction.atomic
    def revive(self, by: User) -> None:
        """Offer it again, on its own, with what was merged into it before. Twice is once."""
        self._lock()
        if self.archived_at is None:
            return
        action = Action.TAGS_SEPARATED if self.merged_into_id else Action.TAG_REVIVED
        self.archived_at = self.merged_into = self.merged_by_hand_into = None
        self.save(update_fields=["archived_at", "merged_into", "merged_by_hand_into"])
        self._take_back()
        record(action, by, self)

    @transaction.atomic
    def merge(self, into: Tag, by: User) -> None:
        """Let ``into`` stand wherever this one was put on. Twice is once.

        Where it was merged itself meanwhile, that one stands there; raises TagRetired where it is not in use any more.
        """
        self._lock()
        chosen = Tag.objects.select_related("merged_into").get(pk=into.pk)
        into = chosen.merged_into or chosen
        if self.merged_into_id is None and self.pk != into.pk:
            if into.archived_at is not None:
                raise TagRetired(into.name)
            self.merged_into, self.merged_by_hand_into, self.archived_at = into, chosen, clock.now()
            self.save(update_fields=["archived_at", "merged_into", "merged_by_hand_into"])
            self.merged.update(merged_into=into)
            record(Action.TAGS_MERGED, by, self, after={"into": into.name})

    def _take_back(self) -> None:
        """Let all that were merged into it, at whatever remove, stand as this one again."""
        found, fresh = set[int](), {self.pk}
        while fresh:
            fresh = set(Tag.objects.filter(merged_by_hand_into__in=fresh).values_list("pk", flat=True)) - found
            found |= fresh
        Tag.objects.filter(pk__in=found).update(merged_into=self)

    def _lock(self) -> None:
        # In one order, whatever is merged into what: all of them are few.
        list(Tag.objects.order_by("pk").select_for_update(of=("self",)).values_list("pk"))
        self.refresh_from_db()


class ConversationTagQuerySet(models.QuerySet["ConversationTag"]):
    """Finds where tags were put on."""

    def of(self, tag: Tag) -> ConversationTagQuerySet:
        """Return where ``tag`` stands, also by what was merged into it."""
        return self.filter(tag__in=Tag.objects.filter(Q(pk=tag.pk) | Q(merged_into=tag)))


class ConversationTag(models.Model):
    """A tag on a conversation, and who put it there."""

    conversation = models.ForeignKey("Conversation", on_delete=models.PROTECT, related_name="taggings", db_index=False)
    tag = models.ForeignKey(Tag, on_delete=models.PROTECT, related_name="taggings")
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(_("when"))

    objects = ConversationTagQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "tag"], name="tag_once")]

    def __str__(self) -> str:
        return f"{self.tag_id} on {self.conversation_id}"
