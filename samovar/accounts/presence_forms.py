"""What is typed about how one can be reached."""

from datetime import datetime, time, timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from samovar.accounts.models import Presence
from samovar.accounts.models.presence import LONGEST_REASON
from samovar.lib import clock


class PresenceForm(forms.Form):
    """How one can be reached."""

    presence = forms.ChoiceField(label=_("You are"), choices=Presence.choices, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Why"), max_length=LONGEST_REASON, required=False, help_text=_("Lunch, for example. Colleagues see it.")
    )
    ends_at = forms.TimeField(
        label=_("Until"),
        required=False,
        help_text=_("Empty: until you change it. A time that is over today means tomorrow."),
        widget=forms.TimeInput({"type": "time"}, "%H:%M"),
    )

    @property
    def chosen(self) -> Presence:
        """What was chosen."""
        return Presence(self.cleaned_data["presence"])

    @property
    def until(self) -> datetime | None:
        """The moment of that time, today or tomorrow, in the time zone of the person."""
        ends_at: time | None = self.cleaned_data["ends_at"]
        if ends_at is None:
            return None
        now = timezone.localtime(clock.now())
        until = now.replace(hour=ends_at.hour, minute=ends_at.minute, second=0, microsecond=0)
        return until if until > now else until + timedelta(days=1)
