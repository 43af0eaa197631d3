"""What an administrator types so that people can sign in to mailboxes at Google, Microsoft or elsewhere."""

from urllib.parse import parse_qsl, urlsplit

from django import forms
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from samovar.accounts.models import User
from samovar.channels.models import ChannelAccount, SignInProvider
from samovar.channels.models.provider import LONGEST_URL, SETTINGS

OUTLOOK = "https://outlook.office.com"
# What is the same for everybody; who has a directory of their own at Microsoft puts its id in place of "common".
KNOWN: dict[str, dict[str, str]] = {
    "google": {
        "name": "Google",
        "authorization_url": "https://accounts.google.com/o/oauth2/v2/auth",
        "token_url": "https://oauth2.googleapis.com/token",
        "scopes": "https://mail.google.com/",
        "extras": "access_type=offline&prompt=consent",
    },
    "microsoft": {
        "name": "Microsoft",
        "authorization_url": "https://login.microsoftonline.com/common/oauth2/v2.0/authorize",
        "token_url": "https://login.microsoftonline.com/common/oauth2/v2.0/token",
        "scopes": f"{OUTLOOK}/IMAP.AccessAsUser.All {OUTLOOK}/SMTP.Send offline_access",
        "extras": "prompt=select_account",
    },
}
PLAIN = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
# With another of these it is another provider, to which nothing is shown that was given by the one before.
PLACE = {"authorization_url", "token_url", "client_id"}


def name_taken() -> str:
    """Return what is said when another provider has a name."""
    return str(_("There is a provider of this name already."))


class ProviderForm(forms.Form):
    """A provider: its two addresses, and as which program we are known there. The secret is never shown again."""

    name = forms.CharField(label=pgettext_lazy("of a thing", "Name"), max_length=60, widget=forms.TextInput(PLAIN))
    client_id = forms.CharField(label=_("Application ID"), max_length=LONGEST_URL, widget=forms.TextInput(PLAIN))
    client_secret = forms.CharField(
        label=_("Application secret"),
        max_length=LONGEST_URL,
        required=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )
    authorization_url = forms.CharField(
        label=_("Address where people agree"), max_length=LONGEST_URL, widget=forms.TextInput(PLAIN)
    )
    token_url = forms.CharField(label=_("Address for tokens"), max_length=LONGEST_URL, widget=forms.TextInput(PLAIN))
    scopes = forms.CharField(
        label=_("Scopes"),
        max_length=LONGEST_URL,
        help_text=_("With blanks between: for reading by IMAP, for sending by SMTP, for signing in without a person."),
        widget=forms.TextInput(PLAIN),
    )
    extras = forms.CharField(
        label=_("Further parameters"), max_length=LONGEST_URL, required=False, widget=forms.TextInput(PLAIN)
    )

    def __init__(self, provider: SignInProvider | None, known: str, *args: object) -> None:
        self.provider = provider
        self.signed_out: list[str] = []
        super().__init__(*args)  # type: ignore[arg-type]  # what Django's form takes
        if provider is None:
            self.initial = dict(KNOWN.get(known, {}))
        else:
            self.initial = {name: getattr(provider, name) for name in SETTINGS}
            self.fields["client_secret"].help_text = _("Left empty, the one that is stored stays.")

    def clean_name(self) -> str:
        """Refuse a name that another provider has."""
        name: str = self.cleaned_data["name"]
        same = SignInProvider.objects.filter(name__iexact=name).exclude(pk=self.provider.pk if self.provider else 0)
        if same.exists():
            raise forms.ValidationError(name_taken())
        return name

    def clean_authorization_url(self) -> str:
        """Refuse what anybody on the way could read."""
        return _protected(self.cleaned_data["authorization_url"])

    def clean_token_url(self) -> str:
        """Refuse what anybody on the way could read."""
        return _protected(self.cleaned_data["token_url"])

    def clean_extras(self) -> str:
        """Refuse what is not written as parameters are."""
        extras: str = self.cleaned_data["extras"]
        if extras and not parse_qsl(extras, strict_parsing=False):
            raise forms.ValidationError(_("Write them as in an address: prompt=consent&access_type=offline"))
        return extras

    def clean(self) -> dict[str, object] | None:
        """Ask for the secret again when it would go to another place than before."""
        cleaned = super().clean()
        stored = self.provider
        is_moved = stored is not None and stored.token_url != self.cleaned_data.get("token_url", stored.token_url)
        if is_moved and stored and stored.sealed_client_secret and not self.cleaned_data.get("client_secret"):
            self.add_error("client_secret", _("Write the secret again: it would go to another place than before."))
        return cleaned

    @transaction.atomic
    def save(self, by: User) -> SignInProvider:
        """Store the provider as typed; ``signed_out`` tells to which mailboxes people have to sign in again.

        Raises IntegrityError when another provider has that name.
        """
        provider = self.provider or SignInProvider()
        if provider.pk and PLACE & set(self.changed_data):
            self.signed_out = ChannelAccount.objects.all().sign_out_of(provider)
        provider.describe(self.cleaned_data, by)
        return provider


def _protected(url: str) -> str:
    try:
        parts = urlsplit(url)
        is_good = parts.scheme == "https" and bool(parts.hostname) and parts.username is None
        is_good = is_good and not parts.fragment and parts.port in (None, 443)
    except ValueError:
        is_good = False
    if not is_good:
        raise forms.ValidationError(_("Write an address that begins with https://"))
    return url
