"""Doing the same to many conversations: begun once, gone through in batches, stopped, undone.

A batch is one transaction: what it changes and what it notes of each conversation exist together or not at all, so that
whoever is killed anywhere goes on exactly there. One batch at a time is at work on a run, whoever asks for it.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import OperationalError, connection, transaction
from django.http import QueryDict
from django.utils import timezone
from psycopg import sql

from samovar.accounts.models import User
from samovar.conversations import bulk_steps
from samovar.conversations.bulk_steps import Pair
from samovar.conversations.bulk_work import Work
from samovar.conversations.errors import CannotBulk, DeletedWithMain, GoneForGood
from samovar.conversations.events import BulkRunEnded
from samovar.conversations.models import BulkItem, BulkRun, Conversation
from samovar.conversations.models.bulk import BulkReason, BulkState
from samovar.conversations.models.gathering import Changes
from samovar.conversations.models.selecting import ConversationQuerySet
from samovar.conversations.queries import Wanted, selection
from samovar.events.announcing import announce, announcing_together
from samovar.jobs.attempt import attempt
from samovar.lib import clock
from samovar.lib.rows import update_rows

# So many are written together, and one such portion after the other until a transaction has lasted so long: whoever
# writes holds back every reader of the log.
AT_ONCE = 50
MOST_SECONDS = 0.4
# So many can be meant at once.
MOST = 100_000
# What nobody has worked on for so long was left by somebody who died.
LEFT_AFTER = timedelta(seconds=30)
# Which column of a run counts what.
COUNTS = {
    BulkState.DONE: "done",
    BulkState.SKIPPED: "skipped",
    BulkState.FAILED: "failed",
    BulkState.UNDONE: "undone",
    BulkState.KEPT: "kept",
}
# What is noted of each conversation.
RESULT = ("state", "reason", "back", "mark")
GATHER = sql.SQL("""
INSERT INTO conversations_bulkitem (run_id, conversation_id)
SELECT %s, wanted.id FROM ({}) AS wanted (id) ORDER BY wanted.id LIMIT %s
ON CONFLICT DO NOTHING
""")


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What somebody wants done to many conversations; ``source`` has their ``ids``, or the ``query`` of a list."""

    key: UUID
    steps: Sequence[Pair]
    title: str
    source: Mapping[str, object]


# Treats one conversation of a run and notes on the item what became of it.
Treat = Callable[[BulkRun, BulkItem, Mapping[int, Conversation], Work], None]


@dataclass(frozen=True)
class Way:
    """Forwards or back: in which state those are that are left, who of them is to be seen, and what is done to each."""

    state: BulkState
    rows: ConversationQuerySet
    treat: Treat
    work: Work


def begin(wish: Wish, by: User) -> tuple[BulkRun, bool]:
    """Note what is to be done and return it; also whether it is new: with the same key it was begun before."""
    now = clock.now()
    begun = {
        "steps": [list(pair) for pair in wish.steps],
        "title": wish.title,
        "source": wish.source,
        "time_zone": timezone.get_current_timezone_name(),
        "started_at": now,
        "moved_at": now,
    }
    return BulkRun.objects.get_or_create(by=by, key=wish.key, defaults=begun)


def finish(run_id: int) -> bool:
    """Go through all that is left at once, for what is few; returns whether all of it is over with."""
    try:
        while advance(run_id):
            pass
    except OperationalError:
        # Somebody else wanted the same rows in another order; a worker goes on.
        return False
    return True


@transaction.atomic
def advance(run_id: int) -> bool:
    """Do the next batch of a run; returns whether there may be more. Nothing happens while somebody else is at it."""
    rows = BulkRun.objects.select_related("by", "undone_by").select_for_update(of=("self",), skip_locked=True)
    run = rows.filter(pk=run_id).first()
    if run is None or not run.is_working:
        return False
    zone = run.time_zone or settings.TIME_ZONE
    with timezone.override(ZoneInfo(zone)):
        if run.gathered_at is None:
            _gather(run)
        elif run.undo_asked_at is None:
            _do_some(run)
        else:
            assert run.undone_by is not None
            _undo_some(run, run.undone_by)
    return run.is_working


