"""What a conversation takes over of another one that comes into it: nobody who waits, and nobody who cares, is lost."""

from datetime import datetime

from samovar.accounts.models import User
from samovar.conversations.models import Conversation, Regrouping
from samovar.conversations.models.prioritising import Priority
from samovar.lib import clock


def state(done: Regrouping, by: User) -> datetime | None:
    """Let the target be as open, as near, as urgent and as cared for as the source; both are held.

    Returns since when the customer waits in the source; what was changed is noted in ``done.before``.
    """
    source, target = done.source, done.target
    if source.resolved_at is None:
        wake_up(done, by, stays_asleep=source.snoozed_until is not None)
    if source.assignee and source.assignee.is_active and target.assignee_id is None:
        done.before["assignee"] = source.assignee_id
        target.assign(to=source.assignee, by=by)
    if source.team and target.team_id is None:
        done.before["team"] = source.team_id
        target.give_to_team(source.team, by=by, keeps_assignee=True)
    if source.priority > target.priority:
        done.before["priority"] = [target.priority, source.priority]
        target.prioritise(Priority(source.priority), by=by)
    if source.cause and target.cause is None:
        done.before["cause"] = source.cause_id
        target.keep_cause(source.cause, by=by)
    if source.idea_at and target.idea_at is None:
        done.before["idea"] = True
        target.note_idea(by=by, title=source.idea_title, author=source.idea_author)
    return source.waiting_since


def wake_up(done: Regrouping, by: User, *, stays_asleep: bool = False) -> None:
    """Take the target up again, because something open comes into it."""
    target = done.target
    if target.resolved_at is not None:
        done.before["resolved"] = True
        target.reopen(by=by)
    if target.snoozed_until is not None and not stays_asleep:
        done.before["snoozed_until"] = target.snoozed_until.isoformat()
        target.wake(by=by)


def give_back(done: Regrouping, target: Conversation, by: User) -> None:
    """Make the target what it was, but for what somebody has decided since, or what waits there now."""
    target = Conversation.objects.get(pk=target.pk)
    before = done.before
    has_news = target.last_inbound_at is not None and target.last_inbound_at > done.at
    if "assignee" in before and target.assignee_id == before["assignee"]:
        target.assign(to=None, by=by)
    if "team" in before and target.team_id == before["team"]:
        target.give_to_team(None, by=by)
    if "priority" in before and target.priority == before["priority"][1]:
        target.prioritise(Priority(before["priority"][0]), by=by)
    if "cause" in before and target.cause_id == before["cause"]:
        target.keep_cause(None, by=by)
    if "idea" in before:
        target.dismiss_idea(by=by)
    if "resolved" in before and not has_news:
        target.resolve(by=by)
    until = datetime.fromisoformat(before["snoozed_until"]) if "snoozed_until" in before else None
    if until and until > clock.now() and target.resolved_at is None and not has_news:
        target.snooze(until, by=by, wakes_on=target.wakes_on)
