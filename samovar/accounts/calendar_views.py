"""Working hours: of the company, and of the teams that have their own."""

from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from samovar.accounts import hours_in_words
from samovar.accounts.calendar_forms import CalendarForm, TeamCalendarForm
from samovar.accounts.models import Calendar, Team
from samovar.accounts.requests import StaffRequest, leads_only
from samovar.accounts.working_hours import shown


@dataclass(frozen=True)
class Row:
    """The company, or a team, with the hours by which it works."""

    name: str
    url: str
    calendar: Calendar
    is_own: bool

    @property
    def days(self) -> list[tuple[str, str]]:
        """The days of the week on which it works, with the hours; days in a row that are alike stand together."""
        return hours_in_words.days(self.calendar.week)

    @property
    def now(self) -> str:
        """Whether it works now, and until when."""
        return hours_in_words.now(self.calendar.hours)


@leads_only
@require_GET
def calendars(request: StaffRequest) -> HttpResponse:
    """List by which hours the company and its teams work."""
    company = Calendar.objects.all().company()
    own = {one.team_id: one for one in Calendar.objects.exclude(team=None)}
    rows = [Row(_("The company"), reverse("company_calendar"), company, is_own=True)]
    rows += [
        Row(team.name, reverse("team_calendar", args=[team.pk]), own.get(team.pk, company), team.pk in own)
        for team in Team.objects.all().in_use()
    ]
    return render(request, "accounts/calendars.html", {"rows": rows})


@leads_only
@require_http_methods(["GET", "POST"])
def company_calendar(request: StaffRequest) -> HttpResponse:
    """Show and decide when the company works; to htmx only what the hours mean now."""
    return _calendar(request, None)


@leads_only
@require_http_methods(["GET", "POST"])
def team_calendar(request: StaffRequest, pk: int) -> HttpResponse:
    """The same for a team."""
    return _calendar(request, get_object_or_404(Team.objects.all().in_use(), pk=pk))


def _calendar(request: StaffRequest, team: Team | None) -> HttpResponse:
    if request.method == "GET":
        return _decided(request, team)
    # Held before what was typed is compared with what stands there: nobody writes between the two.
    with transaction.atomic():
        Calendar.objects.all().hold(team)
        return _decided(request, team)


def _decided(request: StaffRequest, team: Team | None) -> HttpResponse:
    known = Calendar.objects.all().of_team(team)
    kind = TeamCalendarForm if team else CalendarForm
    form = kind(_given(request), known)
    if request.method == "POST" and form.is_valid():
        before = _as_typed(known)
        _decide(request, team, form)
        # It says along what it takes back: what somebody has changed since is not that.
        now = {f"initial-{name}": value for name, value in _as_typed(Calendar.objects.all().of_team(team)).items()}
        undo = f"?{urlencode(before | now)}"
        messages.success(request, _("Saved"), extra_tags=f"{request.path}{undo}")
        return redirect("calendars")
    context = {"form": form, "team": team, "calendar": known, "now": _previewed(form, known)}
    if request.htmx:
        return render(request, "accounts/_calendar_preview.html", context)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if request.method == "POST" else HTTPStatus.OK
    return render(request, "accounts/calendar.html", context, status=status)


def _decide(request: StaffRequest, team: Team | None, form: CalendarForm) -> None:
    if team and not form.settled["has_own"]:
        Calendar.objects.all().leave_to_company(team, by=request.user)
    else:
        Calendar.objects.all().decide(team, form.settled["time_zone"], form.week, by=request.user)


def _given(request: StaffRequest) -> QueryDict | None:
    if request.method == "POST":
        # The address that undoes it carries what stood there before.
        return request.GET if request.GET else request.POST
    return request.GET if request.htmx and "time_zone" in request.GET else None


def _as_typed(calendar: Calendar) -> dict[str, str]:
    days = {f"day_{weekday}": shown(day) for weekday, day in enumerate(calendar.week)}
    return {"time_zone": calendar.time_zone, **days, **({"has_own": "on"} if calendar.team_id else {})}


def _previewed(form: CalendarForm, known: Calendar) -> str:
    if not form.is_bound:
        return hours_in_words.now(known.hours)
    if not form.is_valid():
        return ""
    if "has_own" in form.fields and not form.cleaned_data["has_own"]:
        return hours_in_words.now(Calendar.objects.all().company().hours)
    return hours_in_words.now(Calendar(time_zone=form.cleaned_data["time_zone"], week=form.week).hours)
