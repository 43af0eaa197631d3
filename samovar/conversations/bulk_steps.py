"""What can be done to many conversations: each step through the verb that people use for one of them.

Whatever a step changes it says how to take back, as steps again, and by which mark somebody else's change is known.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from samovar.accounts.models import Team, User
from samovar.accounts.models.user import ANSWERING
from samovar.conversations import bulk_promises, calendars, macro_steps, putting_off, spam
from samovar.conversations.bulk_work import Work
from samovar.conversations.errors import CannotBulk, SnoozeInThePast
from samovar.conversations.models import Cause, Conversation, Tag
from samovar.conversations.models.bulk import BulkReason
from samovar.conversations.models.conversation import ConversationKind
from samovar.conversations.models.deleting import DeletionReason
from samovar.conversations.models.prioritising import Priority
from samovar.conversations.models.snoozing import WakesOn
from samovar.lib.business_time import NeverOpen

# A kind with its value, as it is stored.
Pair: TypeAlias = Sequence[str]
ME, NOBODY = "me", ""
# Between the moment of a snooze and what brings it back earlier.
AND = "|"


# Does a step and returns the steps that take it back, none when it was so already; raises CannotBulk.
Doing = Callable[[Conversation, str, Work], list[Pair]]


@dataclass(frozen=True)
class Kind:
    """One kind of step; ``mark`` says what the row says of the matter, to be compared later.

    ``is_alone`` says that it reads what it has written, so that it cannot wait to be written with many others.
    """

    do: Doing
    mark: Callable[[Conversation, str, Work], str]
    is_alone: bool = False


def carry_out(conversation: Conversation, steps: Sequence[Pair], work: Work) -> list[Pair]:
    """Do ``steps`` to a conversation that is locked; returns those that take them back, none if nothing has changed.

    Of several steps those that cannot be done keep no other from being done. Raises CannotBulk when none can.
    """
    back, refused = list[Pair](), list[CannotBulk]()
    for kind, value in steps:
        try:
            back = [*KINDS[kind].do(conversation, value, work), *back]
        except CannotBulk as mistake:
            refused.append(mistake)
    if refused and not back:
        raise refused[0] if len(steps) == 1 else CannotBulk(BulkReason.STEP)
    return back


def mark(conversation: Conversation, steps: Sequence[Pair], work: Work) -> str:
    """Return what a row says of all that ``steps`` change."""
    return " ".join(KINDS[kind].mark(conversation, value, work) for kind, value in steps)[:200]


def are_alone(steps: Sequence[Pair]) -> bool:
    """Whether ``steps`` are done to one after the other, and not written for many together."""
    return any(KINDS[kind].is_alone for kind, _value in steps)


def are_about_tags(steps: Sequence[Pair]) -> bool:
    """Whether it has to be known which tags stand on the conversations."""
    return any(kind in ("tag", "untag") for kind, _value in steps)


def _assign(conversation: Conversation, value: str, work: Work) -> list[Pair]:
    before = conversation.assignee_id
    to = work.by if value == ME else _person(conversation, value, work) if value else None
    if before == (to.pk if to else None):
        return []
    conversation.assign(to=to, by=work.by)
    return [("assign", str(before or NOBODY))]


def _person(conversation: Conversation, value: str, work: Work) -> User:
    number = int(value)
    if number not in work.people:
        able = User.objects.filter(is_active=True, role__in=ANSWERING)
        work.people[number] = able.filter(pk=number).first()
    found = work.people[number]
    if found is None:
        raise CannotBulk(BulkReason.GONE)
    key = number, conversation.inbox_id
    if key not in work.seers:
        work.seers[key] = conversation.inbox.those_who_see(User.objects.filter(pk=number)).exists()
    if not work.seers[key]:
        raise CannotBulk(BulkReason.CLOSED)
    return found


def _give_to_team(conversation: Conversation, value: str, work: Work) -> list[Pair]:
    before, had = conversation.team_id, conversation.assignee_id
    team = _team(conversation, value, work) if value else None
    if before == (team.pk if team else None):
        return []
    conversation.give_to_team(team, by=work.by)
    back: list[Pair] = [("team-again", str(before or NOBODY))]
    return back if conversation.assignee_id == had else [*back, ("assign", str(had or NOBODY))]


def _team(conversation: Conversation, value: str, work: Work) -> Team:
    number = int(value)
    if number not in work.teams:
        work.teams[number] = Team.objects.all().in_use().filter(pk=number).first()
    found = work.teams[number]
    if found is None:
        raise CannotBulk(BulkReason.GONE)
    key = -number, conversation.inbox_id
    if key not in work.seers:
        work.seers[key] = conversation.inbox.those_who_see(found.members.filter(is_active=True)).exists()
    if not work.seers[key]:
        raise CannotBulk(BulkReason.CLOSED)
    return found


def _give_back_to_team(conversation: Conversation, value: str, work: Work) -> list[Pair]:
    """Let the team have it that had it, also one that is not in use any more; who has it is a step of its own."""
    before = conversation.team_id
    team = Team.objects.get(pk=int(value)) if value else None
    conversation.give_to_team(team, by=work.by, keeps_assignee=True)
    return [("team", str(before or NOBODY))]


def _tag_of(value: str, work: Work) -> Tag:
    number = int(value)
    if number not in work.tags:
        found = Tag.objects.select_related("merged_into").filter(pk=number).first()
        work.tags[number] = found.now if found else None
    tag = work.tags[number]
    if tag is None:
        raise CannotBulk(BulkReason.GONE)
    return tag


def _has(conversation: Conversation, tag: Tag, work: Work) -> bool:
    return bool(work.tagged[conversation.pk] & work.family(tag))


def _tag(conversation: Conversation, value: str, work: Work) -> list[Pair]:
    tag = _tag_of(value, work)
    if tag.archived_at is not None:
        raise CannotBulk(BulkReason.GONE)
    if _has(conversation, tag, work):
        return []
    conversation.tag(tag, by=work.by)
    work.tagged[conversation.pk].add(tag.pk)
    return [("untag", value)]


def _untag(conversation: Conversation, value: str, work: Work) -> list[Pair]:
    tag = _tag_of(value, work)
    if not _has(conversation, tag, work):
        return []
    conversation.untag(tag, by=work.by)
    work.tagged[conversation.pk] -= work.family(tag)
    return [("tag", value)]


def _tag_mark(conversation: Conversation, value: str, work: Work) -> str:
    # By number: of what was merged since the other one counts, and that is no change of the conversation.
    return f"{value}:{_has(conversation, _tag_of(value, work), work):d}"


def _prioritise(conversation: Conversation, value: str, work: Work) -> list[Pair]:
    before, priority = conversation.priority, Priority(int(value))
    if before == priority:
        return []
    conversation.prioritise(priority, by=work.by)
    return [("priority", str(int(before)))]


def _snooze(conversation: Conversation, value: str, work: Work) -> list[Pair]:
    if conversation.resolved_at is not None:
        raise CannotBulk(BulkReason.RESOLVED)
    until, wakes_on = snoozed_until(conversation, value, work)
    before = _snoozed(conversation)
    if before == ("snooze", f"{until.isoformat()}{AND}{wakes_on}"):
        return []
    try:
        conversation.snooze(until, by=work.by, wakes_on=wakes_on)
    except SnoozeInThePast as mistake:
        raise CannotBulk(BulkReason.PAST) from mistake
    return [before]


def snoozed_until(conversation: Conversation, value: str, work: Work) -> tuple[datetime, str]:
    """Return the moment that a value means for a conversation, and what brings it back earlier.

    Working hours are those of its own team, counted from when it was wanted. Raises CannotBulk.
    """
    choice, _and, wakes_on = value.partition(AND)
    if conversation.team_id not in work.hours:
        work.hours[conversation.team_id] = calendars.hours_for(conversation, work.by)
    hours = work.hours[conversation.team_id]
    try:
        found = putting_off.typed(choice, work.at, hours) or putting_off.moment(choice, work.at, hours)
    except NeverOpen as mistake:
        raise CannotBulk(BulkReason.PAST) from mistake
    if found is None and choice in macro_steps.SNOOZES:
        # On a Sunday tomorrow is next week.
        found = putting_off.moment(macro_steps.TOMORROW, work.at, hours)
    if found is None:
        raise CannotBulk(BulkReason.PAST)
    return found, wakes_on or WakesOn.MORE


def _snoozed(conversation: Conversation) -> Pair:
    """Return the step that makes it as snoozed as it is."""
    until = conversation.snoozed_until
    return ("snooze", f"{until.isoformat()}{AND}{conversation.wakes_on}") if until else ("wake", "")


def _wake(conversation: Conversation, _value: str, work: Work) -> list[Pair]:
    before = _snoozed(conversation)
    if conversation.snoozed_until is None:
        return []
    conversation.wake(by=work.by)
    return [before]


def _resolve(conversation: Conversation, _value: str, work: Work) -> list[Pair]:
    if conversation.resolved_at is not None:
        return []
    before = [_snoozed(conversation)] if conversation.snoozed_until else []
    conversation.resolve(by=work.by)
    return [("reopen", ""), *before]


def _reopen(conversation: Conversation, _value: str, work: Work) -> list[Pair]:
    if conversation.resolved_at is None:
        return []
    conversation.reopen(by=work.by)
    return [("resolve", "")]


def _explain(conversation: Conversation, value: str, work: Work) -> list[Pair]:
    if conversation.parent_id is not None:
        raise CannotBulk(BulkReason.PART)
    before, named = conversation.cause_id, _cause_of(value, work) if value else None
    cause = named.now if named else None
    if before == (cause.pk if cause else None):
        return []
    if cause is not None and not cause.is_in_use:
        raise CannotBulk(BulkReason.GONE)
    conversation.keep_cause(cause, by=work.by)
    return [("cause-again", str(before or ""))]


def _cause_of(value: str, work: Work) -> Cause:
    number = int(value)
    if number not in work.causes:
        rows = Cause.objects.select_related("parent", "merged_into__parent")
        work.causes[number] = rows.filter(pk=number).first()
    found = work.causes[number]
    if found is None:
        raise CannotBulk(BulkReason.GONE)
    return found


def _explain_again(conversation: Conversation, value: str, work: Work) -> list[Pair]:
    """Give back the cause that it had, also one that is not in use any more."""
    conversation.keep_cause(_cause_of(value, work) if value else None, by=work.by)
    return []


def _mark_spam(conversation: Conversation, _value: str, work: Work) -> list[Pair]:
    if conversation.kind == ConversationKind.SPAM:
        return []
    spam.mark(conversation, by=work.by)
    return [("wanted", "")]


def _clear_of_spam(conversation: Conversation, _value: str, work: Work) -> list[Pair]:
    if conversation.kind != ConversationKind.SPAM:
        return []
    spam.clear(conversation, by=work.by)
    return [("spam", "")]


def _delete(conversation: Conversation, value: str, work: Work) -> list[Pair]:
    if conversation.deleted_at is not None:
        return []
    conversation.trash(DeletionReason(value), by=work.by)
    return [("restore", value)]


def _restore(conversation: Conversation, value: str, work: Work) -> list[Pair]:
    if conversation.deleted_at is None:
        return []
    conversation.restore(by=work.by)
    return [("delete", value)]


def _read(conversation: Conversation, _value: str, _work: Work) -> list[Pair]:
    if not conversation.is_unread:
        return []
    conversation.mark_read()
    return [("unread", "")]


def _unread(conversation: Conversation, _value: str, _work: Work) -> list[Pair]:
    if conversation.is_unread:
        return []
    conversation.mark_unread()
    return [("read", "")]


def _moment(at: datetime | None) -> str:
    return at.isoformat() if at else "-"


def _settled(conversation: Conversation, _value: str, _work: Work) -> str:
    return _moment(conversation.resolved_at)


def _put_off(conversation: Conversation, _value: str, _work: Work) -> str:
    return f"{_moment(conversation.snoozed_until)}{AND}{conversation.wakes_on if conversation.snoozed_until else ''}"


def _kind(conversation: Conversation, _value: str, _work: Work) -> str:
    return conversation.kind


def _deleted(conversation: Conversation, _value: str, _work: Work) -> str:
    return _moment(conversation.deleted_at)


def _seen(conversation: Conversation, _value: str, _work: Work) -> str:
    return str(conversation.is_unread)


def _answerer(conversation: Conversation, _value: str, _work: Work) -> str:
    return str(conversation.assignee_id)


def _team_and_answerer(conversation: Conversation, _value: str, _work: Work) -> str:
    return f"{conversation.team_id}{AND}{conversation.assignee_id}"


def _urgency(conversation: Conversation, _value: str, _work: Work) -> str:
    return str(int(conversation.priority))


def _cause(conversation: Conversation, _value: str, _work: Work) -> str:
    return str(conversation.cause_id)


KINDS: Mapping[str, Kind] = {
    "reopen": Kind(_reopen, _settled),
    "wake": Kind(_wake, _put_off),
    "tag": Kind(_tag, _tag_mark),
    "untag": Kind(_untag, _tag_mark),
    "priority": Kind(_prioritise, _urgency),
    "assign": Kind(_assign, _answerer),
    "team": Kind(_give_to_team, _team_and_answerer),
    "team-again": Kind(_give_back_to_team, _team_and_answerer),
    "cause": Kind(_explain, _cause),
    "cause-again": Kind(_explain_again, _cause),
    "snooze": Kind(_snooze, _put_off),
    "resolve": Kind(_resolve, _settled),
    "promise": Kind(bulk_promises.promise, bulk_promises.mark, is_alone=True),
    "promise-withdrawn": Kind(bulk_promises.withdraw, lambda *_about: "", is_alone=True),
    "spam": Kind(_mark_spam, _kind, is_alone=True),
    "wanted": Kind(_clear_of_spam, _kind, is_alone=True),
    "delete": Kind(_delete, _deleted, is_alone=True),
    "restore": Kind(_restore, _deleted, is_alone=True),
    "read": Kind(_read, _seen, is_alone=True),
    "unread": Kind(_unread, _seen, is_alone=True),
}
