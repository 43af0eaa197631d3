"""What the menus offer that act on many conversations."""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from samovar.accounts.models import Calendar, Team, User
from samovar.accounts.models.user import ANSWERING
from samovar.accounts.staff_lists import nearest_first
from samovar.conversations import causes, promising, putting_off
from samovar.conversations.models import Macro, Tag
from samovar.lib import clock
from samovar.lib.naming import called, farness
from samovar.lib.text import tidy

MOST_LISTED = 30
# Of so many the nearest to what was typed are listed.
MOST_RANKED = 500


@dataclass(frozen=True)
class Choice:
    """One entry of a menu: ``code`` is sent when it is taken."""

    code: str
    label: str
    icon: str
    hint: str = ""


def people(typed: str, by: User) -> list[Choice]:
    """Return to whom they can be given, the nearest to what was typed first, and to which teams."""
    ordered = nearest_first(User.objects.filter(called(typed), is_active=True, role__in=ANSWERING), typed)
    if not typed:
        # Whoever asks for it most often is first.
        ordered.sort(key=lambda person: person.pk != by.pk)
    found = [Choice(f"assign:{one.pk}", one.name, "user", str(one.presence_words)) for one in ordered[:MOST_LISTED]]
    teams = list(Team.objects.all().in_use().filter(called(typed)).order_by("name", "pk")[:MOST_LISTED])
    found += [Choice(f"team:{one.pk}", one.name, "customers", pgettext("whom to assign to", "team")) for one in teams]
    if typed:
        return found
    nobody = Choice("assign:", _("Nobody"), "cross")
    return [*found, nobody, Choice("team:", _("No team"), "cross")] if teams else [*found, nobody]


def tags(typed: str, _by: User) -> list[Choice]:
    """Return the tags that can be put on, the nearest first; last a new one where none is called so."""
    name = tidy(typed)[:60]
    rows = list(Tag.objects.filter(called(name), archived_at=None)[:MOST_RANKED])
    rows.sort(key=lambda tag: farness(tag.name, name))
    found = [Choice(f"tag:{tag.pk}", tag.name, "tag") for tag in rows[:MOST_LISTED]]
    if name and not any(tag.name.lower() == name.lower() for tag in rows):
        found.append(Choice(f"new-tag:{name}", _("New tag “%(new_name)s”") % {"new_name": name}, "plus"))
    return found


def untags(typed: str, _by: User) -> list[Choice]:
    """Return the tags that can be taken off."""
    rows = Tag.objects.filter(called(tidy(typed)[:60]))[:MOST_LISTED]
    return [Choice(f"untag:{tag.pk}", tag.name, "cross") for tag in rows]


def macros(typed: str, by: User) -> list[Choice]:
    """Return the macros without a text; what writes to customers is done in one conversation at a time."""
    rows = Macro.objects.all().offered_to(by).filter(text="").found_by(tidy(typed)[:80], by)[:MOST_LISTED]
    return [Choice(f"macro:{macro.pk}", macro.name, "bolt") for macro in rows if macro.steps]


def snoozes(_typed: str, _by: User) -> list[Choice]:
    """Return until when they can be put off; each conversation counts by its own working hours."""
    found = putting_off.choices(clock.now(), Calendar.usual().hours)
    return [
        Choice(f"snooze:{one.name}", str(one.label), "snooze", f"{timezone.localtime(one.until):%H:%M}" * one.is_day)
        for one in found
    ]


def reasons(typed: str, _by: User) -> list[Choice]:
    """Return the causes that can be meant."""
    found = [
        Choice(f"cause:{cause.pk}", str(cause), "loop", str(cause.parent or ""))
        for cause in causes.offered(tidy(typed)[:60], [])
    ]
    return found if typed else [*found, Choice("cause:", _("No cause"), "cross")]


def promises(typed: str, _by: User) -> list[Choice]:
    """Return by when it can be promised: what was typed, or without that the usual moments. Raises NoMoment."""
    if typed := tidy(typed)[:60]:
        words = _("Promise it:") + f" {promising.in_words(promising.understood(typed))}"
        return [Choice("promise:typed", words, "calendar")]
    return [Choice(f"promise:{one.typed}", one.words, "calendar") for one in promising.choices()]


# By the name of the menu.
CHOICES = {
    "assign": people,
    "tag": tags,
    "untag": untags,
    "cause": reasons,
    "snooze": snoozes,
    "macro": macros,
    "promise": promises,
}
