"""Sending off replies that do not leave at once: they can be taken back for some seconds, or wait for a moment."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from samovar.accounts.models import User
from samovar.conversations import drafting, releasing
from samovar.conversations.chips import as_kept
from samovar.conversations.drafting import File, Typed
from samovar.conversations.errors import AnswerOnItsWay, EmptyMessage, LeavesInThePast, LeftAlready, ReplyChanged
from samovar.conversations.events import ReplyScheduled, ReplyUnscheduled
from samovar.conversations.jobs import release_reply
from samovar.conversations.macro_steps import Step, kept
from samovar.conversations.models import Attachment, Conversation, Draft, PendingReply
from samovar.conversations.models.circle import circle_of
from samovar.conversations.models.draft import DraftMode
from samovar.events.announcing import announce
from samovar.jobs.queue import enqueue
from samovar.lib import clock
from samovar.lib.text import storable


@dataclass(frozen=True, kw_only=True)
class Leaving:
    """When a reply shall leave: ``at`` a moment, or after the seconds in which its author can take it back.

    ``is_sure`` says that at that moment nothing holds it that was written meanwhile. ``seen_pending`` is the newest
    answer of a colleague on its way that the author knows of. ``steps`` are done once it has left.
    """

    at: datetime | None = None
    is_sure: bool = False
    seen_pending: int = 0
    steps: Sequence[Step] = ()


@dataclass(frozen=True, kw_only=True)
class Looked:
    """What somebody has seen who decides about a planned reply, None where nobody has kept that.

    ``was`` and ``was_at`` are what it said and when it left, with the files that it ``had``. ``seen_id`` is the newest
    message of the conversation that they know of.
    """

    was: str | None = None
    was_at: datetime | None = None
    had: Collection[int] = ()
    seen_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Change(Looked):
    """What a planned reply shall say, and when it leaves.

    Of the files that it ``had``, those stay that are ``kept``; others are none of theirs. ``added`` ones come.
    """

    text: str
    at: datetime
    kept: Collection[int] = ()
    added: Sequence[File] = ()


@transaction.atomic
def send_off(conversation: Conversation, typed: Typed, by: User, leaving: Leaving) -> PendingReply:
    """Take a reply from its author; its draft is gone, and it leaves by itself.

    Raises what drafting.write() raises, LeavesInThePast, and AnswerOnItsWay.
    """
    row = plan(conversation, typed, by, leaving)
    drafting.forget(conversation, DraftMode.REPLY, by)
    return row


@transaction.atomic
def plan(conversation: Conversation, typed: Typed, by: User, leaving: Leaving) -> PendingReply:
    """Do the same with a reply that was never a draft: what its author is typing stays."""
    files, now = list(typed.files), clock.now()
    if leaving.at is not None and leaving.at <= now:
        raise LeavesInThePast(_("This moment has passed. Choose a later one."))
    conversation.ready_for(typed.text, files, typed.seen_id, by)
    check_nobody_answers(conversation, by, leaving.seen_pending)
    if typed.chips is not None:
        drafting.people_of(circle_of(conversation.pk), typed.chips)
    row = PendingReply.objects.create(
        conversation=conversation,
        author=by,
        text=storable(typed.text),
        chips=None if typed.chips is None else as_kept(typed.chips, typed.seen_id or 0),
        seen_id=typed.seen_id,
        is_last_word=typed.is_last_word,
        snooze_until=typed.snooze_until,
        is_scheduled=leaving.at is not None,
        is_sure=leaving.is_sure,
        steps=kept(leaving.steps),
        due_at=leaving.at or now + timedelta(seconds=by.undo_seconds),
        created_at=now,
    )
    own = Attachment.objects.filter(drafting.own_files(by), pk__in=[file.pk for file in files])
    own.update(pending=row, draft=None)
    _plan(row)
    return row


def check_nobody_answers(conversation: Conversation, by: User, seen_pending: int) -> None:
    """Look whether a colleague's answer is leaving that ``by`` does not know of; raises AnswerOnItsWay."""
    rows = PendingReply.objects.leaving().filter(conversation=conversation, pk__gt=seen_pending).exclude(author=by)
    newest = rows.order_by("-pk").values_list("pk", flat=True).first()
    if newest is not None:
        raise AnswerOnItsWay(newest)


@transaction.atomic
def take_back(pk: int, by: User) -> None:
    """Give a reply back to its author as a draft: text, people, files and steps, before whatever was typed since.

    What somebody left behind goes to whoever takes it. Raises LeftAlready.
    """
    row = _taken(pk)
    to = row.author if row.author.is_active else by
    own = {"conversation": row.conversation, "mode": DraftMode.REPLY, "user": to}
    draft, _is_new = Draft.objects.get_or_create(**own, defaults={"saved_at": clock.now()})
    draft.text = "\n\n".join(filter(str.strip, (row.text, draft.text)))
    draft.chips = row.chips if draft.chips is None else draft.chips
    draft.steps = draft.steps or row.steps
    draft.saved_at = clock.now()
    draft.save(update_fields=["text", "chips", "steps", "saved_at"])
    row.files.update(draft=draft, pending=None, uploaded_by=to)
    if row.is_scheduled:
        _announce_change(row, by)
    row.delete()


