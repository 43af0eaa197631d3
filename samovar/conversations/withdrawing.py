"""Taking back a note: its words are gone from everywhere at once, and for good ten minutes later."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from samovar.accounts.models import User
from samovar.conversations.errors import GoneForGood, NotYourNote
from samovar.conversations.events import NoteAdded, NoteDeleted, NoteRestored
from samovar.conversations.models import (
    Attachment,
    Conversation,
    ConversationRedirect,
    Mention,
    Message,
    NoteEdit,
    Withdrawal,
)
from samovar.conversations.models.message import Direction
from samovar.conversations.models.withdrawal import HELD_FOR
from samovar.events.announcing import announce
from samovar.events.models import Event
from samovar.lib import clock
from samovar.lib.text import digits_in

EMPTIED = ["text", "hidden", "numbers"]


def may_withdraw(note: Message, by: User) -> bool:
    """Tell whether ``by`` may take a note back: its author may, and who leads; what tells of a call or visit stays."""
    is_plain = note.direction == Direction.NOTE and not note.way
    return is_plain and (by.can_lead or (by.can_answer and note.author_id == by.pk))


@transaction.atomic
def withdraw(note: Message, by: User) -> None:
    """Take a note back: nobody reads or finds it any more, and who it named is not told. Twice is once.

    Raises NotYourNote.
    """
    conversation, note = _locked(note, by)
    if not Withdrawal.objects.filter(message=note).exists():
        _hide(conversation, note, by)


@transaction.atomic
def hide(note: Message, by: User) -> None:
    """Take back what an expert has answered in a note, who is no part of the team and may take back no other."""
    note.conversation.locked()
    if not Withdrawal.objects.filter(message=note).exists():
        _hide(note.conversation, note, by)


def _hide(conversation: Conversation, note: Message, by: User) -> None:
    now = clock.now()
    files, edits = Attachment.objects.filter(message=note), NoteEdit.objects.filter(message=note)
    Withdrawal.objects.create(
        message=note,
        by=by,
        withdrawn_at=now,
        held_until=now + HELD_FOR,
        text=note.text,
        edits=[[edit.pk, edit.text, *map(_stamp, (edit.edited_at, edit.undone_at))] for edit in edits.order_by("pk")],
        file_ids=list(files.order_by("pk").values_list("pk", flat=True)),
    )
    files.update(message=None)
    edits.delete()
    Mention.objects.filter(message=note).delete()
    note.text, note.hidden, note.numbers = "", [], ""
    note.save(update_fields=EMPTIED)
    say_in_history(conversation, note)
    announce(NoteDeleted(**conversation.heading(by), message_id=note.pk))


@transaction.atomic
def bring_back(note: Message, by: User) -> None:
    """Let a note stand again as it was; whom it names is told anew. Twice is once.

    Raises NotYourNote, and GoneForGood ten minutes after it was taken back.
    """
    conversation, note = _locked(note, by)
    held = Withdrawal.objects.filter(message=note).first()
    if held is None:
        return
    if held.held_until is None or held.held_until <= clock.now():
        raise GoneForGood(_("It was deleted more than ten minutes ago, and nothing of it is left."))
    note.text, note.numbers = held.text, digits_in(held.text)
    note.save(update_fields=EMPTIED)
    Attachment.objects.filter(pk__in=held.file_ids, message=None).update(message=note)
    NoteEdit.objects.bulk_create(
        NoteEdit(pk=pk, message=note, text=text, edited_at=edited_at, undone_at=undone_at)
        for pk, text, edited_at, undone_at in held.edits
    )
    held.delete()
    say_in_history(conversation, note)
    announce(NoteRestored(**conversation.heading(by), message_id=note.pk))
    conversation.mention(note)


@transaction.atomic
def let_go(most: int) -> int:
    """Forget for good what at most ``most`` notes said that were taken back; returns how many."""
    rows = list(Withdrawal.objects.all().over(clock.now()).select_for_update(skip_locked=True)[:most])
    for row in rows:
        Attachment.objects.filter(pk__in=row.file_ids, message=None).throw_away()
        row.text, row.edits, row.file_ids, row.held_until = "", [], [], None
        row.save(update_fields=["text", "edits", "file_ids", "held_until"])
    return len(rows)


def say_in_history(conversation: Conversation, note: Message) -> None:
    """Let the history of the customer show what a note says now."""
    redirects = ConversationRedirect.objects.filter(conversation=conversation).values_list("old_id", flat=True)
    rows = Event.objects.filter(conversation_id__in=[conversation.pk, *redirects], kind=NoteAdded.__name__)
    rows.filter(data__message_id=note.pk).update(preview=note.preview)


def _locked(note: Message, by: User) -> tuple[Conversation, Message]:
    conversation = note.conversation
    conversation.locked()
    if not may_withdraw(note, by):
        raise NotYourNote(_("Only its author and those who lead can delete a note."))
    return conversation, Message.objects.select_related("author").get(pk=note.pk)


def _stamp(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
