"""What an administrator types to connect a mailbox."""

import re
from dataclasses import asdict
from datetime import datetime, timedelta

from django import forms
from django.core.validators import validate_email
from django.db import models
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from samovar.accounts.voices import no_address
from samovar.channels.models import ChannelAccount, SignInProvider
from samovar.channels.models.account import Security
from samovar.channels.providers import servers_of
from samovar.conversations.models import Inbox, InboxAddress
from samovar.lib.text import tidy
from samovar.ui.comparing import Compared

LOOPBACK = ("localhost", "127.0.0.1", "::1")
INBOX_FIELDS = ("name", "address", "sender_name")
ACCOUNT_FIELDS = (
    "user_name",
    "provider",
    "imap_host",
    "imap_port",
    "imap_security",
    "smtp_host",
    "smtp_port",
    "smtp_security",
    "folder",
    "has_plus_addresses",
    "takes_verp",
    "most_a_minute",
    "most_a_day",
    "trusted_checker",
)
BETWEEN = re.compile(r"[\s,;]+")
MOST_A_MINUTE, USUAL_DAYS = 100, 30
LONGEST_NAME = 100
PLAIN = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


class ReadFrom(models.TextChoices):
    """From when on the mail of a new mailbox is read."""

    NOW = "now", _("From now on")
    DAYS = "days", _("Also that of the last days")
    EVERYTHING = "everything", _("Everything that is there")


def address_taken() -> str:
    """Return what is said when another mailbox has an address."""
    return str(_("Another mailbox has this address. It may be among the archived ones."))


