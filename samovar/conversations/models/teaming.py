"""A team that answers for something: whoever of it is free takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models, transaction

from samovar.accounts.models import Team, User
from samovar.conversations.events import ConversationGivenToTeam
from samovar.events.announcing import announce

if TYPE_CHECKING:
    from samovar.conversations.models.answering import Heading


class OfTeam(models.Model):
    """Something that a team answers for, beside one of its members or nobody yet."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        abstract = True

    if TYPE_CHECKING:
        assignee: models.ForeignKey[User | None, User | None]
        assignee_id: int | None
        version: int

        def locked(self) -> None: ...
        def assign(self, to: User | None, by: User) -> None: ...
        def heading(self, by: User | None) -> Heading: ...

    @transaction.atomic
    def give_to_team(self, team: Team | None, by: User, *, keeps_assignee: bool = False) -> None:
        """Let ``team`` answer for it, or none. Giving it to the same team again changes nothing.

        Whoever has it keeps it if they are of the team; otherwise nobody has it, so that the team knows of it. Without
        a team, and with ``keeps_assignee``, they keep it in any case.
        """
        self.locked()
        if self.team_id == (team.pk if team else None):
            return
        self.team = team
        self.version += 1
        self.save(update_fields=["team", "version"])
        announce(
            ConversationGivenToTeam(
                **self.heading(by), team_id=team.pk if team else None, team_name=team.name if team else ""
            )
        )
        if team and self.assignee_id and not keeps_assignee and not team.members.filter(pk=self.assignee_id).exists():
            self.assign(to=None, by=by)
