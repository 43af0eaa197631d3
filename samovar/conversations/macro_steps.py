"""What a macro does besides its text: one entry of KINDS a step, each through the verb that people use too.

A step is carried out with the rights of whoever applies the macro. Whatever it changes it says how to take back, as
steps again, so that all of a macro is undone by carrying those out.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction
from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from samovar.accounts.models import Role, Team, User
from samovar.conversations import calendars, putting_off
from samovar.conversations.errors import CannotStep, CauseRetired, SnoozeInThePast
from samovar.conversations.models import Cause, Conversation, ConversationTag, Tag
from samovar.conversations.models.prioritising import Priority

ANSWERING = (Role.ADMIN, Role.LEAD, Role.AGENT)
ME, NOBODY = "me", ""
MOST = 20
LONGEST, LONGEST_NUMBER = 60, 19
# Until when a macro may put off; of the choices of the menu those that there are at every hour.
TOMORROW = "tomorrow"
SNOOZES = {TOMORROW: gettext_lazy("Tomorrow"), "next-week": gettext_lazy("Next week")}


@dataclass(frozen=True)
class Step:
    """One thing to do: its kind, with which value, and what that is called."""

    kind: str
    value: str = ""
    name: str = ""

    @property
    def code(self) -> str:
        """How it is written in a form and in an address."""
        return f"{self.kind}:{self.value}"

    @property
    def label(self) -> str:
        """What will be done, for whoever may still leave it away."""
        return str(KINDS[self.kind].label) % {"name": self.name or _shown(self.kind, self.value)}


@dataclass(frozen=True)
class Outcome:
    """What became of steps: what was done and what could not be, in words, and the steps that take it back."""

    said: Sequence[str] = ()
    missed: Sequence[str] = ()
    back: Sequence[Step] = ()

    @property
    def words(self) -> str:
        """All of it on one line."""
        return " · ".join((*self.said, *(_("Not done: %(why)s") % {"why": why} for why in self.missed)))


# Does a step; returns what was done, in words, and how it is taken back; raises CannotStep.
Doing = Callable[[Conversation, Step, User], tuple[str, list[Step]]]


@dataclass(frozen=True)
class Kind:
    """One kind of step; ``label`` says what it will do, of two that exclude each other ``place`` is the same."""

    label: str | Promise
    do: Doing
    place: str = ""


def parsed(code: str) -> Step | None:
    """Return the step that is written as ``code``; None for what is none."""
    kind, _colon, value = code.partition(":")
    return Step(kind, value) if kind in KINDS and len(value) <= LONGEST else None


def read(codes: Iterable[str]) -> list[Step]:
    """Return the steps of a form or of an address, in the order in which they are done; what is none is left out."""
    found = [step for code in list(codes)[:MOST] if (step := parsed(code))]
    return in_order(found)


def in_order(steps: Iterable[Step]) -> list[Step]:
    """Return the steps as they are done: of those that exclude each other the last one, settling at the end."""
    places = {KINDS[step.kind].place or step.code: step for step in steps}
    order = list(KINDS)
    return sorted(places.values(), key=lambda step: order.index(step.kind))


def named(steps: Iterable[Sequence[str]]) -> list[Step]:
    """Return kept steps with what they are about as it is called now."""
    found = [Step(kind, value) for kind, value, *_name in steps if kind in KINDS]
    tags = _called(Tag.objects.select_related("merged_into"), found, "tag", "untag")
    names = {
        "assign": _called(User.objects.all(), found, "assign"),
        "team": _called(Team.objects.all(), found, "team"),
        "cause": _called(Cause.objects.select_related("merged_into"), found, "cause"),
    }
    return [replace(step, name=names.get(step.kind, tags).get(step.value, "")) for step in found]


def kept(steps: Iterable[Step]) -> list[list[str]]:
    """Return the form in which a draft keeps steps."""
    return [[step.kind, step.value, step.name] for step in steps]


def from_draft(rows: Iterable[Sequence[str]]) -> list[Step]:
    """Return the steps that a draft has kept."""
    return [Step(*row) for row in rows if row[0] in KINDS]


@transaction.atomic
def carry_out(conversation: Conversation, steps: Sequence[Step], by: User) -> Outcome:
    """Do all of ``steps``; what cannot be done any more is said and keeps nothing else from being done."""
    conversation.locked()
    said, missed, back = [], [], list[Step]()
    for step in steps:
        try:
            words, undoing = KINDS[step.kind].do(conversation, step, by)
        except CannotStep as mistake:
            missed.append(str(mistake))
            continue
        said.append(words)
        back = [*undoing, *back]
    return Outcome(said, missed, back)


def _called(rows: object, steps: Sequence[Step], *kinds: str) -> Mapping[str, str]:
    numbers = [_number(step.value) for step in steps if step.kind in kinds and _number(step.value)]
    if not numbers:
        return {}
    found = rows.filter(pk__in=numbers)  # type: ignore[attr-defined]  # a QuerySet of either kind
    return {str(row.pk): str(getattr(row, "merged_into", None) or row) for row in found}


def _number(value: str) -> int:
    """Return the number of a row, 0 for what is none."""
    return int(value) if value.isdecimal() and len(value) < LONGEST_NUMBER else 0


def _shown(kind: str, value: str) -> str:
    """Return what a value is called that is no number of something."""
    if kind == "priority":
        return str(dict(Priority.choices).get(int(value), value)) if value.lstrip("-").isdecimal() else value
    if kind == "snooze":
        return str(SNOOZES.get(value, value))
    if kind == "assign":
        return _("whoever applies it") if value == ME else _("nobody") if value == NOBODY else "?"
    return _("none") if kind == "team" and value == NOBODY else "?"


def _tag_of(step: Step) -> Tag:
    found = Tag.objects.select_related("merged_into").filter(pk=_number(step.value)).first()
    tag = found.now if found else None
    if tag is None:
        raise CannotStep(_("the tag is no longer there"))
    return tag


def _has(conversation: Conversation, tag: Tag) -> bool:
    return ConversationTag.objects.filter(conversation=conversation).of(tag).exists()


def _tag(conversation: Conversation, step: Step, by: User) -> tuple[str, list[Step]]:
    tag = _tag_of(step)
    if tag.archived_at is not None:
        raise CannotStep(_("the tag %(tag)s is retired") % {"tag": tag.name})
    back = [] if _has(conversation, tag) else [Step("untag", str(tag.pk))]
    conversation.tag(tag, by=by)
    return _("Tagged: %(tag)s") % {"tag": tag.name}, back


def _untag(conversation: Conversation, step: Step, by: User) -> tuple[str, list[Step]]:
    tag = _tag_of(step)
    back = [Step("tag", str(tag.pk))] if _has(conversation, tag) else []
    conversation.untag(tag, by=by)
    return _("Tag removed: %(tag)s") % {"tag": tag.name}, back


def _prioritise(conversation: Conversation, step: Step, by: User) -> tuple[str, list[Step]]:
    before = conversation.priority
    try:
        priority = Priority(int(step.value))
    except ValueError as error:
        raise CannotStep(_("there is no such priority")) from error
    conversation.prioritise(priority, by=by)
    back = [] if before == priority else [Step("priority", str(int(before)))]
    return conversation.get_priority_display(), back


def _explain(conversation: Conversation, step: Step, by: User) -> tuple[str, list[Step]]:
    cause, before = Cause.objects.filter(pk=_number(step.value)).first(), conversation.cause_id
    if cause is None:
        raise CannotStep(_("the cause is no longer there"))
    try:
        conversation.set_cause(cause, by=by)
    except CauseRetired as error:
        raise CannotStep(_("the cause %(cause)s is retired") % {"cause": error}) from error
    back = [] if before == conversation.cause_id else [Step("cause-again", str(before or NOBODY))]
    return _("Cause: %(cause)s") % {"cause": conversation.cause}, back


def _explain_again(conversation: Conversation, step: Step, by: User) -> tuple[str, list[Step]]:
    """Give back the cause that it had, also one that is not in use any more."""
    before, cause = conversation.cause_id, Cause.objects.filter(pk=_number(step.value)).first()
    conversation.keep_cause(cause, by=by)
    said = _("Cause: %(cause)s") % {"cause": cause} if cause else _("It has no cause now")
    return said, [] if before == conversation.cause_id else [Step("cause-again", str(before or NOBODY))]


def _assign(conversation: Conversation, step: Step, by: User) -> tuple[str, list[Step]]:
    before = conversation.assignee_id
    to = by if step.value == ME else _person(conversation, step.value)
    conversation.assign(to=to, by=by)
    back = [] if before == (to.pk if to else None) else [Step("assign", str(before or NOBODY))]
    return _("Assigned to %(name)s") % {"name": to.name} if to else _("Nobody answers for it now"), back


def _give_to_team(conversation: Conversation, step: Step, by: User) -> tuple[str, list[Step]]:
    before, had = conversation.team_id, conversation.assignee_id
    team = _team(conversation, step.value)
    conversation.give_to_team(team, by=by)
    back = [] if before == conversation.team_id else [Step("team", str(before or NOBODY))]
    if conversation.assignee_id != had:
        back.append(Step("assign", str(had or NOBODY)))
    return _("Given to the team %(name)s") % {"name": team.name} if team else _("No team answers for it now"), back


def _team(conversation: Conversation, value: str) -> Team | None:
    if value == NOBODY:
        return None
    found = Team.objects.filter(pk=_number(value)).first()
    if found is None or found.archived_at is not None:
        raise CannotStep(_("the team is no longer there"))
    if not conversation.inbox.those_who_see(found.members.filter(is_active=True)).exists():
        raise CannotStep(_("nobody of %(name)s sees this inbox") % {"name": found.name})
    return found


def _person(conversation: Conversation, value: str) -> User | None:
    if value == NOBODY:
        return None
    found = User.objects.filter(pk=_number(value)).first()
    if found is None or not found.is_active or found.role not in ANSWERING:
        name = found.name if found else "?"
        raise CannotStep(_("%(name)s answers customers no more") % {"name": name})
    if not conversation.inbox.those_who_see(User.objects.filter(pk=found.pk)).exists():
        raise CannotStep(_("%(name)s does not see this inbox") % {"name": found.name})
    return found


def _snooze(conversation: Conversation, step: Step, by: User) -> tuple[str, list[Step]]:
    if conversation.resolved_at is not None:
        raise CannotStep(_("it is resolved, so it cannot be snoozed"))
    before = conversation.snoozed_until
    until = _moment(step.value, conversation, by)
    try:
        conversation.snooze(until, by=by)
    except SnoozeInThePast as error:
        raise CannotStep(str(error)) from error
    here = timezone.localtime(until)
    words = {"day": formats.date_format(here, "DATE_FORMAT"), "time": f"{here:%H:%M}"}
    return _("Snoozed until %(day)s, %(time)s") % words, [_snoozed(before)] if before != until else []


def _moment(value: str, conversation: Conversation, by: User) -> datetime:
    now = timezone.now()
    if value in SNOOZES:
        # On a Sunday tomorrow is next week.
        hours = calendars.hours_for(conversation, by)
        return putting_off.moment(value, now, hours) or putting_off.moment(TOMORROW, now, hours) or now
    try:
        found = datetime.fromisoformat(value)
    except ValueError as error:
        raise CannotStep(_("there is no such moment")) from error
    return found if timezone.is_aware(found) else timezone.make_aware(found)


def _snoozed(until: datetime | None) -> Step:
    """Return the step that makes it as snoozed as it was."""
    return Step("snooze", until.isoformat()) if until else Step("wake")


def _wake(conversation: Conversation, _step: Step, by: User) -> tuple[str, list[Step]]:
    before = conversation.snoozed_until
    conversation.wake(by=by)
    return _("Back in the list"), [_snoozed(before)] if before else []


def _resolve(conversation: Conversation, _step: Step, by: User) -> tuple[str, list[Step]]:
    was_open, until = conversation.resolved_at is None, conversation.snoozed_until
    conversation.resolve(by=by)
    back = [Step("reopen"), *([_snoozed(until)] if until else [])]
    return _("Resolved"), back if was_open else []


def _reopen(conversation: Conversation, _step: Step, by: User) -> tuple[str, list[Step]]:
    was_resolved = conversation.resolved_at is not None
    conversation.reopen(by=by)
    return _("Reopened"), [Step("resolve")] if was_resolved else []


# In the order in which they are done: what was settled is taken up first, settling comes last.
KINDS: Mapping[str, Kind] = {
    "reopen": Kind(gettext_lazy("reopen"), _reopen, "settling"),
    "wake": Kind(gettext_lazy("back in the list"), _wake, "snoozing"),
    "tag": Kind(gettext_lazy("tag: %(name)s"), _tag),
    "untag": Kind(gettext_lazy("take off the tag: %(name)s"), _untag),
    "cause": Kind(gettext_lazy("cause: %(name)s"), _explain, "cause"),
    "cause-again": Kind(gettext_lazy("cause: %(name)s"), _explain_again, "cause"),
    "priority": Kind(gettext_lazy("priority: %(name)s"), _prioritise, "priority"),
    "team": Kind(gettext_lazy("team: %(name)s"), _give_to_team, "team"),
    "assign": Kind(gettext_lazy("assign: %(name)s"), _assign, "assigning"),
    "snooze": Kind(gettext_lazy("snooze: %(name)s"), _snooze, "snoozing"),
    "resolve": Kind(gettext_lazy("resolve"), _resolve, "settling"),
}
