"""Pages of the teams: who works together."""

from django import forms
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from samovar.accounts.models import Team, User
from samovar.accounts.requests import StaffRequest, admins_only, lately_proven
from samovar.lib.text import tidy


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


class MembersForm(TeamForm):
    """What a team is called and who is in it."""

    members = forms.ModelMultipleChoiceField(
        User.objects.filter(is_active=True),
        label=gettext_lazy("Members"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


@admins_only
@require_http_methods(["GET", "POST"])
def teams(request: StaffRequest) -> HttpResponse:
    """List the teams and make one."""
    form = TeamForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            with transaction.atomic():
                team = Team.objects.all().found(form.cleaned_data["name"], by=request.user)
        except IntegrityError:
            form.add_error("name", _taken())
        else:
            messages.success(request, _("Choose who is in it"))
            return redirect("team", team.pk)
    rows = Team.objects.all().with_sizes().order_by("name", "pk")
    context = {
        "form": form,
        "teams": [team for team in rows if team.archived_at is None],
        "retired": [team for team in rows if team.archived_at is not None],
    }
    return render(request, "accounts/teams.html", context, status=422 if form.is_bound else 200)


@admins_only
@require_http_methods(["GET", "POST"])
@lately_proven
def team(request: StaffRequest, pk: int) -> HttpResponse:
    """Show and change a team."""
    found = get_object_or_404(Team, pk=pk)
    initial = {"name": found.name, "members": found.members.values_list("pk", flat=True)}
    form = MembersForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        # Who cannot sign in stays in it unseen, and comes back as a member when let in again.
        unseen = found.members.filter(is_active=False)
        try:
            with transaction.atomic():
                found.change(form.cleaned_data["name"], [*form.cleaned_data["members"], *unseen], by=request.user)
        except IntegrityError:
            form.add_error("name", _taken())
        else:
            messages.success(request, _("Saved"))
            return redirect("teams")
    context = {"team": found, "form": form}
    return render(request, "accounts/team.html", context, status=422 if form.is_bound else 200)


@admins_only
@require_POST
def retiring(request: StaffRequest, pk: int) -> HttpResponse:
    """Offer a team no more."""
    found = get_object_or_404(Team, pk=pk)
    found.retire(by=request.user)
    text = _("The team %(name)s is retired") % {"name": found.name}
    messages.success(request, text, extra_tags=reverse("team_reviving", args=[pk]))
    return redirect("teams")


@admins_only
@require_POST
def reviving(request: StaffRequest, pk: int) -> HttpResponse:
    """Offer a team again."""
    found = get_object_or_404(Team, pk=pk)
    found.revive(by=request.user)
    text = _("The team %(name)s is back") % {"name": found.name}
    messages.success(request, text, extra_tags=reverse("team_retiring", args=[pk]))
    return redirect("teams")


def _taken() -> str:
    return _("There is a team with this name, maybe a retired one.")
