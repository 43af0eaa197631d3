"""Finding the conversation to which a message from outside belongs; the first rule that hits wins.

1 an address that we signed, 2 ids of our own messages, 3 ids of others that we know, be it only as ancestors. What is
looked up for a batch is read in a few statements and kept up to date while the batch is placed, so that a message
finds what stands before it in the same batch.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from samovar.conversations.inbound import InboundMessage
from samovar.conversations.models import Conversation, ConversationRedirect, Message, Reference
from samovar.conversations.models.message import reference_key

CLOSED_FOR = timedelta(days=30)
# In the words in which a mail is explained (``channels.mail.conversation_rules``).
RULES = ("reply-address", "our-message-id", "stored-message-id")


@dataclass(frozen=True)
class Place:
    """Where a message belongs: ``conversation`` to append to, or else the one that a new conversation ``follows``."""

    conversation: Conversation | None = None
    follows: Conversation | None = None
    rule: str = ""


class Places:
    """The conversations that a batch of messages may belong to."""

    def __init__(self, batch: Sequence[InboundMessage]) -> None:
        self._by_key: dict[UUID, list[int]] = {}
        keys = {reference_key(name) for inbound in batch for name in (inbound.external_id, *inbound.named_ids)}
        for key, conversation_id in Reference.objects.filter(key__in=keys).values_list("key", "conversation_id"):
            self._by_key.setdefault(key, []).append(conversation_id)
        self._by_message = _conversations_of({pk for inbound in batch for pk in inbound.answered_messages})
        self._redirects = _redirects({inbound.signed_conversation for inbound in batch} - {None})
        self.conversations = self._load(inbound.signed_conversation for inbound in batch)

    def find(self, inbound: InboundMessage) -> Place:
        """Return where ``inbound`` belongs, after the guards against wrong conversations."""
        for rule, conversation in zip(RULES, self._candidates(inbound), strict=True):
            if conversation is not None:
                return _guarded(inbound, conversation, rule)
        return Place()

    def add(self, conversation: Conversation, names: Iterable[str]) -> list[UUID]:
        """Remember that the ids ``names`` belong to ``conversation``; return the keys that were not known there."""
        self.conversations[conversation.pk] = conversation
        fresh = []
        for key in dict.fromkeys(map(reference_key, names)):
            holders = self._by_key.setdefault(key, [])
            if conversation.pk not in holders:
                holders.append(conversation.pk)
                fresh.append(key)
        return fresh

    def _load(self, signed: Iterable[int | None]) -> dict[int, Conversation]:
        wanted = {pk for pk in signed if pk is not None} | set(self._redirects.values())
        wanted |= set(self._by_message.values()) | {pk for holders in self._by_key.values() for pk in holders}
        rows = Conversation.objects.filter(pk__in=wanted).order_by("pk").select_for_update()
        return {row.pk: row for row in rows} if wanted else {}

    def _candidates(self, inbound: InboundMessage) -> tuple[Conversation | None, ...]:
        signed = inbound.signed_conversation
        return (
            self._get(self._redirects.get(signed, signed) if signed is not None else None),
            self._first(self._by_message.get(pk) for pk in inbound.answered_messages),
            self._first(self._best(inbound, name) for name in inbound.named_ids),
        )

    def _get(self, pk: int | None) -> Conversation | None:
        return self.conversations.get(pk) if pk is not None else None

    def _first(self, pks: Iterable[int | None]) -> Conversation | None:
        return next((found for found in map(self._get, pks) if found is not None), None)

    def _best(self, inbound: InboundMessage, name: str) -> int | None:
        holders = self._by_key.get(reference_key(name), [])
        # The same mail may be known in several inboxes: the one that it came to now is meant.
        return max(holders, key=lambda pk: (self.conversations[pk].inbox_id == inbound.inbox_id, pk), default=None)


def _guarded(inbound: InboundMessage, conversation: Conversation, rule: str) -> Place:
    is_signed = rule == RULES[0]
    is_elsewhere = conversation.inbox_id != inbound.inbox_id
    is_long_closed = conversation.resolved_at is not None and inbound.at - conversation.resolved_at > CLOSED_FOR
    has_new_subject = rule == RULES[2] and _is_changed(inbound.subject_key, conversation.subject_key)
    if is_long_closed or has_new_subject or (is_elsewhere and not is_signed):
        return Place(follows=conversation, rule=rule)
    return Place(conversation=conversation, rule=rule)


def _is_changed(new: str, old: str) -> bool:
    return bool(new and old) and new not in old and old not in new


def _conversations_of(message_ids: set[int]) -> dict[int, int]:
    if not message_ids:
        return {}
    return dict(Message.objects.filter(pk__in=message_ids).values_list("pk", "conversation_id"))


def _redirects(conversation_ids: set[int | None]) -> dict[int | None, int]:
    if not conversation_ids:
        return {}
    return dict(
        ConversationRedirect.objects.filter(old_id__in=conversation_ids).values_list("old_id", "conversation_id")
    )
