"""What is decided about an inbox: who sees it, what is answered by itself, and where mail belongs."""

import re
from typing import Any

from django import forms
from django.core.validators import validate_email
from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from samovar.accounts.models import Team, User
from samovar.conversations.models import Inbox
from samovar.conversations.models.inbox import RULES
from samovar.lib.text import tidy
from samovar.ui.comparing import Compared

BETWEEN = re.compile(r"[\s,;]+")
PLAIN = {"autocapitalize": "none", "spellcheck": "false", "rows": 3}
MOST_ADDRESSES = 200
LONGEST_NAME = 100
MEGABYTES, LINK_DAYS = 15, 30


class InboxTeamsForm(Compared):
    """Who sees what stands in an inbox; nobody chosen is everybody. A lead says here, too, what it is called.

    Only those teams come and go whom the person let come and go.
    """

    name = forms.CharField(
        label=_("Name for the team"),
        max_length=LONGEST_NAME,
        required=False,
        help_text=_("Left empty, it is the address."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    teams = forms.ModelMultipleChoiceField(
        Team.objects.all(), label=_("Teams"), required=False, widget=forms.CheckboxSelectMultiple
    )

    # Without it an inbox of everybody would not say that no team was seen in it.
    is_seen = forms.BooleanField(required=False, initial=True, widget=forms.HiddenInput)

    merged = ("teams",)

    def __init__(self, inbox: Inbox, by: User, given: QueryDict | None) -> None:
        chosen = list(inbox.teams.values_list("pk", flat=True))
        super().__init__(given, initial={"name": inbox.name, "teams": chosen, "is_seen": True})
        self.inbox, self.by = inbox, by
        if by.is_admin:
            # Theirs stands with the servers.
            del self.fields["name"]
        field: Any = self.fields["teams"]
        # A retired team that sees it already can be taken out, and is not offered otherwise.
        known = {*chosen, *(self.seen("teams") or ())}
        field.queryset = Team.objects.filter(Q(archived_at=None) | Q(pk__in=known))

    def clean_name(self) -> str:
        """Return the address where nothing is said."""
        return tidy(self.cleaned_data["name"]) or self.inbox.address[:LONGEST_NAME]

    def clean(self) -> dict[str, Any] | None:
        """Add to what stands there now what was added, and take out what was taken out."""
        cleaned = super().clean()
        if "teams" in self.cleaned_data:
            self._merge({team.pk for team in self.cleaned_data["teams"]}, set(self.initial["teams"]))
        return cleaned

    @property
    def settled_teams(self) -> list[Team]:
        """The teams that are to see it."""
        return list(Team.objects.filter(pk__in=self.wanted["teams"]))

    def _merge(self, chosen: set[int], now: set[int]) -> None:
        given = self.seen("teams")
        seen = now if given is None else given
        wanted = (now | (chosen - seen)) - (seen - chosen)
        self.wanted["teams"] = wanted
        may_open = self.by.is_admin or not (now or wanted)
        if seen != now and now and not wanted and (chosen or may_open):
            # Nobody has said that everybody is to see it: it would only come of what two have taken out.
            self._tell_now(
                _("Only these see it now: %(now)s. Without them everybody would. Save again to have what you chose.")
            )
        elif seen and not now and chosen not in (seen, set()):
            self._tell_now(
                _("Meanwhile somebody has opened it to everybody. Save again to have only the teams that you chose.")
            )
        elif not may_open and not self.by.teams.filter(pk__in=wanted).exists():
            # Nobody closes it to themselves, or opens to all what was closed.
            self.add_error("teams", _("Choose a team of yours too. Administrators open it to everybody."))

    def _tell_now(self, text: Any) -> None:
        now = Team.objects.filter(pk__in=self.initial["teams"])
        self.add_error("teams", text % {"now": ", ".join(map(str, now))})
        self._say_along("initial-teams", [str(team.pk) for team in now])


class InboxRulesForm(Compared):
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

    def __init__(self, inbox: Inbox, given: QueryDict | None) -> None:
        super().__init__(given, initial={name: getattr(inbox, name) for name in RULES})
        self.inbox = inbox

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
        self.inbox.set_rules({name: self.settled[name] for name in RULES}, by)


def _addresses(text: str) -> str:
    found = list(dict.fromkeys(word.lower() for word in BETWEEN.split(text) if word))
    if len(found) > MOST_ADDRESSES:
        raise forms.ValidationError(
            _("These are too many addresses: at most %(most)s."), params={"most": MOST_ADDRESSES}
        )
    for address in found:
        validate_email(address)
    return "\n".join(found)
