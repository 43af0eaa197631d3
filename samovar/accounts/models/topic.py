"""Topics: what colleagues know about, in plain words that all of them share."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from samovar.accounts.models.audit import Action, record
from samovar.lib.text import tidy

if TYPE_CHECKING:
    from samovar.accounts.models.user import User

LONGEST_NAME, MOST_TOPICS = 60, 12


class TopicQuerySet(models.QuerySet["Topic"]):
    """Topics as people name them."""

    def called(self, name: str) -> Topic:
        """Return the topic of this name, whatever its case; one that nobody has used yet is made."""
        found, _is_new = self.get_or_create(name__iexact=name, defaults={"name": name})
        return found


class Topic(models.Model):
    """Something that one can know about: oak, returns, звонки. Whoever types a word that is there shares it."""

    name = models.CharField(_("topic"), max_length=LONGEST_NAME)

    objects = TopicQuerySet.as_manager()

    class Meta:
        verbose_name = _("topic")
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(Lower("name"), name="topic_name_unique")]

    def __str__(self) -> str:
        return self.name


class Knowing(models.Model):
    """Somebody who can know about topics."""

    topics = models.ManyToManyField(Topic, related_name="people", blank=True)

    class Meta:
        abstract = True

    @transaction.atomic
    def know_about(self, names: Iterable[str], by: User, was: Collection[str] | None = None) -> None:
        """Set what the person knows about. What others say of somebody stands in the audit log.

        With what ``by`` saw before (``was``) only that is added and taken away which they added and took away.
        """
        # Of two who say it at the same moment the second adds to what the first has said.
        type(self)._default_manager.select_for_update(no_key=True).get(pk=self.pk)
        before = self.topic_names
        if was is not None:
            names = _changed(before, was, list(names))
        self.topics.set([Topic.objects.all().called(name) for name in names])
        if by.pk != self.pk and (after := self.topic_names) != before:
            record(Action.TOPICS_SET, by, self, {"topics": before}, {"topics": after})

    @property
    def topic_names(self) -> list[str]:
        """What the person knows about, by name."""
        return list(self.topics.order_by("name").values_list("name", flat=True))


def _changed(now: Collection[str], was: Collection[str], names: Collection[str]) -> list[str]:
    said, seen = ({name.lower() for name in some} for some in (names, was))
    kept = [name for name in now if name.lower() in said or name.lower() not in seen]
    return kept + [name for name in names if name.lower() not in seen]


def topics_in(text: str) -> list[str]:
    """Return the topics in what somebody typed, in commas or lines, each once; too many or too long ones raise.

    Raises ValueError with the topic that is too long, or with nothing where there are too many.
    """
    found: dict[str, str] = {}
    for part in text.replace("\n", ",").replace(";", ",").split(","):
        name = tidy(part)
        if len(name) > LONGEST_NAME:
            raise ValueError(name[:LONGEST_NAME])
        if name:
            found.setdefault(name.lower(), name)
    if len(found) > MOST_TOPICS:
        raise ValueError
    return list(found.values())
