"""What an administrator decides about the mail of an inbox: what is answered by itself, and where mail belongs."""

import re
from typing import Any

from django import forms
from django.core.validators import validate_email
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from samovar.accounts.models import Team, User
from samovar.conversations.models import Inbox
from samovar.conversations.models.inbox import RULES

BETWEEN = re.compile(r"[\s,;]+")
PLAIN = {"autocapitalize": "none", "spellcheck": "false", "rows": 3}
MOST_ADDRESSES = 200
MEGABYTES, LINK_DAYS = 15, 30


class InboxTeamsForm(forms.Form):
    """Who sees what stands in an inbox; nobody chosen is everybody."""

    teams = forms.ModelMultipleChoiceField(
        Team.objects.all(), label=_("Teams"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, inbox: Inbox, *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]  # what Django's form takes
        chosen = list(inbox.teams.values_list("pk", flat=True))
        self.initial = {"teams": chosen}
        field: Any = self.fields["teams"]
        # A retired team that sees it already can be taken out, and is not offered otherwise.
        field.queryset = Team.objects.filter(Q(archived_at=None) | Q(pk__in=chosen))


class InboxRulesForm(forms.Form):
    """The rules of one inbox; each of them is off while its field is empty."""

    attach_megabytes = forms.IntegerField(
        label=_("Megabytes of files in one letter"),
        min_value=1,
        max_value=100,
        required=False,
        help_text=_("What is more goes as a link, the largest files first. Many mail servers refuse more than 20."),
    )
    link_days = forms.IntegerField(
        label=_("Days for which such a link is good"), min_value=1, max_value=365, required=False
    )

    confirmation = forms.CharField(
        label=_("What people are told at once when they open a conversation"),
        max_length=4000,
        required=False,
        help_text=_(
            "Left empty, nothing is sent. Each address gets it at most twice a day; machines and forged senders never "
            "do, and nothing that they wrote stands in it."
        ),
        widget=forms.Textarea({"rows": 5}),
    )
    joins_by_subject_days = forms.IntegerField(
        label=_("Days within which the same subject of the same sender is one conversation"),
        min_value=1,
        max_value=365,
        required=False,
        help_text=_("For mail programs that lose everything else. Left empty, a subject alone joins nothing."),
    )
    relays = forms.CharField(
        label=_("Web forms"),
        max_length=20_000,
        required=False,
        help_text=_("Addresses from which forms of yours write. The customer is who stands in their Reply-To."),
        widget=forms.Textarea(PLAIN),
    )
    frequent_senders = forms.CharField(
        label=_("Senders of many mails"),
        max_length=20_000,
        required=False,
        help_text=_(
            "From everybody else, what comes after twenty conversations within two hours is collected in one: it is "
            "mostly a machine in a loop."
        ),
        widget=forms.Textarea(PLAIN),
    )

    def __init__(self, inbox: Inbox, *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]  # what Django's form takes
        self.inbox = inbox
        self.initial = {name: getattr(inbox, name) for name in RULES}

    def clean_attach_megabytes(self) -> int:
        """Return what most mail servers take where nothing is said."""
        return self.cleaned_data["attach_megabytes"] or MEGABYTES

    def clean_link_days(self) -> int:
        """Return a month where nothing is said."""
        return self.cleaned_data["link_days"] or LINK_DAYS

    def clean_relays(self) -> str:
        """Return one address a line; refuse what is none."""
        return _addresses(self.cleaned_data["relays"])

    def clean_frequent_senders(self) -> str:
        """Return one address a line; refuse what is none."""
        return _addresses(self.cleaned_data["frequent_senders"])

    def save(self, by: User) -> None:
        """Store the rules; they hold for the next mail."""
        self.inbox.set_rules({name: self.cleaned_data[name] for name in RULES}, by)


def _addresses(text: str) -> str:
    found = list(dict.fromkeys(word.lower() for word in BETWEEN.split(text) if word))
    if len(found) > MOST_ADDRESSES:
        raise forms.ValidationError(
            _("These are too many addresses: at most %(most)s."), params={"most": MOST_ADDRESSES}
        )
    for address in found:
        validate_email(address)
    return "\n".join(found)
