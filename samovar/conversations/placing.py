"""Finding the conversation to which a message from outside belongs; the first rule that hits wins.

1 an address that we signed, 2 ids of our own messages, 3 ids of others that we know, be it only as ancestors, 4 a mark
that we signed in the text, 5 the number of a conversation in the subject, 6 the subject itself where the inbox asks for
it. What is looked up for a batch is read in a few statements and kept up to date while the batch is placed, so that a
message finds what stands before it in the same batch.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from django.db.models import QuerySet

from samovar.conversations import late
from samovar.conversations.inbound import HUMAN, InboundMessage
from samovar.conversations.models import Conversation, ConversationRedirect, Message, Participant, Reference
from samovar.conversations.models.conversation import ConversationKind
from samovar.conversations.models.message import reference_key
from samovar.customers.models import Customer
from samovar.customers.queries import colleagues_of

CLOSED_FOR = timedelta(days=30)
# In the words in which a mail is explained (``channels.mail.conversation_rules``).
RULES = ("reply-address", "our-message-id", "stored-message-id", "body-marker", "subject-tag", "same-subject")
SIGNED, STORED, TAGGED = RULES[0], RULES[2], RULES[4]


@dataclass(frozen=True)
class Place:
    """Where a message belongs: ``conversation`` to append to, or else the one that a new conversation ``follows``.

    ``related`` are other conversations that its ids belong to.
    """

    conversation: Conversation | None = None
    follows: Conversation | None = None
    rule: str = ""
    related: tuple[Conversation, ...] = ()

    @property
    def is_wanted(self) -> bool:
        """Whether what goes there is no spam whatever its provider says: it goes on with what we talk about."""
        goes_on = self.conversation is not None and self.conversation.kind != ConversationKind.SPAM
        return goes_on or self.rule == SIGNED


class Places:
    """The conversations that a batch of messages may belong to."""

    def __init__(self, batch: Sequence[InboundMessage]) -> None:
        self._by_key: dict[UUID, list[int]] = {}
        keys = {reference_key(name) for inbound in batch for name in (inbound.external_id, *inbound.named_ids)}
        # What was written to somebody who is erased leads nowhere: whoever answers it is new.
        known = Reference.objects.filter(key__in=keys, conversation__customer__erased_at=None)
        for key, conversation_id in known.values_list("key", "conversation_id"):
            self._by_key.setdefault(key, []).append(conversation_id)
        self._by_message = _conversations_of({pk for inbound in batch for pk in inbound.answered_messages})
        numbers = {number for inbound in batch for number in _numbers(inbound)}
        self._redirects = _redirects(numbers)
        self._signed = {self._redirects.get(number, number) for number in numbers}
        self.conversations = self._load()
        self._follow_joined()

    def find(self, inbound: InboundMessage, customer: Customer) -> Place:
        """Return where ``inbound``, written by ``customer``, belongs, after the guards against wrong conversations."""
        for rule, found in self._candidates(inbound, customer):
            conversation = self._with_customer(found, inbound, customer)
            place = self._guarded(inbound, self._instead(inbound, conversation, customer), rule)
            if rule == TAGGED and place.conversation and not _takes_part(customer, conversation):
                # Anybody can write a number: a person has to say whether it belongs there.
                return Place(follows=conversation, rule=rule)
            return place
        return Place()

    def beside(self, place: Place, customer: Customer) -> Place:
        """Return where a message goes that must not come into what we talk about: among spam, following that."""
        main = place.conversation
        if main is None or main.kind == ConversationKind.SPAM:
            return replace(place, related=())
        beside = {"follows_id": main.pk, "customer_id": customer.pk, "kind": ConversationKind.SPAM, "deleted_at": None}
        for pk, row in _rows(**beside).items():
            self.conversations.setdefault(pk, row)
        found = [one for one in self.conversations.values() if beside.items() <= vars(one).items()]
        newest = max(found, key=lambda one: one.pk, default=None)
        return Place(conversation=newest, follows=None if newest else main, rule=place.rule)

    def open_with(self, customer: Customer, inbox_id: int) -> Conversation | None:
        """Return the newest conversation that is open with somebody in an inbox; all of this batch is stored."""
        rows = Conversation.objects.all().present().open().filter(customer=customer, inbox=inbox_id, parent=None)
        row = rows.order_by("-last_message_at", "-pk").select_for_update().first()
        return self.conversations.setdefault(row.pk, row) if row else None

    def add(self, conversation: Conversation, names: Iterable[str]) -> list[UUID]:
        """Remember that the ids ``names`` belong to ``conversation``; return the keys that were not known there."""
        self.conversations[conversation.pk] = conversation
        fresh = []
        for key in dict.fromkeys(map(reference_key, names)):
            holders = self._by_key.setdefault(key, [])
            # What was split off is no heir of what stayed: the mails there are still answered there.
            is_others = bool(holders) and late.is_regrouped(conversation)
            if conversation.pk not in holders and not is_others:
                holders.append(conversation.pk)
                fresh.append(key)
        return fresh

    def join(self, younger: int, older: Conversation) -> None:
        """Remember that a conversation has become part of ``older``, which was read anew."""
        self.conversations.pop(younger, None)
        self.conversations[older.pk] = older
        self._redirects[younger] = older.pk
        for key, holders in self._by_key.items():
            self._by_key[key] = list(dict.fromkeys(older.pk if pk == younger else pk for pk in holders))
        self._by_message = {name: older.pk if pk == younger else pk for name, pk in self._by_message.items()}

    def _load(self) -> dict[int, Conversation]:
        wanted = self._signed | set(self._by_message.values())
        wanted |= {pk for holders in self._by_key.values() for pk in holders}
        found = _rows(pk__in=_with_mains(wanted)) if wanted else {}
        deleted = [row.pk for row in found.values() if row.deleted_at]
        return found | (_rows(follows__in=deleted, deleted_at=None) if deleted else {})

    def _follow_joined(self) -> None:
        """Go on with what those became that were joined with others while their rows were waited for."""
        named = {pk for holders in self._by_key.values() for pk in holders} | set(self._by_message.values())
        gone = _redirects(named - self.conversations.keys())
        found = _rows(pk__in=_with_mains(gone.values())) if gone else {}
        self.conversations |= found
        for younger, older in gone.items():
            self.join(younger, found[older])

    def _candidates(self, inbound: InboundMessage, customer: Customer) -> Iterator[tuple[str, Conversation]]:
        found = (
            self._signed_for(inbound),
            self._answered(inbound),
            self._known(inbound),
            self._numbered(inbound.marked_conversation),
            self._numbered(inbound.tagged_conversation),
        )
        for rule, conversation in zip(RULES, found, strict=False):
            if conversation is not None:
                yield rule, conversation
        if inbound.joins_by_subject and (same := self._with_same_subject(inbound, customer)):
            yield RULES[5], same

    def _signed_for(self, inbound: InboundMessage) -> Conversation | None:
        """Return the conversation of a signed address, or the one into which what is answered was moved since."""
        conversation = self._numbered(inbound.signed_conversation)
        answered = self._answered(inbound) or self._known(inbound)
        is_apart = conversation is not None and answered is not None and answered.pk != conversation.pk
        return answered if conversation and is_apart and late.has_left(conversation.pk, inbound) else conversation

    def _answered(self, inbound: InboundMessage) -> Conversation | None:
        return self._first(self._by_message.get(pk) for pk in inbound.answered_messages)

    def _numbered(self, number: int | None) -> Conversation | None:
        return self._get(self._redirects.get(number, number)) if number is not None else None

    def _get(self, pk: int | None) -> Conversation | None:
        return self.conversations.get(pk) if pk is not None else None

    def _first(self, pks: Iterable[int | None]) -> Conversation | None:
        return next((found for found in map(self._get, pks) if found is not None), None)

    def _known(self, inbound: InboundMessage) -> Conversation | None:
        """Return the conversation that the nearest known id belongs to: in this inbox, or else in another one."""
        holders = [self._get(pk) for name in _names(inbound) for pk in self._holders(name)]
        found = sorted((one for one in holders if one is not None), key=lambda one: one.deleted_at is not None)
        here = (one for one in found if one.inbox_id == inbound.inbox_id)
        return next(here, next(iter(found), None))

    def _holders(self, name: str) -> list[int]:
        """Return the conversations that an id belongs to, the youngest first."""
        return sorted(self._by_key.get(reference_key(name), ()), reverse=True)

    def _with_same_subject(self, inbound: InboundMessage, customer: Customer) -> Conversation | None:
        assert inbound.joins_by_subject
        if not inbound.subject_key:
            return None
        since = inbound.at - inbound.joins_by_subject
        same = {"inbox": inbound.inbox_id, "subject_key": inbound.subject_key[:300]}
        rows = Conversation.objects.all().present().filter(customer=customer, last_message_at__gt=since, **same)
        row = rows.order_by("-last_message_at", "-pk").select_for_update().first()
        mine = [one for one in self.conversations.values() if _matches(one, inbound, customer)]
        if row is not None:
            mine.append(self.conversations.setdefault(row.pk, row))
        return max(mine, key=lambda one: (one.last_message_at, one.pk), default=None)

    def _with_customer(self, conversation: Conversation, inbound: InboundMessage, customer: Customer) -> Conversation:
        """Return where ``customer`` is talked with: what they write does not stand in a side conversation about them.

        Whoever was asked there has its ids and an address of it, and can write any name above: what nobody vouches for
        stays with them, as written by somebody who was not asked.
        """
        main = self._get(conversation.parent_id)
        is_theirs = main is not None and main.customer_id == customer.pk
        # Where the one who was asked turned out to be the customer, the address was made for them.
        is_sure = inbound.is_sender_sure or conversation.customer_id == customer.pk
        return main if main is not None and is_theirs and is_sure else conversation

    def _instead(self, inbound: InboundMessage, conversation: Conversation, customer: Customer) -> Conversation:
        """Return what goes on in place of a deleted conversation: the newest that ``customer`` has opened since."""
        if not _is_away(inbound, conversation):
            return conversation
        own = {"follows_id": conversation.pk, "customer_id": customer.pk, "inbox_id": inbound.inbox_id}
        later = [one for one in self.conversations.values() if own.items() <= vars(one).items() and not one.deleted_at]
        return max(later, key=lambda one: one.pk, default=conversation)

    def _guarded(self, inbound: InboundMessage, conversation: Conversation, rule: str) -> Place:
        is_elsewhere = conversation.inbox_id != inbound.inbox_id
        known = late.subjects_of(conversation)
        has_new_subject = rule == STORED and all(_is_changed(inbound.subject_key, subject) for subject in known)
        is_over = _is_away(inbound, conversation) or _is_long_closed(inbound, conversation)
        if is_over or has_new_subject or (is_elsewhere and rule != SIGNED):
            return Place(follows=conversation, rule=rule)
        related = tuple(self._related(inbound, conversation)) if rule == STORED else ()
        return Place(conversation=conversation, rule=rule, related=related)

    def _related(self, inbound: InboundMessage, chosen: Conversation) -> Iterator[Conversation]:
        """Yield the other conversations of this inbox to which the ids of a message belong."""
        seen = {chosen.pk}
        for name in _names(inbound):
            for pk in self._by_key.get(reference_key(name), ()):
                other = self.conversations[pk]
                if pk not in seen and other.inbox_id == inbound.inbox_id and other.deleted_at is None:
                    seen.add(pk)
                    yield other


def _rows(**wanted: object) -> dict[int, Conversation]:
    # What was merged while its row was waited for is left out, and looked for anew by its number.
    rows = Conversation.objects.filter(**wanted, merged_at=None).annotate(**late.subjects_brought())
    rows = rows.order_by("pk").select_for_update()
    return {row.pk: row for row in rows}


def _with_mains(conversation_ids: Collection[int]) -> QuerySet[Conversation, int]:
    """Return the ids of conversations and of those that they are side conversations of."""
    rows = Conversation.objects.filter(pk__in=conversation_ids)
    return rows.values_list("pk", flat=True).union(rows.exclude(parent=None).values_list("parent", flat=True))


def _names(inbound: InboundMessage) -> tuple[str, ...]:
    """Return the ids by which a message is related to others: an answer that came first has named it itself."""
    return *inbound.named_ids, inbound.external_id


def _numbers(inbound: InboundMessage) -> Iterator[int]:
    for number in (inbound.signed_conversation, inbound.marked_conversation, inbound.tagged_conversation):
        if number is not None and number < 2**63:
            yield number


def _is_long_closed(inbound: InboundMessage, conversation: Conversation) -> bool:
    # What is imported keeps its thread, whenever it was settled here.
    return (
        inbound.is_live and conversation.resolved_at is not None and inbound.at - conversation.resolved_at > CLOSED_FOR
    )


def _is_away(inbound: InboundMessage, conversation: Conversation) -> bool:
    """Whether a conversation is deleted, so that what a person writes goes on elsewhere and nothing is lost in it.

    Machines have nothing to say anew: what they report stays with what it is about as long as that can be restored.
    """
    if conversation.deleted_at is None:
        return False
    return inbound.mail_class == HUMAN or not conversation.is_restorable


def _is_changed(new: str, old: str) -> bool:
    return bool(new and old) and new not in old and old not in new


def _matches(conversation: Conversation, inbound: InboundMessage, customer: Customer) -> bool:
    assert inbound.joins_by_subject
    return (
        conversation.customer_id == customer.pk
        and conversation.inbox_id == inbound.inbox_id
        and conversation.deleted_at is None
        and conversation.subject_key == inbound.subject_key[:300]
        and conversation.last_message_at > inbound.at - inbound.joins_by_subject
    )


def _takes_part(customer: Customer, conversation: Conversation) -> bool:
    """Whether a conversation is this customer's or that of somebody of their organisation, or they were admitted."""
    if customer.pk == conversation.customer_id:
        return True
    admitted = Participant.objects.all().admitted().filter(conversation=conversation, identity__customer=customer)
    return admitted.exists() or conversation.customer_id in colleagues_of(customer.pk)


def _conversations_of(message_ids: set[int]) -> dict[int, int]:
    if not message_ids:
        return {}
    rows = Message.objects.filter(pk__in=message_ids, conversation__customer__erased_at=None)
    return dict(rows.values_list("pk", "conversation_id"))


def _redirects(conversation_ids: set[int]) -> dict[int, int]:
    if not conversation_ids:
        return {}
    return dict(
        ConversationRedirect.objects.filter(old_id__in=conversation_ids).values_list("old_id", "conversation_id")
    )
