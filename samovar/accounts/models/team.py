"""Teams: people who share the work."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from samovar.accounts.models.audit import Action, record
from samovar.accounts.models.retiring import Retirable

if TYPE_CHECKING:
    from samovar.accounts.models.user import User


class TeamQuerySet(models.QuerySet["Team"]):
    """Teams as their pages need them."""

    def in_use(self) -> TeamQuerySet:
        """Return those that were not retired."""
        return self.filter(archived_at=None)

    def with_sizes(self) -> TeamQuerySet:
        """Fetch how many people who may sign in are in each, as ``size``."""
        return self.annotate(size=models.Count("members", filter=models.Q(members__is_active=True)))

    @transaction.atomic
    def found(self, name: str, by: User) -> Team:
        """Make a team; raises IntegrityError when one has that name, in whatever letters."""
        team = self.create(name=name)
        record(Action.TEAM_FOUNDED, by, team)
        return team


class Team(Retirable):
    """People who answer for the same conversations. It is retired, never deleted: history hangs on it.

    A retired team is offered nowhere; what was open to its members stays open to them.
    """

    RETIRED, REVIVED = Action.TEAM_RETIRED, Action.TEAM_REVIVED

    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=100)

    objects = TeamQuerySet.as_manager()

    class Meta:
        verbose_name = _("team")
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(Lower("name"), name="team_name_unique")]

    def __str__(self) -> str:
        return self.name

    @transaction.atomic
    def change(self, name: str, members: Collection[User], by: User, was: Collection[int] | None = None) -> None:
        """Set the name and who is in it; raises IntegrityError when another team has that name.

        With the numbers of those whom ``by`` saw in it (``was``) only those come and go whom they let come and go.
        """
        self._lock()
        before = self._facts()
        self.name = name
        self.save(update_fields=["name"])
        if was is None:
            self.members.set(members)
        else:
            chosen, seen = {one.pk for one in members}, set(was)
            self.members.add(*(chosen - seen))
            self.members.remove(*(seen - chosen))
        if (after := self._facts()) != before:
            record(Action.TEAM_CHANGED, by, self, before, after)

    def _facts(self) -> dict[str, object]:
        return {"name": self.name, "members": list(self.members.values_list("name", flat=True))}
