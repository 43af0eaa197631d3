"""Keeping what is being typed, and sending it: nothing typed is lost, nothing sent comes back as a draft."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from samovar.accounts.models import User
from samovar.conversations import admitting
from samovar.conversations.chips import Chip, as_kept
from samovar.conversations.errors import NobodyToSendTo
from samovar.conversations.models import Attachment, Conversation, Draft, Message, PendingReply
from samovar.conversations.models.circle import circle_of
from samovar.conversations.models.draft import DraftMode
from samovar.conversations.models.message import Direction
from samovar.conversations.recipients import Circle, Recipients, chosen
from samovar.lib import clock
from samovar.lib.prepared import prepared
from samovar.lib.text import storable

# Name, media type and content of what somebody uploads.
File = tuple[str, str, bytes]

# In one round trip, because people wait for it; its files belong to the message now, or to nobody.
FORGET = """
WITH sent AS (SELECT id FROM conversations_draft WHERE conversation_id = %s AND user_id = %s AND mode = %s),
     freed AS (UPDATE conversations_attachment SET draft_id = NULL WHERE draft_id IN (SELECT id FROM sent))
DELETE FROM conversations_draft WHERE id IN (SELECT id FROM sent)
"""
# In one round trip, because everybody who types does it every few seconds: only where a draft is there already, and
# nothing is to be thought about. What is locked is what would make it wrong: an erased customer, a merged conversation.
GO_ON = """
WITH place AS (
    SELECT own.id FROM conversations_conversation AS own JOIN customers_customer AS who ON who.id = own.customer_id
    WHERE own.id = %s AND own.parent_id IS NULL AND own.merged_at IS NULL AND who.erased_at IS NULL
    FOR SHARE OF own, who
)
UPDATE conversations_draft AS draft SET text = %s, saved_at = %s FROM place
WHERE draft.conversation_id = place.id AND draft.user_id = %s AND draft.mode = %s
    AND NOT EXISTS (
        SELECT FROM conversations_pendingreply AS leaving
        WHERE leaving.conversation_id = place.id AND leaving.author_id = draft.user_id
    )
    AND NOT EXISTS (
        SELECT FROM conversations_message AS said
        WHERE said.conversation_id = place.id AND said.author_id = draft.user_id AND said.created_at > %s
    )
