"""What an administrator types to connect a mailbox."""

from dataclasses import asdict

from django import forms
from django.utils.translation import gettext_lazy as _

from samovar.channels.models import ChannelAccount
from samovar.channels.models.account import Security
from samovar.channels.providers import servers_of
from samovar.conversations.models import Inbox
from samovar.lib.text import tidy

LOOPBACK = ("localhost", "127.0.0.1", "::1")
INBOX_FIELDS = ("name", "address", "sender_name")
ACCOUNT_FIELDS = (
    "user_name",
    "imap_host",
    "imap_port",
    "imap_security",
    "smtp_host",
    "smtp_port",
    "smtp_security",
    "folder",
    "has_plus_addresses",
    "trusted_checker",
)
PLAIN = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


class MailboxForm(forms.Form):
    """A mailbox: its address, who is seen to write, and how to sign in. The password is never shown again."""

    address = forms.EmailField(label=_("Address that customers write to"), widget=forms.EmailInput(PLAIN))
    name = forms.CharField(label=_("Name for the team"), max_length=100, widget=forms.TextInput(PLAIN))
    sender_name = forms.CharField(
        label=_("Name that customers see"), max_length=100, required=False, widget=forms.TextInput(PLAIN)
    )
    user_name = forms.CharField(
        label=_("User name"),
        max_length=255,
        required=False,
        help_text=_("Left empty, it is the address."),
        widget=forms.TextInput(PLAIN),
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=500,
        required=False,
        help_text=_("Large providers want a password of its own for each program: look for “app password” there."),
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )
    imap_host = forms.CharField(label=_("Incoming server (IMAP)"), max_length=255, widget=forms.TextInput(PLAIN))
    imap_port = forms.IntegerField(label=_("Port"), initial=993, min_value=1, max_value=65535)
    imap_security = forms.ChoiceField(label=_("Protection"), choices=Security.choices, initial=Security.TLS)
    smtp_host = forms.CharField(label=_("Outgoing server (SMTP)"), max_length=255, widget=forms.TextInput(PLAIN))
    smtp_port = forms.IntegerField(label=_("Port"), initial=465, min_value=1, max_value=65535)
    smtp_security = forms.ChoiceField(label=_("Protection"), choices=Security.choices, initial=Security.TLS)
    folder = forms.CharField(label=_("Folder"), max_length=255, initial="INBOX", widget=forms.TextInput(PLAIN))
    has_plus_addresses = forms.BooleanField(
        label=_("Mail to name+anything@ comes here too"),
        required=False,
        help_text=_(
            "Then every answer finds its conversation, whatever mail programs do to it. It is so at Gmail, Fastmail, "
            "Microsoft 365, iCloud and Yandex. Elsewhere try it first with a mail to name+test@: where it is refused, "
            "answers of customers would be lost."
        ),
    )
    trusted_checker = forms.CharField(
        label=_("Server whose verdict on senders we believe"),
        max_length=255,
        required=False,
        help_text=_("The first word of Authentication-Results in your mail. Left empty, no sender counts as verified."),
        widget=forms.TextInput(PLAIN),
    )

    def __init__(self, account: ChannelAccount | None, *args: object) -> None:
        self.account = account
        super().__init__(*args)  # type: ignore[arg-type]
        if account is not None:
            self.initial = {name: getattr(account.inbox, name) for name in INBOX_FIELDS}
            self.initial |= {name: getattr(account, name) for name in ACCOUNT_FIELDS}
            self.fields["password"].help_text = _("Left empty, the one that is stored stays.")

    def clean_address(self) -> str:
        """Refuse an address that another inbox has."""
        address: str = self.cleaned_data["address"]
        found = ChannelAccount.objects.filter(inbox__address__iexact=address).first()
        if found is not None and found != self.account:
            raise forms.ValidationError(_("Another mailbox has this address. It may be among the archived ones."))
        return address

    def clean_name(self) -> str:
        """Refuse a name of blanks."""
        if not tidy(self.cleaned_data["name"]):
            raise forms.ValidationError(_("Name the mailbox."))
        return tidy(self.cleaned_data["name"])

    def clean(self) -> dict[str, object] | None:
        """Ask for the password unless it goes where it went before, and for protection when it leaves this machine."""
        cleaned = super().clean()
        if not self.cleaned_data.get("password") and not self.errors:
            if self.account is None:
                self.add_error("password", _("Write the password of the mailbox."))
            elif self._confided_to() != self.account.confided_to:
                self.add_error("password", _("Write the password again: it would go to another place than before."))
        for server in ("imap", "smtp"):
            is_open = self.cleaned_data.get(f"{server}_security") == Security.NONE
            if is_open and self.cleaned_data.get(f"{server}_host") not in LOOPBACK:
                self.add_error(f"{server}_security", _("Without protection anybody on the way can read the password."))
        return cleaned

    def _confided_to(self) -> tuple[object, ...]:
        names = ("imap_host", "imap_port", "imap_security", "smtp_host", "smtp_port", "smtp_security", "user_name")
        typed = ChannelAccount(**{name: self.cleaned_data[name] for name in names})
        typed.user_name = typed.user_name or self.cleaned_data["address"]
        return typed.confided_to

    def filled(self) -> ChannelAccount:
        """Return the mailbox as typed, with its inbox, neither of them stored."""
        typed = self.cleaned_data
        account = self.account or ChannelAccount()
        # An inbox may stand there without a mailbox, with mail that was imported.
        known = Inbox.objects.filter(address__iexact=typed["address"]).first() or Inbox()
        inbox = self.account.inbox if self.account else known
        for name in INBOX_FIELDS:
            setattr(inbox, name, typed[name])
        for name in ACCOUNT_FIELDS:
            setattr(account, name, typed[name])
        account.inbox = inbox
        account.user_name = account.user_name or inbox.address
        if typed["password"]:
            account.password = typed["password"]
        return account


def with_servers(typed: dict[str, str]) -> dict[str, object]:
    """Return what was typed, with the servers of the address's provider if we know it and none were typed."""
    found = servers_of(typed.get("address", ""))
    if found is None or typed.get("imap_host") or typed.get("smtp_host"):
        return dict(typed)
    return {**typed, "imap_port": 993, "imap_security": Security.TLS, **asdict(found)}
