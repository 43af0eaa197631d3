"""What is typed to invite people, and to accept an invitation."""

from email.utils import getaddresses

from django import forms
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from samovar.accounts.inviting import Guest, Place
from samovar.accounts.models import Invitation, Role, Team, User
from samovar.accounts.new_passwords import PasswordField, WithPassword
from samovar.accounts.voices import no_address
from samovar.lib.text import tidy

MOST_AT_ONCE = 50
LONGEST_NAME = 200


class InviteForm(forms.Form):
    """Whom to invite, and to what."""

    addresses = forms.CharField(
        label=_("E-mail addresses"),
        max_length=20_000,
        help_text=_("One or several, with names or without: olga@company.example, Ivan Petrov <ivan@company.example>"),
        widget=forms.Textarea({"rows": 3, "autocomplete": "off", "spellcheck": "false"}),
    )
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.AGENT)
    teams = forms.ModelMultipleChoiceField(
        label=_("Teams"), queryset=Team.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]  # what Django's form takes
        teams = Team.objects.filter(archived_at=None).order_by("name")
        if teams:
            self.fields["teams"].queryset = teams  # type: ignore[attr-defined]  # the stubs know a plain field
        else:
            del self.fields["teams"]

    def clean_addresses(self) -> list[Guest]:
        """Take the text apart; refuses what is no address, and whoever signs in already."""
        typed = self.cleaned_data["addresses"].replace("\n", ",").replace("\r", "").replace(";", ",")
        guests = {email.lower(): Guest(email.lower(), tidy(name)[:LONGEST_NAME]) for name, email in _pairs(typed)}
        if not guests:
            raise forms.ValidationError(_("Write at least one address."))
        if len(guests) > MOST_AT_ONCE:
            raise forms.ValidationError(_("At most %(most)s at once.") % {"most": MOST_AT_ONCE})
        for email in guests:
            _check_address(email)
        known = User.objects.filter(email__in=guests).order_by("email").values_list("email", flat=True)
        if known:
            raise forms.ValidationError(_("Sign in already: %(who)s") % {"who": ", ".join(known)})
        return list(guests.values())

    @property
    def guests(self) -> list[Guest]:
        """Who is to be invited."""
        guests: list[Guest] = self.cleaned_data["addresses"]
        return guests

    @property
    def place(self) -> Place:
        """What they are invited to."""
        return Place(self.cleaned_data["role"], list(self.cleaned_data.get("teams", ())))


class AcceptForm(WithPassword):
    """How the invited is called, and their password."""

    name = forms.CharField(
        label=_("Your name"), max_length=200, validators=[no_address], widget=forms.TextInput({"autocomplete": "name"})
    )
    password = PasswordField()

    def __init__(self, invitation: Invitation, *args: object) -> None:
        super().__init__(*args, initial={"name": invitation.name})  # type: ignore[arg-type, misc]  # what Django's form takes
        self.invitation = invitation

    def clean_name(self) -> str:
        """Refuse a name of blanks."""
        if not (name := tidy(self.cleaned_data["name"])):
            raise forms.ValidationError(_("Write a name."))
        return name

    def person(self) -> User:
        """Return who the password is for."""
        return User(name=self.cleaned_data.get("name", ""), email=self.invitation.email)


def _pairs(typed: str) -> list[tuple[str, str]]:
    pieces = [piece.strip() for piece in typed.split(",") if piece.strip()]
    found = [(piece, *next(iter(getaddresses([piece])), ("", ""))) for piece in pieces]
    # What was meant as an address and is none must not vanish.
    return [(name, email) if "@" in email else ("", piece) for piece, name, email in found]


def _check_address(email: str) -> None:
    try:
        validate_email(email)
    except forms.ValidationError as error:
        raise forms.ValidationError(_("This is no e-mail address: %(text)s") % {"text": email[:100]}) from error
