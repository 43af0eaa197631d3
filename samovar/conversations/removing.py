"""Removing for good what was deleted 30 days ago: all that it holds is emptied as for an erased person.

The rows stay, so that no count changes, and so that a mail which is read again from its mailbox is still known.
"""

from collections.abc import Collection

from django.db.models import Q

from samovar.accounts.auditing import Action, record
from samovar.conversations import deriving
from samovar.conversations.belongings import place_of
from samovar.conversations.models import Conversation, ConversationRedirect, Message, RegroupedRow
from samovar.conversations.models.deleting import BY_RETENTION, KEPT_FOR
from samovar.customers import erasure
from samovar.events.models import Event
from samovar.lib import clock
from samovar.lib.personal import declared


def due() -> list[int]:
    """Return the conversations that nobody can bring back any more and that still hold something."""
    is_over = Q(deleted_at__lte=clock.now() - KEPT_FOR) | Q(deleted_at__isnull=False, deletion_reason=BY_RETENTION)
    rows = Conversation.objects.filter(is_over, removed_at=None)
    return list(rows.order_by("deleted_at").values_list("pk", flat=True))


def told_of(numbers: Collection[int]) -> list[int]:
    """Return the events of conversations: what tells of a message that was moved goes with the message."""
    here = Message.objects.filter(conversation__in=numbers)
    moved = RegroupedRow.objects.filter(place=place_of(Message), row_id__in=here.values("pk"))
    told = dict(moved.values_list("row_id", "regrouping__source"))
    named = dict(Event.objects.filter(conversation_id__in=numbers).values_list("pk", "data__message_id"))
    away = Message.objects.filter(pk__in=set(named.values()) - {None}).exclude(conversation__in=numbers)
    gone = set(away.values_list("pk", flat=True))
    came = Event.objects.filter(conversation_id__in=set(told.values()), data__message_id__in=list(told))
    own = {pk for pk, message_id in named.items() if message_id not in gone}
    return sorted(own.union(came.values_list("pk", flat=True)))


def remove(conversation_id: int) -> None:
    """Empty a conversation with its messages, files and mails; what somebody holds just now is left to a later round.

    It can be broken off and begun again at any moment: until all is empty it counts as not removed, but it is due.
    """
    # What was said before it was joined with another one stands under its old number in the log.
    redirects = ConversationRedirect.objects.filter(conversation=conversation_id)
    numbers = [conversation_id, *redirects.values_list("old_id", flat=True)]
    held = 0
    for one in declared():
        if one.emptied and one.matters:
            rows = told_of(numbers) if one.model is Event else one.of_conversations(numbers)
            held += erasure.walk(one, rows)[1]
    if held:
        return
    deriving.mend([conversation_id])
    if Conversation.objects.filter(pk=conversation_id, removed_at=None).update(removed_at=clock.now()):
        record(Action.CONVERSATION_REMOVED, None, Conversation.objects.get(pk=conversation_id))
