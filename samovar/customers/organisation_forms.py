"""What people type about organisations and who belongs to them."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from samovar.customers.belonging import Place
from samovar.lib.mail_domains import DOMAIN, PUBLIC
from samovar.lib.text import tidy
from samovar.ui.comparing import Compared


class OrganisationForm(Compared):
    """The name of an organisation and the domain of its e-mail."""

    name = forms.CharField(
        label=pgettext_lazy("of a thing", "Name"), max_length=300, widget=forms.TextInput({"autocomplete": "off"})
    )
    domain = forms.CharField(
        label=_("Domain of its e-mail"),
        max_length=253,
        required=False,
        help_text=_("What stands behind the @, for example aurora.example. Whoever writes from there is proposed."),
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_name(self) -> str:
        """Refuse a name of blanks."""
        name = tidy(self.cleaned_data["name"])
        if not name:
            raise forms.ValidationError(_("Write a name."))
        return name

    def clean_domain(self) -> str:
        """Take the domain of an address as well; refuse one at which anybody may have an address."""
        domain = tidy(self.cleaned_data["domain"]).lower().rpartition("@")[2]
        try:
            domain = domain.encode("idna").decode("ascii")
        except UnicodeError as error:
            raise forms.ValidationError(_no_domain()) from error
        if domain and not DOMAIN.fullmatch(domain):
            raise forms.ValidationError(_no_domain())
        if domain in PUBLIC:
            raise forms.ValidationError(_("Anybody can have an address there."))
        return domain


class PlaceForm(forms.Form):
    """What somebody is in an organisation, and from when to when."""

    role = forms.CharField(
        label=_("Role in the company"), max_length=120, required=False, widget=forms.TextInput({"autocomplete": "off"})
    )
    since_on = forms.DateField(
        label=_("First day"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    until_on = forms.DateField(
        label=_("Last day"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )

    def clean(self) -> dict[str, object]:
        """Refuse an end before the beginning."""
        cleaned = self.cleaned_data
        since_on, until_on = cleaned.get("since_on"), cleaned.get("until_on")
        if since_on and until_on and until_on < since_on:
            self.add_error("until_on", _("It ends before it begins."))
        return cleaned

    @property
    def place(self) -> Place:
        """What was typed."""
        cleaned = self.cleaned_data
        return Place(role=tidy(cleaned["role"]), since_on=cleaned["since_on"], until_on=cleaned["until_on"])


class JoiningForm(PlaceForm):
    """To which organisation somebody belongs; one that nobody knows yet is made."""

    field_order = ("organisation", "role", "since_on", "until_on")
    organisation = forms.CharField(
        label=_("Company or family"), max_length=300, widget=forms.TextInput({"autocomplete": "off"})
    )

    def clean_organisation(self) -> str:
        """Refuse a name of blanks."""
        name = tidy(self.cleaned_data["organisation"])
        if not name:
            raise forms.ValidationError(_("Write a name."))
        return name


def _no_domain() -> str:
    return str(_("This is not a domain. It looks like aurora.example."))
