"""What members of staff type about themselves and each other."""

from collections.abc import Iterable
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from samovar.accounts import first_run
from samovar.accounts.models import Role, User
from samovar.lib.text import tidy

THEMES = [("", _("As the system has it")), ("light", _("Light")), ("dark", _("Dark"))]
NEW_PASSWORD = forms.PasswordInput(attrs={"autocomplete": "new-password"})


def time_zones() -> list[tuple[str, str]]:
    """Return the zones that bear the name of a place, and first the one of the browser."""
    places = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "SystemV/")))
    return [("", str(_("As the browser has it"))), *((zone, zone.replace("_", " ")) for zone in places)]


def languages() -> Iterable[tuple[str, str]]:
    """Return the languages of the interface, each in its own words, and first the one of the browser."""
    names = {"en": "English", "ru": "Русский"}
    return [("", str(_("As the browser has it"))), *((code, names[code]) for code, _name in settings.LANGUAGES)]


class PasswordField(forms.CharField):
    """A new password, with the rules of AUTH_PASSWORD_VALIDATORS in one line."""

    def __init__(self) -> None:
        rules = _("At least 10 characters, not a common word, nothing like the name.")
        super().__init__(label=_("Password"), strip=False, widget=NEW_PASSWORD, help_text=rules)


class WithPassword(forms.Form):
    """A form that sets a password for the person it describes."""

    def clean(self) -> dict[str, object] | None:
        """Hold the password to the rules, which look at name and e-mail too."""
        cleaned = super().clean()
        if password := self.cleaned_data.get("password"):
            try:
                validate_password(password, self.person())
            except forms.ValidationError as error:
                self.add_error("password", error)
        return cleaned

    def person(self) -> User:
        """Return who the password is for; need not be saved."""
        return User(name=self.cleaned_data.get("name", ""), email=self.cleaned_data.get("email", ""))


class CompanyForm(forms.Form):
    """What the company is called."""

    company = forms.CharField(
        label=_("Company"), max_length=200, widget=forms.TextInput({"autocomplete": "organization"})
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
        label=_("Company"), max_length=200, widget=forms.TextInput({"autocomplete": "organization"})
    )
    name = forms.CharField(label=_("Your name"), max_length=200, widget=forms.TextInput({"autocomplete": "name"}))
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


class ProfileForm(forms.Form):
    """The ways of one person."""

    name = forms.CharField(label=_("Name"), max_length=200, widget=forms.TextInput({"autocomplete": "name"}))
    title = forms.CharField(
        label=_("What you do"),
        max_length=120,
        required=False,
        help_text=_("Colleagues find you by it: logistics, oak, returns."),
    )
    language = forms.ChoiceField(label=_("Language"), required=False, choices=languages)
    theme = forms.ChoiceField(label=_("Colours"), required=False, choices=THEMES)
    time_zone = forms.ChoiceField(label=_("Time zone"), required=False, choices=time_zones)
    has_keys = forms.BooleanField(
        label=_("Single-letter keys"), required=False, help_text=_("E resolves, R replies. The key ? shows them all.")
    )

    def clean_name(self) -> str:
        """Refuse a name of blanks."""
        return _some_name(self.cleaned_data["name"])


class PersonForm(WithPassword):
    """A new member of staff."""

    name = forms.CharField(label=_("Name"), max_length=200, widget=forms.TextInput({"autocomplete": "off"}))
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
            raise forms.ValidationError(_("Somebody already signs in with this e-mail."))
        return email


class RoleForm(forms.Form):
    """What somebody may do."""

    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)


class NewPasswordForm(WithPassword):
    """A password that an administrator sets for somebody who forgot theirs."""

    password = PasswordField()

    def __init__(self, user: User, *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self.user = user

    def person(self) -> User:
        """Return whose password it is."""
        return self.user


def _some_name(name: str) -> str:
    if not tidy(name):
        raise forms.ValidationError(_("Write a name."))
    return tidy(name)
