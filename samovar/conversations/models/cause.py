"""Causes: why people turn to us, in their own words; one for a conversation, in a tree of two levels."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TypedDict

from django.db import IntegrityError, models, transaction
from django.db.models import Q, Value
from django.db.models.functions import Coalesce, Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from samovar.accounts.auditing import Action, record
from samovar.accounts.models import User
from samovar.conversations import delivered_causes
from samovar.conversations.errors import CauseHasParts, CauseRetired, CauseTaken
from samovar.conversations.models.retiring import Retirable, Words

LONGEST = 60


class Told(TypedDict):
    """What an event says of a cause."""

    cause_id: int
    cause: str
    cause_key: str


class CauseQuerySet(models.QuerySet["Cause"]):
    """Finds causes, and adds them."""

    def in_use(self) -> CauseQuerySet:
        """Return those that can be chosen: what stands below a retired one cannot."""
        return self.filter(Q(parent=None) | Q(parent__archived_at=None), archived_at=None)

    def meaning(self, cause: Cause) -> CauseQuerySet:
        """Return all that stand for ``cause`` or below it, also by what was merged."""
        return self.meaning_any([cause.pk])

    def meaning_any(self, numbers: Collection[int]) -> CauseQuerySet:
        """Return all that stand for any of these causes or below one, also by what was merged."""
        own = Q(pk__in=numbers) | Q(merged_into__in=numbers)
        below = Q(parent__in=numbers) | Q(parent__merged_into__in=numbers)
        merged_below = Q(merged_into__parent__in=numbers) | Q(merged_into__parent__merged_into__in=numbers)
        return self.filter(own | below | merged_below)

    def in_order(self) -> CauseQuerySet:
        """Return them with what they stand below, in the order in which leads have put them."""
        return self.select_related("parent", "merged_into").order_by("position", "pk")

    @transaction.atomic
    def add(self, name: str, parent: Cause | None, by: User) -> Cause:
        """Add a cause behind its siblings; raises CauseTaken and CauseRetired."""
        added = Cause(name=name, parent=parent)
        added.lock_all()
        added.stand_below(parent)
        added.save(force_insert=True)
        record(Action.CAUSE_ADDED, by, added, after={"under": str(parent or "")})
        return added


class Cause(Retirable):
    """Why people turn to us. What has a ``parent`` is one of its parts, and has none itself.

    Of a delivered cause (``key``) the ``name`` is empty, and read in the language of each reader, until somebody calls
    it otherwise.
    """

    words = Words(
        Action.CAUSE_RETIRED, Action.CAUSE_REVIVED, Action.CAUSES_MERGED, Action.CAUSES_SEPARATED, CauseRetired
    )

    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=LONGEST, blank=True)
    key = models.CharField(max_length=40, blank=True, default="", editable=False)
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        related_name="parts",
        verbose_name=pgettext_lazy("a cause", "below"),
    )
    position = models.PositiveSmallIntegerField(_("place in the order"), default=0)

    objects = CauseQuerySet.as_manager()

    class Meta:
        verbose_name = _("cause")
        constraints = [
            models.CheckConstraint(condition=~Q(name="", key=""), name="cause_named"),
            models.UniqueConstraint(fields=["key"], name="cause_delivered_once", condition=~Q(key="")),
            models.UniqueConstraint(
                Coalesce("parent", Value(0)), Lower("name"), name="cause_name_unique", condition=~Q(name="")
            ),
        ]

    def __str__(self) -> str:
        return self.name or delivered_causes.shown(self.key)

    @property
    def is_in_use(self) -> bool:
        """Whether it can be chosen: neither it nor what it stands below is retired."""
        return self.archived_at is None and (self.parent is None or self.parent.archived_at is None)

    @property
    def told(self) -> Told:
        """What the history keeps of it: the name as it is, and the key of one that is delivered with its name."""
        name = self.name or delivered_causes.NAMES.get(self.key, self.key)
        return {"cause_id": self.pk, "cause": name, "cause_key": "" if self.name else self.key}

    @property
    def forms(self) -> tuple[str, ...]:
        """What it is called, in every language that has a word for it."""
        return (self.name,) if self.name else delivered_causes.forms(self.key)

    @transaction.atomic
    def rename(self, name: str, by: User) -> None:
        """Call it otherwise; raises CauseTaken.

        A delivered one that gets its first name back has it in every language again.
        """
        self.lock_all()
        before = str(self)
        if name == before:
            return
        self.name = "" if self.key and name in delivered_causes.forms(self.key) else name
        self._check_name()
        self._save("name")
        record(Action.CAUSE_RENAMED, by, self, {"name": before}, {"name": name})

    @transaction.atomic
    def move(self, parent: Cause | None, by: User) -> None:
        """Let it stand below ``parent``, or on its own, behind the others there.

        Raises CauseTaken where another one there has its name, CauseHasParts, and CauseRetired.
        """
        self.lock_all()
        before = str(self.parent or "")
        if self.parent_id != (parent.pk if parent else None):
            self.stand_below(parent)
            self._save("parent", "position")
            record(Action.CAUSE_MOVED, by, self, {"under": before}, {"under": str(parent or "")})

    @transaction.atomic
    def step(self, by: User, *, is_up: bool) -> bool:
        """Let it change places with its neighbour in use; returns whether it had one."""
        self.lock_all()
        siblings = [one for one in self._siblings().in_order() if one.archived_at is None or one.pk == self.pk]
        place = [one.pk for one in siblings].index(self.pk)
        other = place - 1 if is_up else place + 1
        if not 0 <= other < len(siblings):
            return False
        siblings[place], siblings[other] = siblings[other], siblings[place]
        for number, sibling in enumerate(siblings):
            sibling.position = number
        Cause.objects.bulk_update(siblings, ["position"])
        record(Action.CAUSE_MOVED, by, self, {"place": place + 1}, {"place": other + 1})
        return True

    @transaction.atomic
    def merge(self, into: Cause, by: User) -> None:
        """Let ``into`` stand wherever this one was set; raises CauseHasParts and CauseRetired. Twice is once."""
        self.lock_all()
        if self.parts.filter(archived_at=None).exists():
            raise CauseHasParts(_("Other causes stand below it. Move or merge them first."))
        super().merge(into, by)

    def stand_below(self, parent: Cause | None) -> None:
        """Put it behind the parts of ``parent``; the caller holds the lock and saves."""
        if parent is not None:
            parent.refresh_from_db()
            if parent.archived_at is not None:
                raise CauseRetired(str(parent))
            if parent.parent_id is not None or parent.pk == self.pk or (self.pk and self.parts.exists()):
                raise CauseHasParts(_("Causes stand on two levels. One that has others below it stands on its own."))
        self.parent = parent
        self._check_name()
        last = self._siblings().aggregate(last=models.Max("position"))["last"]
        self.position = 0 if last is None else last + 1

    def lock_all(self) -> None:
        """Hold the whole tree, which is small, so that its rules hold whatever two people do at once."""
        if self.pk:
            self._lock()
        else:
            list(self._all().order_by("pk").select_for_update(of=("self",)).values_list("pk"))

    def _siblings(self) -> CauseQuerySet:
        return Cause.objects.filter(parent=self.parent_id)

    def _check_name(self) -> None:
        taken = _small(form for one in self._siblings().exclude(pk=self.pk) for form in one.forms)
        if taken & _small(self.forms):
            raise CauseTaken(str(self))

    def _save(self, *fields: str) -> None:
        try:
            with transaction.atomic():
                self.save(update_fields=fields)
        except IntegrityError as error:
            raise CauseTaken(str(self)) from error


def _small(names: Iterable[str]) -> set[str]:
    return {name.lower() for name in names}
