"""What was done to many conversations, in words, and what became of each."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Min
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from samovar.accounts.models import User
from samovar.conversations.models import BulkItem, BulkRun, Conversation
from samovar.conversations.models.bulk import UNDOABLE_FOR, BulkReason, BulkState
from samovar.lib.marks import mark, read_mark

PAGE = 50


@dataclass(frozen=True)
class Line:
    """A run, and how it stands in words."""

    run: BulkRun
    words: str

    @property
    def undoable_until(self) -> str:
        """Until when it can be undone, as the clock of the reader has it."""
        ended_at = self.run.ended_at
        return f"{timezone.localtime(ended_at + UNDOABLE_FOR):%H:%M}" if ended_at else ""


@dataclass(frozen=True)
class Runs:
    """A page of runs; ``after`` is the mark of the next one, "" at the end."""

    lines: Sequence[Line]
    after: str


@dataclass(frozen=True)
class Item:
    """What became of one conversation, None for one that the reader may not see; ``number`` is its own."""

    number: int
    conversation: Conversation | None
    state: str
    why: str


@dataclass(frozen=True)
class Items:
    """A page of what became of conversations; ``states`` are those that there are, with how many of each."""

    items: Sequence[Item]
    state: str
    states: Sequence[tuple[str, str, int]]
    after: int


def line(run: BulkRun) -> Line:
    """Return a run in words."""
    return Line(run, " · ".join(filter(None, _words(run))))


def runs(user: User, after: str) -> Runs:
    """Return the runs that ``user`` may look at, the newest first."""
    rows = BulkRun.objects.all().visible_to(user).select_related("by")
    if edge := read_mark(after):
        rows = rows.filter(started_at__lte=edge[0]).exclude(started_at=edge[0], pk__gte=edge[1])
    found = list(rows.order_by("-started_at", "-pk")[: PAGE + 1])
    shown = found[:PAGE]
    return Runs([line(run) for run in shown], mark(shown[-1].started_at, shown[-1].pk) if len(found) > PAGE else "")


def items(user: User, run: BulkRun, state: str, after: str) -> Items:
    """Return what became of each conversation, of one state if that is asked for; two queries."""
    counts = {
        BulkState.WAITING: max(0, run.total - run.done - run.skipped - run.failed),
        BulkState.DONE: run.done - run.undone - run.kept,
        BulkState.SKIPPED: run.skipped,
        BulkState.FAILED: run.failed,
        BulkState.UNDONE: run.undone,
        BulkState.KEPT: run.kept,
    }
    rows = BulkItem.objects.filter(run=run)
    if state in BulkState.values:
        rows = rows.filter(state=state)
    if after.isascii() and after.isdecimal() and len(after) < 19:
        rows = rows.filter(conversation__gt=int(after))
    found = list(rows.order_by("conversation_id")[: PAGE + 1])
    shown = found[:PAGE]
    seen = Conversation.objects.all().visible_to(user).select_related("customer")
    known = seen.in_bulk([item.conversation_id for item in shown])
    return Items(
        [_item(item, known.get(item.conversation_id)) for item in shown],
        state if state in BulkState.values else "",
        [(one.value, str(one.label), count) for one, count in counts.items() if count],
        shown[-1].conversation_id if len(found) > PAGE else 0,
    )


@dataclass(frozen=True)
class Given:
    """How many conversations a run has given to somebody who has them now, and the first of them."""

    to_id: int
    number: int
    first_id: int


def given(run_id: int) -> list[Given]:
    """Return to whom a run has given conversations; to nobody when it is being undone, or has assigned nothing."""
    run = BulkRun.objects.filter(pk=run_id, undo_asked_at=None).first()
    if run is None or not any(kind == "assign" for kind, _value in run.steps):
        return []
    done = BulkItem.objects.filter(run=run, state=BulkState.DONE, conversation__assignee__isnull=False)
    rows = done.values_list("conversation__assignee").annotate(number=Count("pk"), first=Min("conversation"))
    return [Given(*row) for row in rows.order_by("conversation__assignee")]


def _item(item: BulkItem, conversation: Conversation | None) -> Item:
    why = str(BulkReason(item.reason).label) if item.reason in BulkReason.values else ""
    return Item(item.conversation_id, conversation, str(BulkState(item.state).label), why)


def _words(run: BulkRun) -> list[str]:
    if run.is_working:
        done = {"done": run.gone_through, "all": run.to_go_through}
        how_far = _("%(done)d of %(all)d") % done if run.gathered_at else ""
        return [_("Undoing") if run.undo_asked_at else "", run.title, how_far]
    if run.undo_asked_at:
        return [
            _("Undone"),
            run.title,
            _conversations(run.undone),
            ngettext(
                "%(count)d was changed by others and left as it is",
                "%(count)d were changed by others and left as they are",
                run.kept,
            )
            % {"count": run.kept}
            if run.kept
            else "",
        ]
    return [run.title, _conversations(run.done), _left(run), _failed(run), _("stopped") if run.stopped_at else ""]


def _conversations(count: int) -> str:
    return ngettext("%(count)d conversation", "%(count)d conversations", count) % {"count": count}


def _left(run: BulkRun) -> str:
    left = run.total - run.done - run.failed
    words = ngettext("%(count)d left as it was", "%(count)d left as they were", left) % {"count": left}
    return words if left else ""


def _failed(run: BulkRun) -> str:
    words = ngettext("%(count)d failed", "%(count)d failed", run.failed) % {"count": run.failed}
    return words if run.failed else ""
