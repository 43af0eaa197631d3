"""What comes late: an answer to something that was merged or moved since. It is read where that stands now.

It is noted with what it answers, so that undoing takes it along. An address that we signed names the conversation of
its time; where the mail that is answered has left that one, the mail decides.
"""

from collections.abc import Iterable

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet

from samovar.conversations import belongings
from samovar.conversations.inbound import InboundMessage
from samovar.conversations.models import (
    Conversation,
    ConversationRedirect,
    Message,
    Reference,
    RegroupedRow,
    Regrouping,
)
from samovar.conversations.models.message import reference_key

# The conversation of a query, seen from a query within one within it.
_TWO_UP = OuterRef(OuterRef("pk"))


def subjects_brought() -> dict[str, ArraySubquery]:
    """Return, for a query about conversations, under which subjects stood what was brought into each by hand."""
    brought = Regrouping.objects.all().in_force().filter(target=OuterRef("pk"))
    merged = Conversation.objects.filter(pk__in=ConversationRedirect.objects.filter(conversation=_TWO_UP).values("pk"))
    return {
        "subjects_brought": ArraySubquery(brought.values("source__subject_key")),
        "subjects_merged": ArraySubquery(merged.values("subject_key")),
    }


def is_regrouped(conversation: Conversation) -> bool:
    """Whether anything was brought by hand into a conversation that was read with subjects_brought()."""
    return bool(vars(conversation).get("subjects_brought"))


def subjects_of(conversation: Conversation) -> set[str]:
    """Return the subjects under which people may write about what stands in a conversation, as they are compared."""
    known = vars(conversation)
    return {conversation.subject_key, *known.get("subjects_brought", ()), *known.get("subjects_merged", ())}


def has_left(conversation_id: int, inbound: InboundMessage) -> bool:
    """Whether what a message answers stood in a conversation and was moved out of it since."""
    rows = _answered_by(inbound).filter(regrouping__source=conversation_id, regrouping__undone_at=None)
    return rows.exists()


def note_all(found: Iterable[tuple[Message, InboundMessage]]) -> None:
    """Note messages that are stored now, with what they answer and what was regrouped."""
    for message, inbound in found:
        numbers = [number for number in (inbound.signed_conversation, inbound.marked_conversation) if number]
        old = ConversationRedirect.objects.filter(conversation=message.conversation_id).values("old_id")
        here = Q(target=message.conversation_id) | Q(target__in=old)
        redirects = f"{ConversationRedirect._meta.label}.conversation_id"
        answered = _answered_by(inbound) | RegroupedRow.objects.filter(place=redirects, row_id__in=numbers)
        meant = Q(pk__in=answered.values("regrouping")) | Q(source__in=numbers, source__merged_at__isnull=False)
        for done in Regrouping.objects.all().in_force().filter(here, meant):
            belongings.note(done, [message.pk])


def _answered_by(inbound: InboundMessage) -> QuerySet[RegroupedRow]:
    keys = [reference_key(name) for name in inbound.named_ids]
    known = Reference.objects.filter(key__in=keys).values("pk")
    return RegroupedRow.objects.filter(
        Q(place=belongings.place_of(Message), row_id__in=inbound.answered_messages)
        | Q(place=belongings.place_of(Reference), row_id__in=known)
    )
