"""What members of staff type about themselves and each other."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.utils import dates
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from samovar.accounts import first_run
from samovar.accounts.models import Role, User
from samovar.accounts.new_passwords import PasswordField, WithPassword
from samovar.accounts.time_zones import places
from samovar.accounts.topic_forms import SaysTopics, TopicsField
from samovar.accounts.voices import no_address, tidy_signature
from samovar.lib.business_time import DAYS
from samovar.lib.text import tidy
from samovar.ui.comparing import Compared

UNDO_SECONDS = (5, 10, 20, 30, 60)
DENSITIES = [("", _("Comfortable")), ("compact", _("Compact, with more on a screen"))]
THEMES = [("", _("As the system has it")), ("light", _("Light")), ("dark", _("Dark"))]


def time_zones() -> list[tuple[str, str]]:
    """Return the zones that bear the name of a place, and first the one of the browser."""
    return [("", str(_("As the browser has it"))), *places()]


def undo_choices() -> list[tuple[int, str]]:
    """Return for how long somebody may want to be able to take back what they have sent."""
    within = (ngettext("within %(count)d second", "within %(count)d seconds", count) for count in UNDO_SECONDS)
    timed = (text % {"count": count} for text, count in zip(within, UNDO_SECONDS, strict=True))
    return [(0, gettext("Not possible: it leaves at once")), *zip(UNDO_SECONDS, timed, strict=True)]


def email_taken() -> str:
    """Return what is said when somebody else has an address."""
    return str(_("Somebody already signs in with this e-mail."))


def languages() -> Iterable[tuple[str, str]]:
    """Return the languages of the interface, each in its own words, and first the one of the browser."""
    names = {"en": "English", "ru": "Русский"}
    return [("", str(_("As the browser has it"))), *((code, names[code]) for code, _name in settings.LANGUAGES)]


class CompanyForm(Compared):
    """What the company is called."""

    company = forms.CharField(
        label=_("Company"),
        max_length=200,
        validators=[no_address],
        widget=forms.TextInput({"autocomplete": "organization"}),
    )

    def clean_company(self) -> str:
        """Take out what nobody sees."""
        return tidy(self.cleaned_data["company"])


class WelcomeForm(WithPassword):
    """The first run: proof of access, the company, the first administrator."""

    code = forms.CharField(
        label=_("Setup code"),
        max_length=40,
        help_text=_("Samovar prints it where it was started."),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autocapitalize": "characters"}),
    )
    company = forms.CharField(
        label=_("Company"),
        max_length=200,
        validators=[no_address],
        widget=forms.TextInput({"autocomplete": "organization"}),
    )
    name = forms.CharField(
        label=_("Your name"), max_length=200, validators=[no_address], widget=forms.TextInput({"autocomplete": "name"})
    )
    email = forms.EmailField(
        label=_("Your e-mail"), max_length=254, widget=forms.EmailInput({"autocomplete": "username"})
    )
    password = PasswordField()

    def clean_code(self) -> str:
        """Refuse every code but the one."""
        code: str = self.cleaned_data["code"]
        if not first_run.is_right(code):
            raise forms.ValidationError(_("This is not the setup code. It looks like K7PQ-M3XW."))
        return code


class ProfileForm(SaysTopics):
    """The ways of one person."""

    name = forms.CharField(
        label=_("Name"), max_length=200, validators=[no_address], widget=forms.TextInput({"autocomplete": "name"})
    )
    public_name = forms.CharField(
        label=_("Name that customers see"),
        max_length=100,
        required=False,
        validators=[no_address],
        help_text=_("Left empty, it is your name."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    title = forms.CharField(
        label=_("What you do"),
        max_length=120,
        required=False,
        help_text=_("Colleagues find you by it: logistics, oak, returns."),
    )
    topics = TopicsField(
        label=_("What you know about"),
        required=False,
        max_length=1000,
        help_text=_("A few words with commas between them. Colleagues bring you in as an expert for these."),
        show_hidden_initial=True,
    )
    signature = forms.CharField(
        label=_("Own signature"),
        required=False,
        help_text=_(
            "It stands under your letters instead of the lines with {name} and {title} in the signature of the brand."
        ),
        widget=forms.Textarea({"rows": 3}),
    )
    language = forms.ChoiceField(label=_("Language"), required=False, choices=languages)
    theme = forms.ChoiceField(label=_("Colours"), required=False, choices=THEMES)
    density = forms.ChoiceField(label=_("Density"), required=False, choices=DENSITIES)
    time_zone = forms.ChoiceField(label=_("Time zone"), required=False, choices=time_zones)
    has_keys = forms.BooleanField(
        label=_("Single-letter keys"), required=False, help_text=_("E resolves, R replies. The key ? shows them all.")
    )

    undo_seconds = forms.TypedChoiceField(
        label=_("Taking back what was sent"),
        required=False,
        coerce=int,
        empty_value="10",
        choices=undo_choices,
        help_text=_("So long a reply waits after you have sent it, and Z brings it back."),
    )

    quiet_from = forms.TimeField(
        label=_("Quiet from"), required=False, widget=forms.TimeInput({"type": "time"}, "%H:%M")
    )
    quiet_to = forms.TimeField(
        label=_("Quiet until"),
        required=False,
        help_text=_("Each night, in your time zone. What can wait is told when it is over."),
        widget=forms.TimeInput({"type": "time"}, "%H:%M"),
    )
    quiet_days = forms.MultipleChoiceField(
        label=_("Quiet days"),
        required=False,
        choices=[(str(day), name) for day, name in dates.WEEKDAYS.items()],
        widget=forms.CheckboxSelectMultiple,
    )
    is_quiet_with_team = forms.BooleanField(
        label=_("Quiet outside the working hours of my team"),
        required=False,
        help_text=_(
            "Without a team, or where it has none of its own, those of the company. They count besides the above."
        ),
    )

    def clean(self) -> dict[str, Any] | None:
        """Ask for both ends of the quiet hours, or for none."""
        cleaned = super().clean()
        begins, ends = self.cleaned_data.get("quiet_from"), self.cleaned_data.get("quiet_to")
        if (begins is None) != (ends is None) and "quiet_from" not in self.errors and "quiet_to" not in self.errors:
            self.add_error("quiet_from" if begins is None else "quiet_to", _("Say from when and until when."))
        if begins is not None and begins == ends:
            self.add_error("quiet_to", _("Choose another end: this would be the whole day."))
        return cleaned

    def clean_quiet_days(self) -> str:
        """Return the days as one text; with all seven nobody would ever be told of anything."""
        days = "".join(sorted(self.cleaned_data["quiet_days"]))
        if len(days) == DAYS:
            raise forms.ValidationError(_("Leave at least one day."))
        return days

    def clean_name(self) -> str:
        """Refuse a name of blanks."""
        return _some_name(self.cleaned_data["name"])

    def clean_public_name(self) -> str:
        """Take out what nobody sees."""
        return tidy(self.cleaned_data["public_name"])

    def clean_signature(self) -> str:
        """Refuse what nobody could fill in."""
        return tidy_signature(self.cleaned_data["signature"])


class PersonForm(WithPassword):
    """A new member of staff."""

    name = forms.CharField(
        label=_("Name"), max_length=200, validators=[no_address], widget=forms.TextInput({"autocomplete": "off"})
    )
    email = forms.EmailField(label=_("E-mail"), max_length=254, widget=forms.EmailInput({"autocomplete": "off"}))
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.AGENT)
    password = PasswordField()

    def clean_name(self) -> str:
        """Refuse a name of blanks."""
        return _some_name(self.cleaned_data["name"])

    def clean_email(self) -> str:
        """Refuse an address that somebody has."""
        email: str = self.cleaned_data["email"]
        if User.objects.filter(email__iexact=email).exists():
            raise forms.ValidationError(email_taken())
        return email


class RoleForm(forms.Form):
    """What somebody may do."""

    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)


class NewPasswordForm(WithPassword):
    """A password that an administrator sets for somebody who forgot theirs."""

    password = PasswordField()

    def __init__(self, user: User, *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]  # what Django's form takes
        self.user = user

    def person(self) -> User:
        """Return whose password it is."""
        return self.user


def _some_name(name: str) -> str:
    if not tidy(name):
        raise forms.ValidationError(_("Write a name."))
    return tidy(name)
