"""Two conversations that turn out to be one: by the ids of a mail that answers both.

Only what the intake opened and nobody has touched is joined by itself: whoever has seen or answered something must
find it where it stood. Everything else is linked, and a person decides.
"""

from collections.abc import Iterable

from django.db import transaction

from samovar.conversations import deriving
from samovar.conversations.events import ConversationJoined
from samovar.conversations.models import (
    Conversation,
    ConversationLink,
    ConversationRedirect,
    ConversationTag,
    Draft,
    Message,
    Participant,
    Promise,
    Reference,
    Reminder,
)
from samovar.events.announcing import announce


def are_untouched(conversations: Iterable[Conversation]) -> bool:
    """Whether nobody of the team has written or decided anything in these conversations."""
    rows = list(conversations)
    # Every decision but snoozing counts up the version, and so does every message.
    if any(row.version != row.message_count or row.assignee_id or row.snoozed_until for row in rows):
        return False
    written = Message.objects.filter(conversation__in=rows, author__isnull=False)
    # Whom the team has let into one of them it has not let into the other.
    decided = Participant.objects.filter(conversation__in=rows).exclude(admitted_at=None, declined_at=None)
    if Conversation.objects.filter(parent__in=rows).exists():
        return False
    others = (model.objects.filter(conversation__in=rows) for model in (ConversationTag, Draft, Reminder))
    return not any(found.exists() for found in (written, decided, *others))


@transaction.atomic
def join(younger: Conversation, older: Conversation) -> Conversation:
    """Move everything of ``younger`` into ``older``; return it as it is then. Its number leads there from now on."""
    Message.objects.filter(conversation=younger).update(conversation=older)
    known = Reference.objects.filter(conversation=older).values("key")
    Reference.objects.filter(conversation=younger, key__in=known).delete()
    Reference.objects.filter(conversation=younger).update(conversation=older)
    _move_participants(younger, older)
    _move_links(younger, older)
    Promise.objects.filter(conversation=younger).update(conversation=older)
    Conversation.objects.filter(follows=younger).update(follows=older)
    Conversation.objects.filter(parent=younger).update(parent=older)
    ConversationRedirect.objects.filter(conversation=younger).update(conversation=older)
    ConversationRedirect.objects.create(old_id=younger.pk, conversation=older)
    Conversation.objects.filter(pk=older.pk).update(**_together(younger, older))
    Conversation.objects.filter(pk=younger.pk).delete()
    deriving.mend([older.pk])
    announce(ConversationJoined(**older.heading(None), joined_id=younger.pk))
    return Conversation.objects.select_for_update().get(pk=older.pk)


def link(conversation: Conversation, others: Iterable[Conversation]) -> None:
    """Note that conversations may belong together; the link is seen from both."""
    pairs = [(min(conversation.pk, other.pk), max(conversation.pk, other.pk)) for other in others]
    ConversationLink.objects.bulk_create(
        [ConversationLink(conversation_id=first, other_id=second) for first, second in pairs], ignore_conflicts=True
    )


def _together(younger: Conversation, older: Conversation) -> dict[str, object]:
    is_human, own = "human" in (younger.kind, older.kind), (None, younger.pk, older.pk)
    return {
        "opened_at": min(younger.opened_at, older.opened_at),
        "kind": "human" if is_human else older.kind,
        "is_unread": younger.is_unread or older.is_unread,
        "version": younger.version + older.version,
        # Never itself, and what only one of both follows is not forgotten.
        "follows": next((one for one in (older.follows_id, younger.follows_id) if one not in own), None),
    }


def _move_participants(younger: Conversation, older: Conversation) -> None:
    known = Participant.objects.filter(conversation=older).values("address")
    Participant.objects.filter(conversation=younger, address__in=known).delete()
    Participant.objects.filter(conversation=younger).update(conversation=older)


def _move_links(younger: Conversation, older: Conversation) -> None:
    rows = ConversationLink.objects.filter(conversation=younger) | ConversationLink.objects.filter(other=younger)
    others = [row.other_id if row.conversation_id == younger.pk else row.conversation_id for row in rows]
    rows.delete()
    link(older, Conversation.objects.filter(pk__in=[pk for pk in others if pk != older.pk]))