"""
# So long after writing something it is looked at whether a slow browser brings that back as a draft.
SLOWEST_BROWSER = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Typed:
    """What somebody sends: ``files`` were uploaded before, ``seen_id`` is the newest message that they have seen.

    ``chips`` are those that were in sight, None where a reply goes to whom it goes by itself. With ``is_last_word`` the
    matter is settled by it, with ``snooze_until`` it is put off.
    """

    mode: str
    text: str
    files: Iterable[Attachment] = ()
    seen_id: int | None = None
    is_last_word: bool = False
    chips: Sequence[Chip] | None = None
    snooze_until: datetime | None = None

    @property
    def leaves_the_list(self) -> bool:
        """Whether its author goes on with the next conversation."""
        return self.is_last_word or self.snooze_until is not None


@transaction.atomic
def write(conversation: Conversation, typed: Typed, by: User) -> Message:
    """Send a reply or leave a note; its draft is gone then.

    Whoever gets a reply takes part from now on. Raises EmptyMessage and NewerMessage as Conversation.reply(), for a
    note that settles the matter too, and
    NobodyToSendTo when no chip is on; the draft stays in that case. Raises CustomerErased.
    """
    message = say(conversation, typed, by)
    forget(conversation, typed.mode, by)
    return message


@transaction.atomic
def say(conversation: Conversation, typed: Typed, by: User) -> Message:
    """Do the same for something that is no draft any more."""
    files = list(typed.files)
    if typed.mode == DraftMode.REPLY:
        to = None if typed.chips is None else _let_in(conversation, typed.chips, by)
        message = conversation.reply(typed.text, by=by, files=files, seen_id=typed.seen_id, to=to)
    else:
        # A note changes nothing by itself; what settles the matter must not settle what nobody has read.
        seen_id = typed.seen_id if typed.leaves_the_list else None
        message = conversation.add_note(typed.text, by=by, files=files, seen_id=seen_id)
    if typed.is_last_word:
        conversation.resolve(by=by)
    elif typed.snooze_until and typed.snooze_until > clock.now():
        conversation.snooze(typed.snooze_until, by=by)
    return message


def forget(conversation: Conversation, mode: str, by: User) -> None:
    """Let what ``by`` typed be no draft any more."""
    with connection.cursor() as cursor:
        cursor.execute(FORGET, [conversation.pk, by.pk, mode])


def people_of(circle: Circle, chips: Sequence[Chip]) -> Recipients:
    """Return to whom a reply goes with these chips; raises NobodyToSendTo."""
    found = chosen([(one.field, one.person) for one in chips if one.is_on], circle.closed)
    if not found.everybody:
        raise NobodyToSendTo(_("Nobody gets this yet. Choose to whom it goes."))
    return found


def keep(conversation: Conversation, mode: str, text: str, by: User) -> bool:
    """Keep what ``by`` has typed so far; an empty text without files, people and steps is no draft any more.

    A browser that is slow may deliver the draft after the message: what has just been sent is no draft, and False is
    returned. Raises CustomerErased.
    """
    return go_on(conversation.pk, mode, text, by) or _keep(conversation, mode, text, by)


def go_on(conversation_id: int, mode: str, text: str, by: User) -> bool:
    """Keep what ``by`` has typed so far where nothing is to be thought about; False, and nothing done, elsewhere."""
    if not text.strip():
        return False
    now = clock.now()
    values = [conversation_id, storable(text), now, by.pk, mode, now - SLOWEST_BROWSER]
    with prepared(GO_ON, values) as cursor:
        return bool(cursor.rowcount)


@transaction.atomic
def _keep(conversation: Conversation, mode: str, text: str, by: User) -> bool:
    conversation.writable()
    if _was_just_sent(conversation, mode, text, by):
        return False
    draft = Draft.objects.filter(conversation=conversation, mode=mode, user=by)
    text = storable(text)
    if text.strip() or draft.filter(Q(files__isnull=False) | Q(chips__isnull=False) | ~Q(steps=[])).exists():
        Draft.objects.update_or_create(
            conversation=conversation, mode=mode, user=by, defaults={"text": text, "saved_at": clock.now()}
        )
    else:
        draft.delete()
    return True


def text_of(conversation: Conversation, mode: str, user: User | int) -> str:
    """Return what a person has typed so far; it is no secret among those who see the conversation."""
    own = Draft.objects.filter(conversation=conversation, mode=mode, user=user)
    return own.values_list("text", flat=True).first() or ""


@transaction.atomic
def add(conversation: Conversation, mode: str, text: str, by: User) -> None:
    """Add to what ``by`` has typed so far, unless it says so already. Raises CustomerErased."""
    conversation.writable()
    draft = Draft.objects.filter(conversation=conversation, mode=mode, user=by).first()
    before = draft.text if draft else ""
    if text.strip() not in before:
        keep(conversation, mode, "\n\n".join(part for part in (before, text) if part.strip()), by)


@transaction.atomic
def keep_chips(conversation: Conversation, found: Sequence[Chip], seen_id: int, by: User) -> None:
    """Keep to whom the reply of ``by`` shall go.

    A browser that is slow may deliver it after the reply: who has written since ``seen_id`` has sent it already.
    Raises CustomerErased.
    """
    conversation.writable()
    own = Message.objects.filter(conversation=conversation, author=by, direction=Direction.OUT, pk__gt=seen_id)
    if not own.exists() and not PendingReply.objects.leaving().filter(conversation=conversation, author=by).exists():
        Draft.objects.update_or_create(
            conversation=conversation,
            mode=DraftMode.REPLY,
            user=by,
            defaults={"chips": as_kept(found, seen_id)},
            create_defaults={"chips": as_kept(found, seen_id), "saved_at": clock.now()},
        )


@transaction.atomic
def attach(conversation: Conversation, mode: str, file: File, by: User) -> Attachment:
    """Keep a file with the draft of ``by``; raises CustomerErased."""
    conversation.writable()
    draft, _is_new = Draft.objects.get_or_create(
        conversation=conversation, mode=mode, user=by, defaults={"saved_at": clock.now()}
    )
    attachment = Attachment.objects.all().upload(*file, by=by)
    attachment.draft = draft
    attachment.save(update_fields=["draft"])
    return attachment


def as_given(file: UploadedFile) -> File:
    """Return a file as a browser has brought it."""
    return file.name or "", file.content_type or "application/octet-stream", file.read()


def own_files(by: User) -> Q:
    """Select the files that ``by`` has uploaded and not sent."""
    return Q(uploaded_by=by, message=None, pending=None)


def _let_in(conversation: Conversation, chips: Sequence[Chip], by: User) -> Recipients:
    circle = circle_of(conversation.pk)
    found = people_of(circle, chips)
    admitting.admit_all(conversation, found, by, circle)
    return found


def _was_just_sent(conversation: Conversation, mode: str, text: str, by: User) -> bool:
    if not text.strip():
        return False
    direction = Direction.OUT if mode == DraftMode.REPLY else Direction.NOTE
    pending = PendingReply.objects.filter(conversation=conversation, author=by, text=storable(text))
    if mode == DraftMode.REPLY and pending.exists():
        return True
    last = Message.objects.filter(conversation=conversation, author=by, direction=direction).order_by("-pk").first()
    return last is not None and last.text.strip() == storable(text).strip()