@transaction.atomic
def change(pk: int, wanted: Change, by: User) -> None:
    """Have a planned reply say something else, or leave at another moment; what held it does so no more.

    Messages up to ``seen_id`` hold it no more; without that number, what it knew of stays. Raises EmptyMessage,
    LeavesInThePast, LeftAlready and, when somebody else has written or changed it since it was looked at, ReplyChanged.
    """
    row = _taken(pk)
    if not _is_as_seen(row, wanted):
        raise ReplyChanged(_("Somebody has changed it meanwhile. Look at it, then change it again."))
    _check_nobody_wrote(row, wanted)
    text, at = storable(wanted.text), row.due_at if wanted.at == _shown(wanted.was_at) else wanted.at
    gone = row.files.filter(pk__in=set(wanted.had) - set(wanted.kept))
    stays = row.files.exclude(pk__in=gone).exists()
    if not text.strip() and not stays and not wanted.added:
        raise EmptyMessage(_("There is nothing to send yet. Write a text or attach a file."))
    if at <= clock.now():
        raise LeavesInThePast(_("This moment has passed. Choose a later one."))
    gone.delete()
    _attach(row, wanted.added)
    row.text, row.due_at, row.held, row.is_scheduled = text, at, "", True
    if wanted.seen_id is not None:
        # All of them: nobody else has written since, and nobody can while the row is taken.
        row.seen_id = row.conversation.messages.order_by("-pk").values_list("pk", flat=True).first()
    row.save(update_fields=["text", "due_at", "held", "is_scheduled", "seen_id"])
    _announce_change(row, by)
    _plan(row)


@transaction.atomic
def send_now(pk: int, looked: Looked | None = None) -> None:
    """Let a reply leave at once, whatever was written before it was looked at.

    Raises LeftAlready and, when somebody else has changed it since, or written, ReplyChanged.
    """
    row, looked = _taken(pk), looked or Looked()
    if not _is_as_shown(row, looked):
        raise ReplyChanged(_("Somebody has changed it meanwhile. Look at it, then decide again."))
    _check_nobody_wrote(row, looked)
    row.due_at, row.held, row.is_sure = clock.now(), "", True
    row.save(update_fields=["due_at", "held", "is_sure"])
    releasing.release(pk)


def _is_as_seen(row: PendingReply, wanted: Change) -> bool:
    """Whether a reply still is what somebody has seen, or already what they want it to be."""
    # Browsers end lines in their own way.
    says_so = wanted.was is None or row.text.split() in (wanted.was.split(), storable(wanted.text).split())
    leaves_then = wanted.was_at is None or row.due_at in (wanted.was_at, wanted.at)
    staying = set(wanted.had) & set(wanted.kept)
    return says_so and leaves_then and row.files.filter(pk__in=staying).count() == len(staying)


def _is_as_shown(row: PendingReply, looked: Looked) -> bool:
    """Whether a reply is what somebody has seen: text, moment and files."""
    if looked.was is None:
        return True
    has = set(row.files.values_list("pk", flat=True))
    return row.text.split() == looked.was.split() and row.due_at == looked.was_at and has == set(looked.had)


def _check_nobody_wrote(row: PendingReply, looked: Looked) -> None:
    if looked.seen_id is not None and releasing.has_news(row, looked.seen_id):
        raise ReplyChanged(_("Somebody wrote meanwhile. Look at it, then decide again."))


def _shown(moment: datetime | None) -> datetime | None:
    """Return a moment as the fields of forms show it, which know no seconds."""
    return moment and moment.replace(second=0, microsecond=0)


def _attach(row: PendingReply, files: Sequence[File]) -> None:
    for file in files:
        # It leaves in the name of the author, with what is theirs.
        made = Attachment.objects.all().upload(*file, by=row.author)
        made.pending = row
        made.save(update_fields=["pending"])


def _taken(pk: int) -> PendingReply:
    row = releasing.taken(pk)
    if row is None:
        raise LeftAlready
    return row


def _plan(row: PendingReply) -> None:
    if row.is_scheduled:
        announce(ReplyScheduled(**row.conversation.heading(row.author), pending_id=row.pk, until=row.due_at))
    # The sweep of each minute takes up what a task should lose.
    enqueue(release_reply, row.pk, run_at=row.due_at)


def _announce_change(row: PendingReply, by: User) -> None:
    announce(ReplyUnscheduled(**row.conversation.heading(by), pending_id=row.pk))
