"""Letting replies leave that waited for their moment, or holding them until somebody decides."""

from django.db import transaction

from samovar.conversations import drafting, macro_steps
from samovar.conversations.chips import from_kept
from samovar.conversations.drafting import Typed
from samovar.conversations.errors import CustomerErased, NobodyToSendTo
from samovar.conversations.events import ScheduledHeld
from samovar.conversations.models import Conversation, ConversationRedirect, Message, PendingReply
from samovar.conversations.models.draft import DraftMode
from samovar.conversations.models.pending import Held
from samovar.events.announcing import announce
from samovar.lib import clock


def taken(pk: int) -> PendingReply | None:
    """Take the row of a reply that has not left, after that of its conversation, as everywhere; None when it has."""
    known = PendingReply.objects.select_related("conversation").filter(pk=pk).first()
    if known is None:
        return None
    known.conversation.locked()
    rows = PendingReply.objects.select_related("author").select_for_update(of=("self",))
    row = rows.filter(pk=pk).first()
    if row is not None:
        row.conversation = known.conversation
    return row


@transaction.atomic
def release(pk: int) -> None:
    """Let a reply leave whose moment has come, or hold it and say so. Twice, or by two workers at once, is once."""
    row = taken(pk)
    if row is None or row.held or row.due_at > clock.now():
        return
    if why := _hindrance(row):
        hold(row, why)
        return
    try:
        with transaction.atomic():
            _let_go(row)
    except NobodyToSendTo:
        hold(row, Held.REFUSED)
    except CustomerErased:
        # There is nobody any more, and nothing of them may stay.
        row.delete()


@transaction.atomic
def hold_of_leaver(user_id: int) -> None:
    """Hold all that somebody had planned who has left, so that their team decides."""
    rows = PendingReply.objects.scheduled().filter(author=user_id, held="").order_by("conversation", "pk")
    for pk in list(rows.values_list("pk", flat=True)):
        row = taken(pk)
        if row is not None and not row.held and not row.author.is_active:
            hold(row, Held.LEFT)


def hold(row: PendingReply, why: Held) -> None:
    """Keep a reply from leaving, whose row is taken."""
    row.held = why
    row.save(update_fields=["held"])
    heading = row.conversation.heading(None)
    announce(ScheduledHeld(**heading, pending_id=row.pk, author_id=row.author_id, held=why.value))


def has_news(row: PendingReply, seen_id: int) -> bool:
    """Whether somebody else than its author has written since ``seen_id``; what they wrote is no news to them."""
    written = Message.objects.filter(conversation=row.conversation_id, pk__gt=seen_id)
    return written.to_be_seen_by(row.author).exists()


def _hindrance(row: PendingReply) -> Held | None:
    if row.is_scheduled and not row.author.is_active:
        return Held.LEFT
    merged = ConversationRedirect.objects.filter(old_id=row.conversation_id)
    if merged.exists() or not _may_write(row):
        return Held.HIDDEN
    return Held.NEWER if row.is_scheduled and not row.is_sure and has_news(row, row.seen_id or 0) else None


def _may_write(row: PendingReply) -> bool:
    return Conversation.objects.all().written_in_by(row.author).filter(pk=row.conversation_id).exists()


def _let_go(row: PendingReply) -> None:
    typed = Typed(
        mode=DraftMode.REPLY,
        text=row.text,
        files=list(row.files.order_by("pk")),
        is_last_word=row.is_last_word,
        chips=None if row.chips is None else from_kept(row.chips),
        snooze_until=row.snooze_until,
    )
    drafting.say(row.conversation, typed, by=row.author)
    macro_steps.carry_out(row.conversation, macro_steps.from_draft(row.steps), by=row.author)
    row.delete()
