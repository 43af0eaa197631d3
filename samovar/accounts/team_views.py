"""Pages of the teams: who works together.

A team may open an inbox that others do not see. So that no lead lets anybody in where they may not go themselves, they
change the teams that they are in, of which they see everything; administrators change all.
"""

from typing import Any

from django import forms
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.db.models import Case, QuerySet, Value, When
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from samovar.accounts.models import Team, User
from samovar.accounts.requests import StaffRequest, lately_proven, leads_only
from samovar.lib.text import tidy
from samovar.ui.comparing import Compared

# With more people than these stand in sight one looks for a name.
MANY = 12


class TeamForm(forms.Form):
    """What a team is called."""

    name = forms.CharField(
        label=pgettext_lazy("of a thing", "Name"), max_length=100, widget=forms.TextInput({"autocomplete": "off"})
    )

    def clean_name(self) -> str:
        """Refuse a name of blanks."""
        if not tidy(self.cleaned_data["name"]):
            raise forms.ValidationError(_("Write a name."))
        return tidy(self.cleaned_data["name"])


class MembersForm(Compared, TeamForm):
    """What a team is called and who is in it."""

    members = forms.ModelMultipleChoiceField(
        User.objects.filter(is_active=True),
        label=gettext_lazy("Members"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    # Without it an empty team would not say that nobody was seen in it.
    is_seen = forms.BooleanField(required=False, initial=True, widget=forms.HiddenInput)

    merged = ("members",)

    def __init__(self, by: User, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        # Who is in it stands first, and is found without looking through everybody.
        is_outside = Case(When(pk__in=self.initial["members"], then=Value(0)), default=Value(1))
        field: Any = self.fields["members"]
        field.queryset = field.queryset.order_by(is_outside, "sort_key", "pk")

    @property
    def is_long(self) -> bool:
        """Whether there are so many people that one looks for them by name."""
        found: Any = self["members"]
        return len(found) > MANY

    def clean_members(self) -> QuerySet[User]:
        """Keep a lead in the team, who could not change it back from outside."""
        members: QuerySet[User] = self.cleaned_data["members"]
        if not self.by.is_admin and self.by not in members:
            text = _("Stay in it: you could not change it any more. An administrator can take you out.")
            raise forms.ValidationError(text)
        return members


@leads_only
@require_http_methods(["GET", "POST"])
def teams(request: StaffRequest) -> HttpResponse:
    """List the teams and make one."""
    form = TeamForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            with transaction.atomic():
                team = _found(form.cleaned_data["name"], request.user)
        except IntegrityError:
            form.add_error("name", _taken())
        else:
            messages.success(request, _("Choose who is in it"))
            return redirect("team", team.pk)
    rows = Team.objects.all().with_sizes().order_by("name", "pk")
    own = set(_changed_by(request.user).values_list("pk", flat=True))
    context = {
        "form": form,
        "teams": [team for team in rows if team.archived_at is None],
        "retired": [team for team in rows if team.archived_at is not None and team.pk in own],
        "own": own,
    }
    return render(request, "accounts/teams.html", context, status=422 if form.is_bound else 200)


@leads_only
@require_http_methods(["GET", "POST"])
@lately_proven
def team(request: StaffRequest, pk: int) -> HttpResponse:
    """Show and change a team."""
    rows = _changed_by(request.user)
    if request.method == "GET":
        return _team(request, get_object_or_404(rows, pk=pk))
    # Held before what was typed is compared with what stands there: nobody writes between the two.
    with transaction.atomic():
        return _team(request, get_object_or_404(rows.select_for_update(of=("self",)), pk=pk))


@leads_only
@require_POST
def retiring(request: StaffRequest, pk: int) -> HttpResponse:
    """Offer a team no more."""
    found = get_object_or_404(_changed_by(request.user), pk=pk)
    found.retire(by=request.user)
    text = _("The team %(name)s is retired") % {"name": found.name}
    messages.success(request, text, extra_tags=reverse("team_reviving", args=[pk]))
    return redirect("teams")


@leads_only
@require_POST
def reviving(request: StaffRequest, pk: int) -> HttpResponse:
    """Offer a team again."""
    found = get_object_or_404(_changed_by(request.user), pk=pk)
    found.revive(by=request.user)
    text = _("The team %(name)s is back") % {"name": found.name}
    messages.success(request, text, extra_tags=reverse("team_retiring", args=[pk]))
    return redirect("teams")


def _team(request: StaffRequest, found: Team) -> HttpResponse:
    members = list(found.members.values_list("pk", flat=True))
    initial = {"name": found.name, "members": members, "is_seen": True}
    form = MembersForm(request.user, request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        # Who cannot sign in stays in it unseen, and comes back as a member when let in again.
        unseen = found.members.filter(is_active=False)
        try:
            with transaction.atomic():
                chosen = [*form.cleaned_data["members"], *unseen]
                found.change(form.settled["name"], chosen, by=request.user, was=form.seen("members"))
        except IntegrityError:
            form.add_error("name", _taken())
        else:
            messages.success(request, _("Saved"))
            return redirect("teams")
    context = {"team": found, "form": form}
    return render(request, "accounts/team.html", context, status=422 if form.is_bound else 200)


def _changed_by(user: User) -> QuerySet[Team]:
    return Team.objects.all() if user.is_admin else Team.objects.filter(members=user)


def _found(name: str, by: User) -> Team:
    team = Team.objects.all().found(name, by=by)
    if not by.is_admin:
        team.change(name, [by], by=by)
    return team


def _taken() -> str:
    return _("There is a team with this name, maybe a retired one.")
