"""What people type about a saved view."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from samovar.accounts.models import Team, User
from samovar.conversations.models import SavedView
from samovar.conversations.models.saved_view import LONGEST_NAME, Naming
from samovar.lib.text import tidy

MINE, EVERYBODY, TEAM = "mine", "everybody", "team-"


class ViewForm(forms.Form):
    """What a view is called and who has it; ``version`` is what it was when they began."""

    name = forms.CharField(
        label=pgettext_lazy("of a thing", "Name"),
        max_length=LONGEST_NAME,
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    scope = forms.ChoiceField(label=gettext_lazy("Who has it"))
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *given: Any, by: User, **more: Any) -> None:
        super().__init__(*given, **more)
        self._by = by
        scope: Any = self.fields["scope"]
        scope.choices = scopes(by)

    def clean_name(self) -> str:
        """Return the name on one line."""
        if name := tidy(self.cleaned_data["name"]):
            return name
        raise forms.ValidationError(_("Write what it is called."))

    @property
    def naming(self) -> Naming:
        """What was typed."""
        scope = self.cleaned_data["scope"]
        return Naming(
            name=self.cleaned_data["name"],
            owner=self._by if scope == MINE else None,
            team=Team.objects.get(pk=int(scope.removeprefix(TEAM))) if scope.startswith(TEAM) else None,
        )


def initial(view: SavedView) -> dict[str, object]:
    """Return what the form of a view shows at first."""
    scope = f"{TEAM}{view.team_id}" if view.team_id else EVERYBODY if view.is_shared else MINE
    return {"name": view.name, "scope": scope, "version": view.version}


def scopes(by: User) -> list[tuple[str, str]]:
    """Return who may have a view that ``by`` saves: only who leads decides what others see."""
    mine = (MINE, _("Only I"))
    if not by.can_lead:
        return [mine]
    teams = Team.objects.all().in_use().order_by("name", "pk")
    of_teams = ((f"{TEAM}{team.pk}", _("The team %(name)s") % {"name": team.name}) for team in teams)
    return [mine, *of_teams, (EVERYBODY, _("Everybody"))]
