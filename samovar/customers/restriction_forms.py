"""What staff choose and type about a difficult customer."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from samovar.accounts.models import User
from samovar.customers.models.restriction import LONGEST_REASON, MOST_A_DAY, RestrictionKind
from samovar.customers.restricting import Wish
from samovar.lib import clock
from samovar.lib.moments import PassedMoment, UnclearMoment, moment_of
from samovar.lib.text import tidy

USUAL_LIMIT = 3
WEEK, MONTH, DAY, NEVER = "week", "month", "day", "never"
SPANS = {WEEK: timedelta(days=7), MONTH: timedelta(days=30)}
LONGEST = timedelta(days=366)
KINDS = (
    (RestrictionKind.WARNING, _("Warning: everybody sees it before they answer, and can tell the customer")),
    (RestrictionKind.LIMIT, _("Limit: only so many of their messages a day come before us at once")),
    (RestrictionKind.BLOCK, _("Block: what they write is kept in Spam, and disturbs nobody")),
)
LASTS = ((WEEK, _("A week")), (MONTH, _("A month")), (DAY, _("Until a day")), (NEVER, _("No end")))


class RestrictionForm(forms.Form):
    """What shall be done about a customer, why and for how long; that there is no end, only leads say."""

    kind = forms.ChoiceField(label=_("What"), choices=KINDS, widget=forms.RadioSelect, initial=RestrictionKind.WARNING)
    most_a_day = forms.IntegerField(
        label=_("Messages a day, for a limit"),
        min_value=1,
        max_value=MOST_A_DAY,
        required=False,
        initial=USUAL_LIMIT,
        help_text=_("What comes above joins what is open with them, and waits until work begins on the next day."),
    )
    reason = forms.CharField(
        label=_("Why"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("What was said or done, as it could be shown: the team reads it, and the customer can ask for it."),
    )
    lasts = forms.ChoiceField(label=_("How long"), choices=LASTS, widget=forms.RadioSelect, initial=WEEK)
    day = forms.CharField(
        label=_("Until which day"),
        max_length=60,
        required=False,
        help_text=_("24.12, in 10 days, fri 14"),
        widget=forms.TextInput({"autocomplete": "off"}),
    )

    def __init__(self, *given: Any, by: User) -> None:
        super().__init__(*given)
        if not by.can_lead:
            field: Any = self.fields["lasts"]
            field.choices = [choice for choice in LASTS if choice[0] != NEVER]

    def clean(self) -> dict[str, Any] | None:
        """Ask for the number of a limit, and understand the day."""
        cleaned = super().clean()
        is_limit = self.cleaned_data.get("kind") == RestrictionKind.LIMIT and "most_a_day" not in self.errors
        if is_limit and self.cleaned_data.get("most_a_day") is None:
            self.add_error("most_a_day", _("Write how many messages a day."))
        if self.cleaned_data.get("lasts") == DAY:
            try:
                self.cleaned_data["until"] = _moment(tidy(self.cleaned_data.get("day", "")))
            except forms.ValidationError as mistake:
                self.add_error("day", mistake)
        return cleaned

    def wish(self, conversation_number: int | None) -> Wish:
        """What was chosen and typed."""
        typed = self.cleaned_data
        until = clock.now() + SPANS[typed["lasts"]] if typed["lasts"] in SPANS else typed.get("until")
        return Wish(
            kind=typed["kind"],
            reason=typed["reason"],
            until=until,
            most_a_day=typed["most_a_day"] if typed["kind"] == RestrictionKind.LIMIT else None,
            conversation_number=conversation_number,
        )


def _moment(typed: str) -> datetime:
    now = timezone.localtime(clock.now())
    try:
        found = moment_of(typed, now)
    except UnclearMoment as error:
        raise forms.ValidationError(_("Nobody can tell when that is. Write 24.12, or in 10 days.")) from error
    except PassedMoment as error:
        raise forms.ValidationError(_("This moment has passed. Choose a later one.")) from error
    if found > now + LONGEST:
        raise forms.ValidationError(_("Choose a moment within a year."))
    return found
