"""What people type about a macro."""

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from samovar.accounts.models import Team, User
from samovar.conversations import causes, placeholders
from samovar.conversations.macro_steps import ANSWERING, ME, NOBODY, SNOOZES, Step, in_order, named
from samovar.conversations.models import Cause, Macro, Tag
from samovar.conversations.models.macro import KEYS, LANGUAGES, Wording
from samovar.conversations.models.prioritising import Priority
from samovar.lib.text import storable, tidy

LONGEST_TEXT = 20_000
MOST_TAGS = 10
NO_STEP, NO_ONE = "-", "nobody"
# Steps of which there is one choice each.
CHOSEN = ("assign", "team", "cause", "priority", "snooze")
MINE, EVERYBODY, TEAM = "mine", "everybody", "team-"
SEPARATOR = ", "


class MacroForm(forms.Form):
    """A macro as somebody words it; ``version`` is what it was when they began."""

    name = forms.CharField(
        label=pgettext_lazy("of a thing", "Name"), max_length=80, widget=forms.TextInput({"autocomplete": "off"})
    )
    shortcut = forms.RegexField(
        r"^[\w-]*$",
        label=gettext_lazy("Letters that find it at once"),
        max_length=20,
        required=False,
        error_messages={"invalid": gettext_lazy("Only letters, figures and hyphens.")},
        help_text=gettext_lazy("Typed after / they come first: /ty."),
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )
    text = forms.CharField(
        label=gettext_lazy("Text"),
        max_length=LONGEST_TEXT,
        required=False,
        strip=False,
        widget=forms.Textarea({"rows": 8}),
        help_text=gettext_lazy("It may be empty if there are steps: then they are done at once."),
    )
    tags = forms.CharField(
        label=gettext_lazy("Put on tags"),
        max_length=600,
        required=False,
        help_text=gettext_lazy("Names with commas between them."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    untags = forms.CharField(
        label=gettext_lazy("Take off tags"),
        max_length=600,
        required=False,
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    assign = forms.ChoiceField(label=gettext_lazy("Assign"), required=False)
    team = forms.ChoiceField(label=gettext_lazy("Give to a team"), required=False)
    cause = forms.ChoiceField(label=gettext_lazy("Cause"), required=False)
    priority = forms.ChoiceField(label=gettext_lazy("Priority"), required=False)
    snooze = forms.ChoiceField(label=gettext_lazy("Snooze"), required=False)
    resolve = forms.BooleanField(label=gettext_lazy("Resolve"), required=False)
    scope = forms.ChoiceField(label=gettext_lazy("Who has it"))
    language = forms.ChoiceField(
        label=gettext_lazy("Language"), choices=[("", gettext_lazy("Any")), *LANGUAGES], required=False
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *given: Any, by: User, **more: Any) -> None:
        super().__init__(*given, **more)
        self._by = by
        self._found: dict[str, list[Tag]] = {}
        unchanged = (NO_STEP, _("leave as it is"))
        people = User.objects.filter(is_active=True, role__in=ANSWERING).order_by("sort_key", "pk")
        choices: dict[str, Sequence[tuple[Any, Any]]] = {
            "assign": [
                unchanged,
                (ME, _("whoever applies it")),
                (NO_ONE, _("nobody")),
                *((str(person.pk), person.name) for person in people),
            ],
            "team": [unchanged, *((str(team.pk), team.name) for team in Team.objects.all().in_use().order_by("name"))],
            "cause": [unchanged, *_causes()],
            "priority": [unchanged, *((str(value), label) for value, label in Priority.choices)],
            "snooze": [unchanged, *SNOOZES.items()],
            "scope": _scopes(by),
        }
        for name, offered in choices.items():
            field: Any = self.fields[name]
            field.choices = offered
        # A company that does without causes chooses none; what a macro has of it already stays in sight.
        if not by.parts["causes"] and (self.data or self.initial).get("cause", NO_STEP) in ("", NO_STEP):
            del self.fields["cause"]

    def clean_name(self) -> str:
        """Return the name on one line."""
        return _said(tidy(self.cleaned_data["name"]))

    def clean_text(self) -> str:
        """Refuse placeholders that nobody knows."""
        text = storable(self.cleaned_data["text"].replace("\r\n", "\n")).strip("\n")
        if wrong := placeholders.mistakes(text):
            raise forms.ValidationError(wrong)
        return text if text.strip() else ""

    def clean_tags(self) -> str:
        """Find the tags by their names."""
        return self._tags("tags")

    def clean_untags(self) -> str:
        """Find the tags by their names."""
        return self._tags("untags")

    def clean(self) -> dict[str, Any] | None:
        """Ask for a text or a step, and for steps that make sense together."""
        cleaned = super().clean()
        if not self.errors:
            if not self.cleaned_data["text"] and not self._steps():
                raise forms.ValidationError(_("Write a text or choose a step."))
            if self.cleaned_data["resolve"] and self.cleaned_data["snooze"] in SNOOZES:
                self.add_error("snooze", _("What is resolved cannot be snoozed. Choose one of both."))
        return cleaned

    @property
    def wording(self) -> Wording:
        """What was typed."""
        cleaned = self.cleaned_data
        scope = cleaned["scope"]
        return Wording(
            name=cleaned["name"],
            shortcut=cleaned["shortcut"],
            text=cleaned["text"],
            steps=[(step.kind, step.value) for step in self._steps()],
            owner=self._by if scope == MINE else None,
            team=Team.objects.get(pk=int(scope.removeprefix(TEAM))) if scope.startswith(TEAM) else None,
            language=cleaned["language"],
        )

    def _steps(self) -> list[Step]:
        cleaned = self.cleaned_data
        found = [Step("tag", str(tag.pk)) for tag in self._found["tags"]]
        found += [Step("untag", str(tag.pk)) for tag in self._found["untags"]]
        if cleaned["assign"] not in ("", NO_STEP):
            found.append(Step("assign", NOBODY if cleaned["assign"] == NO_ONE else cleaned["assign"]))
        found += [
            Step(kind, cleaned[kind])
            for kind in CHOSEN
            if kind != "assign" and cleaned.get(kind) not in (None, "", NO_STEP)
        ]
        if cleaned["resolve"]:
            found.append(Step("resolve"))
        return in_order(found)

    def _tags(self, field: str) -> str:
        names = list(dict.fromkeys(filter(None, map(tidy, self.cleaned_data[field].split(",")))))
        if len(names) > MOST_TAGS:
            raise forms.ValidationError(_("At most %(most)d tags.") % {"most": MOST_TAGS})
        self._found[field] = [_tag_called(name) for name in names]
        return SEPARATOR.join(tag.name for tag in self._found[field])


class KeyForm(forms.Form):
    """By which digit somebody reaches a macro."""

    digit = forms.TypedChoiceField(
        label=gettext_lazy("Your own key"),
        choices=[("", gettext_lazy("none")), *((str(digit), format_lazy("B {}", digit)) for digit in KEYS)],
        required=False,
        coerce=int,
        empty_value=None,
    )


def initial(macro: Macro) -> dict[str, object]:
    """Return what the form of a macro shows at first."""
    known: dict[str, list[str]] = {}
    for step in named(macro.steps):
        known.setdefault(step.kind, []).append(step.name if step.kind in ("tag", "untag") else step.value)
    scope = TEAM + str(macro.team_id) if macro.team_id else EVERYBODY if macro.is_shared else MINE
    chosen = {name: known.get(name, [NO_STEP])[0] for name in CHOSEN}
    return {
        "name": macro.name,
        "shortcut": macro.shortcut,
        "text": macro.text,
        "tags": SEPARATOR.join(known.get("tag", [])),
        "untags": SEPARATOR.join(known.get("untag", [])),
        **chosen,
        "assign": chosen["assign"] or NO_ONE,
        "resolve": "resolve" in known,
        "scope": scope,
        "language": macro.language,
        "version": macro.version,
    }


def _causes() -> list[tuple[str, str]]:
    """Return the causes in the order of their tree, each part behind the name of what it stands below."""
    found = causes.in_tree_order(Cause.objects.all().in_use().in_order())
    return [(str(one.pk), f"{one.parent} › {one}" if one.parent else str(one)) for one in found]


def _scopes(by: User) -> list[tuple[str, str]]:
    mine = (MINE, _("Only I"))
    if not by.can_lead:
        return [mine]
    teams = Team.objects.all().in_use().order_by("name", "pk")
    of_teams = ((f"{TEAM}{team.pk}", _("The team %(name)s") % {"name": team.name}) for team in teams)
    return [mine, *of_teams, (EVERYBODY, _("Everybody"))]


def _said(name: str) -> str:
    if not name:
        raise forms.ValidationError(_("Write what it is called."))
    return name


def _tag_called(name: str) -> Tag:
    found = Tag.objects.all().called(name).select_related("merged_into").first()
    tag = found.now if found else None
    if tag is not None and tag.archived_at is None:
        return tag
    nearest = get_close_matches(name, Tag.objects.all().in_use().values_list("name", flat=True), n=1)
    if nearest:
        said = _("There is no tag %(name)s. Did you mean %(nearest)s?")
        raise forms.ValidationError(said % {"name": name, "nearest": nearest[0]})
    raise forms.ValidationError(_("There is no tag %(name)s.") % {"name": name})
