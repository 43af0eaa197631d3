"""What is typed about working hours."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import dates
from django.utils.translation import gettext_lazy as _

from samovar.accounts.models import Calendar
from samovar.accounts.time_zones import places
from samovar.accounts.working_hours import NotUnderstood, Week, overlapping, shown, understood
from samovar.lib.business_time import DAYS
from samovar.ui.comparing import Compared


class DayField(forms.CharField):
    """The hours of one day of the week, as ``Week`` has them."""

    def clean(self, value: Any) -> Any:
        """Refuse what is no list of hours."""
        try:
            return understood(super().clean(value))
        except NotUnderstood as error:
            raise forms.ValidationError(_("Write it as 9–18, or 9–13, 14–18.")) from error


def zones() -> list[tuple[str, str]]:
    """Return all zones of places, and the one that is of none, which holds until somebody has chosen."""
    return [*places(), ("UTC", "UTC")]


class CalendarForm(Compared):
    """The working hours of a week and the time zone in which they are meant."""

    time_zone = forms.ChoiceField(label=_("Time zone"), choices=zones)

    def __init__(self, given: QueryDict | None, known: Calendar) -> None:
        names = [f"day_{weekday}" for weekday in range(DAYS)]
        days = dict(zip(names, map(shown, known.week), strict=True))
        super().__init__(given, initial={"time_zone": known.time_zone, **days})
        for weekday, name in enumerate(names):
            widget = forms.TextInput({"autocomplete": "off", "placeholder": _("Closed"), "inputmode": "text"})
            self.fields[name] = DayField(label=dates.WEEKDAYS[weekday], required=False, max_length=120, widget=widget)
            self.fields[name].show_hidden_initial = True

    def clean(self) -> dict[str, Any] | None:
        """Refuse hours that begin before others have ended."""
        cleaned = super().clean()
        if not self.errors and (late := overlapping(self.week)) is not None:
            self.add_error(f"day_{late}", _("These hours begin before others have ended."))
        return cleaned

    @property
    def week(self) -> Week:
        """The week that is to hold."""
        return [self.settled[f"day_{weekday}"] for weekday in range(DAYS)]


class TeamCalendarForm(CalendarForm):
    """The same for a team, which may also work as the company does."""

    has_own = forms.BooleanField(label=_("Hours of its own"), required=False)

    def __init__(self, given: QueryDict | None, known: Calendar) -> None:
        super().__init__(given, known)
        self.initial["has_own"] = known.team_id is not None
        self.order_fields(["has_own"])
