"""What the steps of one batch share, so that each thing is looked up once and not for every conversation."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from samovar.accounts.models import Team, User
from samovar.conversations.models import Cause, ConversationTag, Tag
from samovar.lib.business_time import Hours


@dataclass
class Work:
    """What the steps of one batch share: for whom, since when; and what they have looked up already."""

    by: User
    at: datetime
    people: dict[int, User | None] = field(default_factory=dict)
    teams: dict[int, Team | None] = field(default_factory=dict)
    tags: dict[int, Tag | None] = field(default_factory=dict)
    # By its number: those that stand for it.
    families: dict[int, set[int]] = field(default_factory=dict)
    # By conversation, once look_at_tags() has looked.
    tagged: dict[int, set[int]] = field(default_factory=dict)
    causes: dict[int, Cause | None] = field(default_factory=dict)
    seers: dict[tuple[int, int], bool] = field(default_factory=dict)
    hours: dict[int | None, Hours] = field(default_factory=dict)

    def look_at_tags(self, conversations: Iterable[int]) -> None:
        """Note which tags stand on those that are gone through next."""
        self.tagged = {pk: set() for pk in conversations}
        rows = ConversationTag.objects.filter(conversation__in=self.tagged)
        for conversation_id, tag_id in rows.values_list("conversation", "tag"):
            self.tagged[conversation_id].add(tag_id)

    def family(self, tag: Tag) -> set[int]:
        """Return the numbers of all that stand for ``tag``."""
        if tag.pk not in self.families:
            merged = Tag.objects.filter(merged_into=tag).order_by()
            self.families[tag.pk] = {tag.pk, *merged.values_list("pk", flat=True)}
        return self.families[tag.pk]
