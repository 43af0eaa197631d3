"""Saved views: filters and an order kept under a name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction
from django.db.models import Q, Value
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from samovar.accounts.models import Team, User
from samovar.accounts.models.audit import Action, record
from samovar.conversations.errors import TooManyViews, ViewChanged
from samovar.lib import clock

LONGEST_NAME = 60
# Of one person, and of all that are shared: each is counted with every page.
MOST_OF_ONE = 30


@dataclass(frozen=True, kw_only=True)
class Naming:
    """What a view is called and whose it is: of ``owner`` and ``team`` at most one; without both it is everybody's."""

    name: str
    owner: User | None = None
    team: Team | None = None


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    """Finds saved views."""

    def in_use(self) -> SavedViewQuerySet:
        """Return those that were not deleted."""
        return self.filter(archived_at=None)

    def of(self, user: User) -> SavedViewQuerySet:
        """Return those that ``user`` works with: everybody's, those of their teams, their own; in this order."""
        if not user.can_look:
            return self.none()
        own_teams = User.teams.through.objects.filter(user=user).values("team")
        mine = Q(owner=user) | Q(team__in=own_teams) | Q(owner=None, team=None)
        first = models.Case(models.When(owner=None, team=None, then=0), models.When(owner=None, then=1), default=2)
        return self.in_use().filter(mine).order_by(first, "pk")

    def visible_to(self, user: User) -> SavedViewQuerySet:
        """Return those that ``user`` may look at; who leads sees all teams', and what people left who are gone."""
        if not user.can_lead:
            return self.filter(pk__in=SavedView.objects.all().of(user).order_by().values("pk"))
        return self.filter(Q(owner=None) | Q(owner=user) | Q(owner__is_active=False))

    @transaction.atomic
    def make(self, naming: Naming, filters: Sequence[str], order: str, by: User) -> SavedView:
        """Keep filters and an order under a name; raises TooManyViews."""
        User.objects.select_for_update().get(pk=by.pk)
        self.check_room(naming.owner)
        view = self.model(**vars(naming), filters=list(filters), order=order, changed_by=by, changed_at=clock.now())
        view.save()
        if view.is_shared:
            record(Action.VIEW_MADE, by, view, after=view.facts)
        return view

    def check_room(self, owner: User | None) -> None:
        """Raise TooManyViews when ``owner``, or everybody together for None, has as many as there may be."""
        if self.in_use().filter(owner=owner).count() >= MOST_OF_ONE:
            raise TooManyViews(MOST_OF_ONE)


class SavedView(models.Model):
    """What a list is narrowed to, and its order, kept under a name.

    It belongs to one person, to a team or to everybody. ``filters`` are codes of ``conversations.filters``. What was
    deleted can be brought back for a while. ``version`` counts the changes, so that two people never overwrite each
    other unseen.
    """

    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=LONGEST_NAME)
    filters = models.JSONField(_("filters"), default=list, db_default=Value([], models.JSONField()), blank=True)
    order = models.CharField(_("order"), max_length=20, blank=True, default="", db_default="")
    owner = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    version = models.IntegerField(default=0, db_default=0)
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    changed_at = models.DateTimeField(_("changed at"))
    created_at = models.DateTimeField(_("created at"), db_default=Now())
    archived_at = models.DateTimeField(_("deleted at"), null=True, blank=True)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved view")
        ordering = ["id"]
        constraints = [models.CheckConstraint(condition=Q(owner=None) | Q(team=None), name="view_of_one")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_shared(self) -> bool:
        """Whether others have it too."""
        return self.owner_id is None

    @property
    def facts(self) -> dict[str, Any]:
        """What the audit log tells of it; what is looked for may be about a person, and is left out."""
        scope = str(self.team) if self.team else "" if self.owner else "everybody"
        told = [code for code in self.filters if not code.startswith("text:")]
        return {"name": self.name, "scope": scope, "filters": told, "order": self.order}

    def can_be_changed_by(self, user: User) -> bool:
        """Whether ``user`` may change it: one's own by whoever looks, what is shared by whoever leads."""
        return user.can_lead if self.is_shared else self.owner_id == user.pk and user.can_look

    @transaction.atomic
    def change(self, naming: Naming, version: int, by: User) -> None:
        """Set its name and whose it is; raises ViewChanged when it is not ``version`` any more, and TooManyViews."""
        self._set(vars(naming), version, by)

    @transaction.atomic
    def hold(self, filters: Sequence[str], order: str, version: int, by: User) -> None:
        """Let it hold what fits ``filters``, in this order; raises ViewChanged."""
        self._set({"filters": list(filters), "order": order}, version, by)

    @transaction.atomic
    def delete_by(self, by: User) -> None:
        """Take it out of everybody's sight. Twice is once."""
        self._lock()
        if self.archived_at is None:
            self.archived_at = clock.now()
            self.save(update_fields=["archived_at"])
            if self.is_shared:
                record(Action.VIEW_DELETED, by, self)

    @transaction.atomic
    def restore(self, by: User) -> None:
        """Bring it back; raises TooManyViews. Twice is once."""
        self._lock()
        if self.archived_at is not None:
            SavedView.objects.all().check_room(self.owner)
            self.archived_at = None
            self.save(update_fields=["archived_at"])
            if self.is_shared:
                record(Action.VIEW_RESTORED, by, self)

    @transaction.atomic
    def take_over(self, by: User) -> None:
        """Give it to ``by``, who leads, when whose it was is gone; raises TooManyViews. Twice is once."""
        self._lock()
        if self.owner is not None and not self.owner.is_active:
            self._set({"owner": by}, self.version, by)

    def _set(self, fields: dict[str, Any], version: int, by: User) -> None:
        self._lock()
        if self.version != version:
            raise ViewChanged(self.pk)
        was_shared, before = self.is_shared, self.facts
        if all(getattr(self, name) == value for name, value in fields.items()):
            return
        if fields.get("owner", self.owner) != self.owner:
            SavedView.objects.all().check_room(fields["owner"])
        for name, value in fields.items():
            setattr(self, name, value)
        self.version, self.changed_by, self.changed_at = version + 1, by, clock.now()
        self.save(update_fields=[*fields, "version", "changed_by", "changed_at"])
        if was_shared or self.is_shared:
            record(Action.VIEW_CHANGED, by, self, before, self.facts)

    def _lock(self) -> None:
        rows = SavedView.objects.select_related("owner", "team", "changed_by").select_for_update(of=("self",))
        self.refresh_from_db(from_queryset=rows)
