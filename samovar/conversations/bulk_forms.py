"""What people want done to many conversations, as a form and as the choices of its menus."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from samovar.accounts.models import Calendar, Team, User
from samovar.accounts.models.user import ANSWERING
from samovar.conversations import bulk_promises, putting_off
from samovar.conversations.bulk_choices import snoozes
from samovar.conversations.bulk_runs import Wish
from samovar.conversations.bulk_steps import AND, KINDS, ME, NOBODY, Pair
from samovar.conversations.models import Cause, Macro, Tag
from samovar.conversations.models.deleting import DeletionReason
from samovar.conversations.models.prioritising import Priority
from samovar.conversations.models.promise import PromiseKind
from samovar.conversations.models.snoozing import WakesOn
from samovar.conversations.promise_forms import PromiseForm
from samovar.conversations.promising import in_words
from samovar.lib import clock
from samovar.lib.business_time import NeverOpen
from samovar.lib.text import tidy

LONGEST_CODE, LONGEST_TAG, LONGEST_NUMBER = 120, 60, 18
# More than this many are named one by one by nobody.
MOST_NAMED = 5_000
# Beside the field for it, in which Enter would take the first choice otherwise.
TYPED = "typed"
# What is done without choosing anything more.
PLAIN: Mapping[str, str | Promise] = {
    "resolve": gettext_lazy("Resolved"),
    "reopen": gettext_lazy("Reopened"),
    "wake": gettext_lazy("Back in the list"),
    "spam": gettext_lazy("Moved to spam"),
    "wanted": gettext_lazy("Not spam"),
    "read": gettext_lazy("Marked as seen"),
    "unread": gettext_lazy("Marked as unread"),
}


class Refused(forms.ValidationError):
    """What cannot be done to many; the text says why."""


class BulkForm(forms.Form):
    """What shall be done (``do``, a code) to which conversations: those named by ``id``, or ``all`` of a list.

    Where no script runs, ``do`` is "chosen:assign" and the field "assign" has the code.
    """

    key = forms.UUIDField()
    do = forms.CharField(max_length=LONGEST_CODE)
    all = forms.BooleanField(required=False)
    query = forms.CharField(required=False, max_length=2000)
    hours = forms.CharField(required=False, max_length=40)
    at = forms.DateTimeField(required=False, input_formats=putting_off.MOMENTS)
    wakes_on = forms.ChoiceField(choices=WakesOn.choices, required=False)

    def __init__(self, given: QueryDict, by: User) -> None:
        super().__init__(given)
        self._by = by
        self._given = given
        self.ids = numbers(given.getlist("id"))
        self.macro: Macro | None = None

    def clean(self) -> dict[str, Any] | None:
        """Read what is wanted of which conversations."""
        cleaned = super().clean()
        if not self.errors:
            if not self.ids and not self.cleaned_data["all"]:
                raise Refused(_("Select at least one conversation."))
            kind, _colon, value = self._code().partition(":")
            if kind not in READERS:
                raise Refused(_("Choose what shall be done."))
            self.steps, self.title = READERS[kind](self, kind, value)
        return cleaned

    @property
    def wish(self) -> Wish:
        """What is wanted, once it is valid."""
        query = self.cleaned_data["query"]
        source: dict[str, object] = {"query": query} if self.cleaned_data["all"] else {"ids": self.ids}
        return Wish(key=self.cleaned_data["key"], steps=self.steps, title=self.title[:200], source=source)

    @property
    def first_mistake(self) -> str:
        """What is said first where there is room for one sentence."""
        return next(str(mistake) for mistakes in self.errors.values() for mistake in mistakes)

    def _code(self) -> str:
        """Return the code, from the field of its own where that says so."""
        code: str = self.cleaned_data["do"]
        before, _colon, field = code.partition(":")
        return self._given.get(field, "")[:LONGEST_CODE] if before == "chosen" else code

    def plain(self, kind: str, _value: str) -> tuple[list[Pair], str]:
        """Read what needs no choice."""
        return [(kind, "")], str(PLAIN[kind])

    def assigned(self, _kind: str, value: str) -> tuple[list[Pair], str]:
        """Read to whom they are given."""
        if value == NOBODY:
            return [("assign", NOBODY)], _("Nobody answers for it now")
        able = User.objects.filter(is_active=True, role__in=ANSWERING)
        number = self._by.pk if value == ME else _number(value)
        person = able.filter(pk=number).first()
        if person is None:
            raise Refused(_("Choose who answers."))
        return [("assign", str(person.pk))], _("Assigned to %(name)s") % {"name": person.name}

    def given_to_team(self, _kind: str, value: str) -> tuple[list[Pair], str]:
        """Read to which team they are given."""
        if value == NOBODY:
            return [("team", NOBODY)], _("No team answers for it now")
        team = Team.objects.all().in_use().filter(pk=_number(value)).first()
        if team is None:
            raise Refused(_("Choose who answers."))
        return [("team", str(team.pk))], _("Given to the team %(name)s") % {"name": team.name}

    def tagged(self, kind: str, value: str) -> tuple[list[Pair], str]:
        """Read which tag is put on, by its number, or taken off."""
        tag = Tag.objects.filter(pk=_number(value)).first()
        if tag is None or (kind == "tag" and tag.archived_at is not None):
            raise Refused(_("The tag is no longer there."))
        words = _("Tagged: %(tag)s") if kind == "tag" else _("Tag removed: %(tag)s")
        return [(kind, str(tag.pk))], words % {"tag": tag.name}

    def newly_tagged(self, _kind: str, value: str) -> tuple[list[Pair], str]:
        """Read the name of a tag, which is made if there is none."""
        name = tidy(value)[:LONGEST_TAG]
        if not name:
            raise Refused(_("Write what the tag says."))
        known = Tag.objects.select_related("merged_into").called(name)
        tag = known.get_or_create(defaults={"name": name})[0].now
        if tag.archived_at is not None:
            raise Refused(_("This tag is retired. A lead can bring it back under Tags."))
        return [("tag", str(tag.pk))], _("Tagged: %(tag)s") % {"tag": tag.name}

    def explained(self, _kind: str, value: str) -> tuple[list[Pair], str]:
        """Read the cause."""
        if not value:
            return [("cause", "")], _("It has no cause now")
        found = Cause.objects.select_related("parent", "merged_into__parent").filter(pk=_number(value)).first()
        if found is None or not found.now.is_in_use:
            raise Refused(_("Choose a cause."))
        return [("cause", str(found.now.pk))], _("Cause: %(cause)s") % {"cause": found.now}

    def snoozed(self, _kind: str, value: str) -> tuple[list[Pair], str]:
        """Read until when they are put off: a choice of the menu, working hours as typed, or any moment."""
        choice = value if value and value != TYPED else self._typed()
        hours = Calendar.usual().hours
        try:
            found = putting_off.typed(choice, clock.now(), hours) or putting_off.moment(choice, clock.now(), hours)
        except NeverOpen as mistake:
            raise Refused(_("It is never open, so no working hours pass.")) from mistake
        if found is None or found <= clock.now():
            raise Refused(_("Choose until when."))
        if found > clock.now() + putting_off.LONGEST:
            raise Refused(_("Choose a moment within ten years."))
        wakes = self.cleaned_data["wakes_on"] or WakesOn.MORE
        return [("snooze", f"{choice}{AND}{wakes}")], self._until(choice)

    def _typed(self) -> str:
        if hours := tidy(self.cleaned_data["hours"]):
            return hours if hours.startswith("+") else f"+{hours}"
        at = self.cleaned_data["at"]
        return at.isoformat() if at else ""

    def _until(self, choice: str) -> str:
        labels = {one.code: one.label for one in snoozes("", self._by)}
        if (code := f"snooze:{choice}") in labels:
            return _("Snoozed: %(when)s") % {"when": labels[code]}
        if choice.startswith("+"):
            return _("Snoozed: %(hours)s working hours") % {"hours": choice}
        here = timezone.localtime(self.cleaned_data["at"])
        words = {"day": formats.date_format(here, "DATE_FORMAT"), "time": f"{here:%H:%M}"}
        return _("Snoozed until %(day)s, %(time)s") % words

    def promised(self, _kind: str, value: str) -> tuple[list[Pair], str]:
        """Read what is promised by when: a choice of the menu, or any moment as typed."""
        given = {name: self._given.get(name, "") for name in ("when", "kind", "what")}
        form = PromiseForm({**given, "choice": "" if value == TYPED else value})
        if not form.is_valid():
            raise Refused(next(str(mistake) for mistakes in form.errors.values() for mistake in mistakes))
        kind, what = form.cleaned_data["kind"], form.cleaned_data["what"]
        if form.moment is None or kind == PromiseKind.STEP:
            raise Refused(_("Choose what shall be done."))
        words = {"what": what or str(PromiseKind(kind).label), "moment": in_words(form.moment)}
        step = bulk_promises.value_of(form.moment, kind, what)
        return [("promise", step)], _("Promised: %(what)s, %(moment)s") % words

    def prioritised(self, _kind: str, value: str) -> tuple[list[Pair], str]:
        """Read how urgent they are."""
        if value not in map(str, Priority.values):
            raise Refused(_("Choose a priority."))
        return [("priority", value)], str(Priority(int(value)).label)

    def deleted(self, _kind: str, value: str) -> tuple[list[Pair], str]:
        """Read why they are deleted."""
        reason = value if value in DeletionReason.values else DeletionReason.OTHER
        return [("delete", str(reason))], _("Deleted. It can be restored for 30 days.")

    def applied(self, _kind: str, value: str) -> tuple[list[Pair], str]:
        """Read the macro; one that writes to customers is for one conversation at a time."""
        macro = Macro.objects.all().offered_to(self._by).filter(pk=_number(value)).first()
        if macro is None:
            raise Refused(_("This macro is not in use any more."))
        steps: list[Pair] = [(kind, step) for kind, step, *_name in macro.steps]
        if macro.text or not steps or any(kind not in KINDS for kind, _step in steps):
            raise Refused(
                _("%(name)s writes to customers, which is done in one conversation at a time.") % {"name": macro.name}
            )
        self.macro = macro
        return steps, _("Applied: %(name)s") % {"name": macro.name}


Reader = Callable[[BulkForm, str, str], tuple[list[Pair], str]]
READERS: Mapping[str, Reader] = {
    **dict.fromkeys(PLAIN, BulkForm.plain),
    "assign": BulkForm.assigned,
    "team": BulkForm.given_to_team,
    "tag": BulkForm.tagged,
    "untag": BulkForm.tagged,
    "new-tag": BulkForm.newly_tagged,
    "cause": BulkForm.explained,
    "snooze": BulkForm.snoozed,
    "priority": BulkForm.prioritised,
    "promise": BulkForm.promised,
    "delete": BulkForm.deleted,
    "macro": BulkForm.applied,
}


def numbers(given: Iterable[str]) -> list[int]:
    """Return the numbers among what was sent, each once, at most MOST_NAMED."""
    found = dict.fromkeys(number for text in given if (number := _number(text)))
    return list(found)[:MOST_NAMED]


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER else 0
