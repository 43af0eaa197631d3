"""When work is done: the working hours of the company, and of teams that have their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from samovar.accounts.models.audit import Action, record_change
from samovar.accounts.models.company import Company
from samovar.accounts.models.team import Team
from samovar.accounts.working_hours import Week, as_hours, shown, usual_week
from samovar.lib.business_time import Hours

if TYPE_CHECKING:
    from samovar.accounts.models.user import User

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class CalendarQuerySet(models.QuerySet["Calendar"]):
    """Calendars as their pages and those who count with them need them."""

    def company(self) -> Calendar:
        """Return the calendar of the company; Monday to Friday, nine to six, until somebody decides it."""
        return self.filter(is_default=True).first() or Calendar.usual()

    def of_team(self, team: Team | None) -> Calendar:
        """Return the calendar that a team works by: its own or else that of the company, as without a team."""
        own = self.filter(team=team).first() if team else None
        return own or self.company()

    def hold(self, team: Team | None) -> None:
        """Let nobody else decide when a team works, or with no team the company, until this transaction ends."""
        self._locked(team)

    @transaction.atomic
    def decide(self, team: Team | None, time_zone: str, week: Week, by: User | None) -> Calendar:
        """Set when a team works, or with no team the company."""
        is_new, row = self._locked(team)
        before = {} if is_new else row.facts
        decided = {"time_zone": time_zone, "week": week}
        row, _is_new = self.update_or_create(team=team, is_default=team is None, defaults=decided)
        record_change(Action.HOURS_CHANGED, by, team or row, before, row.facts)
        return row

    @transaction.atomic
    def leave_to_company(self, team: Team, by: User) -> None:
        """Let a team work as the company does."""
        is_new, row = self._locked(team)
        if not is_new:
            record_change(Action.HOURS_CHANGED, by, team, row.facts, {})
            row.delete()

    def _locked(self, team: Team | None) -> tuple[bool, Calendar]:
        # Of two who decide for the same at the same moment the second finds what the first has made.
        if team:
            Team.objects.select_for_update(no_key=True).get(pk=team.pk)
        else:
            Company.objects.select_for_update().filter(pk=Company.ONLY).first()
        found = self.select_for_update().filter(team=team, is_default=team is None).first()
        return found is None, found or Calendar(team=team, is_default=team is None)


class Calendar(models.Model):
    """Working hours of a week in a time zone; what somebody else works by besides teams can point here.

    One is the default, that of the company, by which everybody works who has none of their own. ``week`` is as
    ``working_hours.Week``.
    """

    team = models.OneToOneField(Team, on_delete=models.PROTECT, null=True, related_name="+")
    is_default = models.BooleanField(default=False, editable=False)
    time_zone = models.CharField(gettext_lazy("time zone"), max_length=64, default=settings.TIME_ZONE)
    week = models.JSONField(gettext_lazy("working hours"), default=usual_week)

    objects = CalendarQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("calendar")
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"], name="one_default_calendar", condition=models.Q(is_default=True)
            ),
            models.CheckConstraint(
                condition=models.Q(is_default=False) | models.Q(team=None), name="default_calendar_of_no_team"
            ),
        ]

    def __str__(self) -> str:
        return self.team.name if self.team else _("The company")

    @classmethod
    def usual(cls) -> Calendar:
        """Return, not stored, the calendar of a company that has not decided: its hours are those where one looks."""
        return cls(is_default=True, time_zone=timezone.get_current_timezone_name())

    @property
    def hours(self) -> Hours:
        """What one can count with."""
        return as_hours(self.week, self.time_zone)

    @property
    def facts(self) -> dict[str, object]:
        """What the audit log tells of it."""
        days = {name: shown(day) for name, day in zip(WEEKDAYS, self.week, strict=True)}
        return {"time_zone": self.time_zone, **days}
