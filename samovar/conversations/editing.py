"""Editing a note: its author lets it say something else; what it said before stays and can be looked at."""

from django.db import transaction
from django.utils.translation import gettext as _

from samovar.accounts.models import User
from samovar.conversations import withdrawing
from samovar.conversations.errors import EmptyMessage, NoteChanged, NotYourNote
from samovar.conversations.events import NoteEdited
from samovar.conversations.models import Conversation, Mention, Message, NoteEdit
from samovar.conversations.models.message import Direction
from samovar.events.announcing import announce
from samovar.lib import clock
from samovar.lib.markdown import pictures_in
from samovar.lib.text import digits_in, storable


def may_edit(note: Message, by: User) -> bool:
    """Tell whether ``by`` may edit a note: its author alone, while they answer; what tells of a call or visit stays."""
    is_plain = note.direction == Direction.NOTE and not note.way
    return is_plain and by.can_answer and note.author_id == by.pk


def seen_of(note: Message) -> int:
    """Return by what it is known that a note says what it says: the number of its last edit in force, or 0."""
    return NoteEdit.objects.all().in_force().filter(message=note).values_list("pk", flat=True).first() or 0


def before(note: Message) -> list[NoteEdit]:
    """Return what a note said before, the newest first."""
    return list(NoteEdit.objects.all().in_force().filter(message=note))


@transaction.atomic
def edit(note: Message, text: str, seen: int, by: User) -> NoteEdit | None:
    """Let a note say something else; whom it names anew is told. None when it says so already.

    ``seen`` is ``seen_of`` the text that was changed: when that is no longer what the note says, raises NoteChanged.
    Raises NotYourNote, EmptyMessage and CustomerErased, too.
    """
    conversation, note = _locked(note, by)
    text = storable(text)
    if not text.strip() and not note.attachments.exists():
        raise EmptyMessage(_("A note has to say something. Delete it instead."))
    if text == note.text:
        return None
    if seen_of(note) != seen:
        raise NoteChanged
    # What was undone cannot be done again after something else.
    NoteEdit.objects.filter(message=note, undone_at__isnull=False).delete()
    made = NoteEdit.objects.create(message=note, text=note.text, edited_at=clock.now())
    _say(conversation, note, text, by)
    return made


@transaction.atomic
def undo(done: NoteEdit, by: User) -> None:
    """Let a note say what it said before its last edit. Twice is once. Raises what edit() raises."""
    conversation, note = _locked(done.message, by)
    last = NoteEdit.objects.all().in_force().filter(message=note).first()
    done = NoteEdit.objects.get(pk=done.pk)
    if done.undone_at is None:
        if last != done:
            raise NoteChanged
        done.undone_at = clock.now()
        _exchange(conversation, note, done, by)


@transaction.atomic
def redo(done: NoteEdit, by: User) -> None:
    """Let a note say again what it said by an edit that was undone. Twice is once. Raises what edit() raises."""
    conversation, note = _locked(done.message, by)
    first = NoteEdit.objects.filter(message=note, undone_at__isnull=False).order_by("pk").first()
    done = NoteEdit.objects.get(pk=done.pk)
    if done.undone_at is not None:
        if first != done:
            raise NoteChanged
        done.undone_at = None
        _exchange(conversation, note, done, by)


def _locked(note: Message, by: User) -> tuple[Conversation, Message]:
    conversation = note.conversation
    conversation.writable()
    if not may_edit(note, by):
        raise NotYourNote(_("Only its author can edit a note."))
    if (now := Message.objects.filter(pk=note.pk, withdrawal=None).select_related("author").first()) is None:
        raise NotYourNote(_("The note was deleted meanwhile."))
    return conversation, now


def _exchange(conversation: Conversation, note: Message, done: NoteEdit, by: User) -> None:
    text, done.text = done.text, note.text
    done.save(update_fields=["text", "undone_at"])
    _say(conversation, note, text, by)


def _say(conversation: Conversation, note: Message, text: str, by: User) -> None:
    note.text, note.hidden, note.numbers = text, [], digits_in(text)
    note.save(update_fields=withdrawing.EMPTIED)
    shown = pictures_in(text)
    note.attachments.filter(pk__in=shown).update(is_inline=True)
    note.attachments.exclude(pk__in=shown).update(is_inline=False)
    withdrawing.say_in_history(conversation, note)
    announce(NoteEdited(**conversation.heading(by), message_id=note.pk))
    named = set(Mention.objects.filter(message=note).values_list("user_id", flat=True))
    still = conversation.mention(note, known=named)
    Mention.objects.filter(message=note).exclude(user__in=still).delete()