class MailboxForm(Compared):
    """A mailbox: its address, who is seen to write, and how to sign in. The password is never shown again."""

    address = forms.EmailField(label=_("Address that customers write to"), widget=forms.EmailInput(PLAIN))
    others = forms.CharField(
        label=_("Further addresses"),
        max_length=10_000,
        required=False,
        help_text=_("One per line: addresses whose mail comes to this mailbox too. We answer from the one above."),
        widget=forms.Textarea({**PLAIN, "rows": 2}),
    )
    name = forms.CharField(
        label=_("Name for the team"),
        max_length=LONGEST_NAME,
        required=False,
        help_text=_("Left empty, it is the address."),
        widget=forms.TextInput(PLAIN),
    )
    sender_name = forms.CharField(
        label=_("Name that customers see"),
        max_length=100,
        required=False,
        validators=[no_address],
        help_text=_("Left empty, it is the name of its brand."),
        widget=forms.TextInput(PLAIN),
    )
    user_name = forms.CharField(
        label=_("User name"),
        max_length=255,
        required=False,
        help_text=_("Left empty, it is the address."),
        widget=forms.TextInput(PLAIN),
    )
    provider = forms.ModelChoiceField(
        SignInProvider.objects.all(), label=_("Way to sign in"), required=False, empty_label=_("Password")
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=500,
        required=False,
        help_text=_("Large providers want a password of its own for each program: look for “app password” there."),
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )
    read_from = forms.ChoiceField(
        label=_("Read mail"),
        choices=ReadFrom.choices,
        initial=ReadFrom.NOW,
        required=False,
        help_text=_(
            "Older mail and what was sent come in as history: nobody is reminded of it and nobody is answered."
        ),
    )
    read_days = forms.IntegerField(
        label=_("How many days"), initial=USUAL_DAYS, min_value=1, max_value=36_500, required=False
    )
    imap_host = forms.CharField(
        label=_("Incoming server (IMAP)"), max_length=255, widget=forms.TextInput({**PLAIN, "list": "imap-guesses"})
    )
    imap_port = forms.IntegerField(label=_("Port"), initial=993, min_value=1, max_value=65535)
    imap_security = forms.ChoiceField(label=_("Protection"), choices=Security.choices, initial=Security.TLS)
    smtp_host = forms.CharField(
        label=_("Outgoing server (SMTP)"), max_length=255, widget=forms.TextInput({**PLAIN, "list": "smtp-guesses"})
    )
    smtp_port = forms.IntegerField(label=_("Port"), initial=465, min_value=1, max_value=65535)
    smtp_security = forms.ChoiceField(label=_("Protection"), choices=Security.choices, initial=Security.TLS)
    folder = forms.CharField(label=_("Folder"), max_length=255, initial="INBOX", widget=forms.TextInput(PLAIN))
    has_plus_addresses = forms.BooleanField(
        label=_("Mail to name+anything@ comes here too"),
        required=False,
        help_text=_(
            "Then every answer finds its conversation, whatever mail programs do to it. The test finds out whether it "
            "is so: where such mail is refused, answers of customers would be lost."
        ),
    )
    takes_verp = forms.BooleanField(
        label=_("Mail may leave as name+anything@"),
        required=False,
        help_text=_("Then whatever comes back undelivered is recognised. The test finds out whether it is so."),
    )
    most_a_minute = forms.IntegerField(
        label=_("Most mails a minute"), initial=MOST_A_MINUTE, min_value=1, max_value=10_000, required=False
    )
    most_a_day = forms.IntegerField(
        label=_("Most mails a day"),
        min_value=1,
        max_value=10_000_000,
        required=False,
        help_text=_("Left empty, there is no limit. Providers shut out mailboxes that send more than they allow."),
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
        super().__init__(*args)
        if account is not None:
            self.initial = {name: getattr(account.inbox, name) for name in INBOX_FIELDS}
            self.initial |= {name: getattr(account, name) for name in ACCOUNT_FIELDS}
            del self.fields["read_from"], self.fields["read_days"]
            self.initial["others"] = "\n".join(account.inbox.addresses[1:])
            self.fields["password"].help_text = _("Left empty, the one that is stored stays.")
            self.fields["password"].show_hidden_initial = False
        else:
            # Nobody else can have changed what is not there yet.
            for field in self.fields.values():
                field.show_hidden_initial = False

    def fill(self, typed: QueryDict) -> None:
        """Show what was typed so far, the servers of a well-known address among it, and compare it with what it was."""
        self.initial = _with_servers({name: str(value) for name, value in typed.items()})
        # Not bound: nothing of it is checked yet.
        self.data = typed
        for name, field in self.fields.items():
            field.show_hidden_initial = self.add_initial_prefix(name) in typed

    def clean_address(self) -> str:
        """Refuse an address that another inbox has."""
        address: str = self.cleaned_data["address"]
        found = ChannelAccount.objects.filter(inbox__address__iexact=address).first()
        further = InboxAddress.objects.filter(address=address.lower()).first()
        is_further = further is not None and (self.account is None or further.inbox_id != self.account.inbox_id)
        if is_further or (found is not None and found != self.account):
            raise forms.ValidationError(address_taken())
        return address

    def clean_others(self) -> str:
        """Return one further address a line; refuse what is none, and what another inbox has."""
        others = list(dict.fromkeys(word.lower() for word in BETWEEN.split(self.cleaned_data["others"]) if word))
        for address in others:
            validate_email(address)
        own = self.account.inbox_id if self.account else 0
        main = self.cleaned_data.get("address", "")
        # An inbox without a mailbox that has the main address is the one that this mailbox is going to be.
        taken = Inbox.objects.reached_by(others).exclude(address__iexact=main).exclude(pk=own).first()
        if taken is not None:
            raise forms.ValidationError(_("The inbox “%(name)s” has one of these."), params={"name": taken.name})
        return "\n".join(others)

    @property
    def further(self) -> list[str]:
        """The further addresses."""
        found: str = self.settled["others"]
        return found.split()

    def clean_most_a_minute(self) -> int:
        """Return the usual limit when none was typed."""
        return self.cleaned_data["most_a_minute"] or MOST_A_MINUTE

    def clean_name(self) -> str:
        """Return the address where no name was typed."""
        return tidy(self.cleaned_data["name"]) or self.cleaned_data.get("address", "")[:LONGEST_NAME]

    def clean(self) -> dict[str, object] | None:
        """Ask for the password unless it goes where it went before, and for protection when it leaves this machine."""
        cleaned = super().clean()
        if not self.cleaned_data.get("password") and not self.errors:
            if self.settled["provider"]:
                return self._protected(cleaned)
            if self.account is None:
                self.add_error("password", _("Write the password of the mailbox."))
            elif self._confided_to() != self.account.confided_to:
                self.add_error("password", _("Write the password again: it would go to another place than before."))
        return self._protected(cleaned)

    def _protected(self, cleaned: dict[str, object] | None) -> dict[str, object] | None:
        for server in ("imap", "smtp"):
            is_open = self.settled[f"{server}_security"] == Security.NONE
            if is_open and self.settled[f"{server}_host"] not in LOOPBACK:
                self.add_error(f"{server}_security", _("Without protection anybody on the way can read the password."))
        return cleaned

    def _confided_to(self) -> tuple[object, ...]:
        names = (
            "imap_host",
            "imap_port",
            "imap_security",
            "smtp_host",
            "smtp_port",
            "smtp_security",
            "user_name",
            "provider",
        )
        settled = self.settled
        typed = ChannelAccount(**{name: settled[name] for name in names})
        typed.user_name = typed.user_name or settled["address"]
        return typed.confided_to

    def _read_since(self) -> datetime | None:
        now = timezone.now()
        match self.cleaned_data["read_from"]:
            case ReadFrom.EVERYTHING:
                return None
            case ReadFrom.DAYS:
                return now - timedelta(days=self.cleaned_data["read_days"] or USUAL_DAYS)
        return now

    def filled(self) -> ChannelAccount:
        """Return the mailbox as typed, with its inbox, neither of them stored."""
        typed = self.settled
        account = self.account or ChannelAccount()
        # An inbox may stand there without a mailbox, with mail that was imported.
        known = Inbox.objects.filter(address__iexact=typed["address"]).first() or Inbox()
        inbox = self.account.inbox if self.account else known
        for name in INBOX_FIELDS:
            setattr(inbox, name, typed[name])
        for name in ACCOUNT_FIELDS:
            setattr(account, name, typed[name])
        if account.pk is None:
            account.read_since = self._read_since()
        account.inbox = inbox
        account.user_name = account.user_name or inbox.address
        if typed["password"]:
            account.password = typed["password"]
        return account


def _with_servers(typed: dict[str, str]) -> dict[str, object]:
    """Return what was typed, with the servers of the address's provider if we know it and none were typed."""
    found = servers_of(typed.get("address", ""))
    if found is None or typed.get("imap_host") or typed.get("smtp_host"):
        return dict(typed)
    return {**typed, "imap_port": 993, "imap_security": Security.TLS, **asdict(found)}
