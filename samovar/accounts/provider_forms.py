"""What an administrator types so that the staff can sign in at their company."""

from urllib.parse import urlsplit

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from samovar.accounts.models import Role, StaffProvider
from samovar.accounts.oidc import WELL_KNOWN
from samovar.lib.text import tidy

PLAIN = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


def name_taken() -> str:
    """Return what is said when another provider has a name."""
    return str(_("There is a provider of this name already."))


class StaffProviderForm(forms.Form):
    """A provider of single sign-on. The secret is never shown again."""

    name = forms.CharField(
        label=pgettext_lazy("of a thing", "Name"),
        max_length=60,
        help_text=_("It stands on the button of the sign-in page."),
        widget=forms.TextInput(PLAIN),
    )
    issuer = forms.CharField(
        label=_("Server"),
        max_length=300,
        help_text=_("Of OpenID Connect, for example https://id.example.com/realms/staff"),
        widget=forms.URLInput(PLAIN),
    )
    client_id = forms.CharField(label=_("Application ID"), max_length=300, widget=forms.TextInput(PLAIN))
    client_secret = forms.CharField(
        label=_("Application secret"),
        max_length=300,
        required=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )

    def __init__(self, provider: StaffProvider | None, *args: object) -> None:
        self.provider = provider
        super().__init__(*args)  # type: ignore[arg-type]  # what Django's form takes
        if provider is not None:
            self.initial = {name: getattr(provider, name) for name in ("name", "issuer", "client_id")}
            self.fields["client_secret"].help_text = _("Left empty, the one that is stored stays.")

    def clean_name(self) -> str:
        """Refuse a name that another provider has."""
        name = tidy(self.cleaned_data["name"])
        same = StaffProvider.objects.filter(name__iexact=name).exclude(pk=self.provider.pk if self.provider else 0)
        if not name or same.exists():
            raise forms.ValidationError(name_taken())
        return name

    def clean_issuer(self) -> str:
        """Refuse what anybody on the way could read."""
        url: str = self.cleaned_data["issuer"].strip().removesuffix(WELL_KNOWN).rstrip("/")
        try:
            parts = urlsplit(url)
            is_good = parts.scheme == "https" and bool(parts.hostname) and parts.username is None
            is_good = is_good and not parts.query and not parts.fragment and parts.port in (None, 443)
        except ValueError:
            is_good = False
        if not is_good:
            raise forms.ValidationError(_("Write an address that begins with https://"))
        return url

    def clean(self) -> dict[str, object] | None:
        """Ask for the secret again when it would go to another place than before."""
        cleaned = super().clean()
        stored = self.provider
        is_moved = stored is not None and stored.issuer != self.cleaned_data.get("issuer", stored.issuer)
        if is_moved and stored and stored.sealed_client_secret and not self.cleaned_data.get("client_secret"):
            self.add_error("client_secret", _("Write the secret again: it would go to another place than before."))
        return cleaned


class SignOnDemandForm(forms.Form):
    """Which roles sign in at the provider only."""

    only = forms.MultipleChoiceField(
        label=_("Who signs in at the company only"),
        choices=Role.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("No password and no passkey opens their accounts any more. Whoever is in is signed out once."),
    )