@transaction.atomic
def stop(run: BulkRun) -> None:
    """Do no more; what is done stays. Twice is once, and what is over cannot be stopped."""
    _locked(run)
    if run.ended_at is None:
        run.stopped_at = clock.now()
        _end(run)


@transaction.atomic
def undo(run: BulkRun, by: User) -> bool:
    """Take back what was done, and do no more; returns False when it is too late for that. Twice is once."""
    _locked(run)
    if run.undo_asked_at is not None:
        return True
    if run.ended_at is None:
        run.stopped_at = clock.now()
        _end(run)
    if not run.is_undoable:
        return False
    run.undo_asked_at, run.undone_by = clock.now(), by
    run.save(update_fields=["undo_asked_at", "undone_by"])
    return True


def left_behind() -> list[int]:
    """Return the runs that nobody is at any more although there is something to do."""
    rows = BulkRun.objects.all().unfinished().filter(moved_at__lt=clock.now() - LEFT_AFTER)
    return list(rows.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def forget_some(most: int) -> bool:
    """Forget what became of at most ``most`` conversations in runs of long ago; returns whether there may be more."""
    run = BulkRun.objects.all().forgettable().order_by("started_at").select_for_update(skip_locked=True).first()
    if run is None:
        return False
    items = list(BulkItem.objects.filter(run=run).values_list("pk", flat=True)[:most])
    BulkItem.objects.filter(pk__in=items).delete()
    if len(items) < most:
        run.delete()
    return True


def _locked(run: BulkRun) -> None:
    run.refresh_from_db(from_queryset=BulkRun.objects.select_for_update())


def _gather(run: BulkRun) -> None:
    if "query" in run.source:
        asked = QueryDict(str(run.source["query"]))
        wanted = Wanted.of(asked, run.by)
        # Whose view is gone by now means nothing any more, and by no means the list that is shown in its place.
        is_there = asked.get("view", wanted.view.name) == wanted.view.name
        rows = selection(run.by, wanted) if is_there else Conversation.objects.none()
    else:
        rows = Conversation.objects.filter(pk__in=run.source.get("ids", []))
    run.total = _gathered(run, rows)
    # What was searched for may be the name of a customer.
    run.source, run.gathered_at, run.moved_at = {}, clock.now(), clock.now()
    run.save(update_fields=["total", "source", "gathered_at", "moved_at"])
    if not run.total:
        _end(run)


def _gathered(run: BulkRun, rows: ConversationQuerySet) -> int:
    try:
        inner, values = rows.order_by().values_list("pk").query.sql_with_params()
    except EmptyResultSet:
        # A filter that means nothing any more finds nothing, which needs no question.
        return 0
    with connection.cursor() as cursor:
        # The inner one was put together by Django, with places for its values.
        statement = GATHER.format(sql.SQL(inner)).as_string()
        cursor.execute(statement, [run.pk, *values, MOST])
        return int(cursor.rowcount)


def _do_some(run: BulkRun) -> None:
    if not run.by.is_active or not run.by.can_answer:
        gone = run.items.filter(state=BulkState.WAITING).update(state=BulkState.SKIPPED, reason=BulkReason.RIGHTS)
        run.skipped += gone
    work = Work(run.by, run.started_at)
    _go_through(run, Way(BulkState.WAITING, Conversation.objects.all().visible_to(run.by), _done, work))
    if not run.items.filter(state=BulkState.WAITING).exists():
        _end(run)


def _undo_some(run: BulkRun, by: User) -> None:
    rows = Conversation.objects.all().in_inboxes_of(by)
    # What was deleted is seen by nobody.
    rows = rows.filter(merged_at=None) if _deletes(run) else rows.present()
    _go_through(run, Way(BulkState.DONE, rows, _undone, Work(by, run.started_at)))
    if not run.items.filter(state=BulkState.DONE).exists():
        run.undone_at = clock.now()
        run.save(update_fields=["undone_at"])


def _deletes(run: BulkRun) -> bool:
    return any(kind == "delete" for kind, _value in run.steps)


def _go_through(run: BulkRun, way: Way) -> None:
    """Treat a portion after the other, for as long as a transaction may last."""
    since = time.monotonic()
    while batch := list(run.items.all().in_state(way.state)[:AT_ONCE]):
        if bulk_steps.are_alone(run.steps) or not _treat_together(run, way, batch):
            # What was set on them meanwhile is not true.
            batch = _treat_each(run, way, list(run.items.all().in_state(way.state)[:AT_ONCE]), since)
        for item in batch:
            column = COUNTS[BulkState(item.state)]
            setattr(run, column, getattr(run, column) + 1)
        if time.monotonic() - since > MOST_SECONDS:
            break
    run.moved_at = clock.now()
    run.save(update_fields=[*COUNTS.values(), "moved_at"])


def _treat_together(run: BulkRun, way: Way, batch: Sequence[BulkItem]) -> bool:
    """Treat all of a portion and write it in few statements; returns False when one of them keeps all from it."""

    def treat() -> None:
        changes = Changes()
        seen = _at_hand(run, way, batch)
        for conversation in seen.values():
            conversation.changes = changes
        with announcing_together():
            for item in batch:
                way.treat(run, item, seen, way.work)
            changes.write()
        update_rows(connection, batch, RESULT)

    error = attempt(treat, run.pk)
    if isinstance(error, OperationalError):
        raise error
    return error is None


def _treat_each(run: BulkRun, way: Way, batch: Sequence[BulkItem], since: float) -> list[BulkItem]:
    """Treat one after the other, so that whoever fails, fails alone; returns how far that has come in time."""
    seen, gone_through = _at_hand(run, way, batch), []
    for item in batch:
        if error := attempt(lambda item=item: way.treat(run, item, seen, way.work), item.conversation_id):  # type: ignore[misc]  # bound at once
            if isinstance(error, OperationalError):
                raise error
            item.state = BulkState.KEPT if way.state == BulkState.DONE else BulkState.FAILED
            item.reason = BulkReason.ERROR
        gone_through.append(item)
        if time.monotonic() - since > MOST_SECONDS:
            break
    update_rows(connection, gone_through, RESULT)
    return gone_through


def _at_hand(run: BulkRun, way: Way, batch: Sequence[BulkItem]) -> dict[int, Conversation]:
    """Return those of a portion that are to be seen, locked in the order of their numbers, as everybody does."""
    wanted = way.rows.filter(pk__in=[item.conversation_id for item in batch]).order_by("pk")
    held = list(wanted.select_for_update(of=("self",)).values_list("pk", flat=True))
    if bulk_steps.are_about_tags(run.steps):
        way.work.look_at_tags(held)
    # Only now what they refer to: it may have changed while somebody else had them.
    return Conversation.objects.select_related("customer", "inbox", "cause").in_bulk(held)


def _done(run: BulkRun, item: BulkItem, seen: Mapping[int, Conversation], work: Work) -> None:
    try:
        conversation = _taken(run, item, seen)
        back = bulk_steps.carry_out(conversation, run.steps, work)
    except CannotBulk as mistake:
        item.state, item.reason = BulkState.SKIPPED, mistake.reason
        return
    if not back:
        item.state, item.reason = BulkState.SKIPPED, BulkReason.SAME
        return
    item.state, item.back = BulkState.DONE, [list(pair) for pair in back]
    item.mark = bulk_steps.mark(conversation, run.steps, work)


def _undone(run: BulkRun, item: BulkItem, seen: Mapping[int, Conversation], work: Work) -> None:
    try:
        conversation = _taken(run, item, seen)
        if bulk_steps.mark(conversation, run.steps, work) != item.mark:
            raise CannotBulk(BulkReason.CHANGED)
        bulk_steps.carry_out(conversation, item.back, work)
    except (DeletedWithMain, GoneForGood):
        item.state, item.reason = BulkState.KEPT, BulkReason.CHANGED
    except CannotBulk as mistake:
        item.state, item.reason = BulkState.KEPT, mistake.reason
    else:
        item.state = BulkState.UNDONE


def _taken(run: BulkRun, item: BulkItem, seen: Mapping[int, Conversation]) -> Conversation:
    """Return the conversation; raises CannotBulk where it is not to be seen any more."""
    conversation = seen.get(item.conversation_id)
    if conversation is None:
        raise CannotBulk(BulkReason.UNSEEN)
    conversation.run_id = run.pk
    return conversation


def _end(run: BulkRun) -> None:
    run.ended_at = clock.now()
    run.save(update_fields=["ended_at", "stopped_at"])
    announce(BulkRunEnded(run_id=run.pk, actor_id=run.by_id))
