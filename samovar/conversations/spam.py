"""Spam, as somebody of the team decides: it waits for nobody, stands in a view of its own, and is still found."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from samovar.accounts.models import User
from samovar.conversations import deriving
from samovar.conversations.events import ConversationClearedOfSpam, ConversationMarkedAsSpam
from samovar.conversations.models import Conversation, SpamSign
from samovar.conversations.models.block import SpamReason
from samovar.conversations.models.conversation import ConversationKind
from samovar.conversations.models.selecting import SPAM_DECISIONS
from samovar.customers import restrictions
from samovar.customers.models import RestrictionKind
from samovar.events.announcing import announce
from samovar.events.models import Event
from samovar.lib import clock


@transaction.atomic
def mark(conversation: Conversation, by: User) -> None:
    """Call a conversation spam, which settles it. Doing it twice changes nothing more."""
    conversation.locked()
    if conversation.kind != ConversationKind.SPAM:
        announce(ConversationMarkedAsSpam(**conversation.heading(by), at=clock.now()))
        _follow(conversation)


@transaction.atomic
def clear(conversation: Conversation, by: User) -> None:
    """Say that a conversation is no spam: it stands where it would have stood, and who wrote waits since then."""
    conversation.locked()
    if conversation.kind == ConversationKind.SPAM:
        _clear(conversation, by, was_marked_by_us=_was_marked_by_us(conversation))


@transaction.atomic
def clear_elsewhere(conversation: Conversation) -> None:
    """Follow somebody who said in another program that it is no spam.

    What the team called so itself stays so, and what comes from somebody whom it still blocks.
    """
    conversation.locked()
    signs = SpamSign.objects.filter(message__conversation=conversation, reason=SpamReason.BLOCKED)
    decided = restrictions.decided_about([conversation.customer_id]).get(conversation.customer_id)
    is_blocked = decided is not None and decided.kind == RestrictionKind.BLOCK
    by_address = Q(block__isnull=False, block__lifted_at=None)
    # Where no address was blocked it was the customer.
    kept_away = signs.filter(by_address | Q(block=None) if is_blocked else by_address)
    if conversation.kind == ConversationKind.SPAM and not (_was_marked_by_us(conversation) or kept_away.exists()):
        _clear(conversation, None, was_marked_by_us=False)


@dataclass(frozen=True)
class Why:
    """Why a conversation is spam, in the reader's language; ``block_id`` is the block in force that sent it there."""

    words: str
    block_id: int | None = None


def why(conversation: Conversation) -> Why | None:
    """Return why a conversation, fetched ``with_spam_reasons()``, stands among spam; None for one that does not."""
    found = vars(conversation)
    if conversation.kind != ConversationKind.SPAM or "spam_sign" not in found:
        return None
    decision, sign = found["spam_decision"] or {}, found["spam_sign"] or {}
    block_id: int | None = sign.get("block")
    if decision.get("kind") == SPAM_DECISIONS[0]:
        return Why(_("Moved here by %(name)s") % {"name": decision["by"] or ""}, block_id)
    if sign:
        return Why(str(SpamReason(sign["reason"]).label), block_id)
    return Why(_("Called spam by your mail provider"))


def _was_marked_by_us(conversation: Conversation) -> bool:
    decided = Event.objects.filter(conversation_id=conversation.pk, kind__in=SPAM_DECISIONS).order_by("-pk").first()
    return decided is not None and decided.kind == SPAM_DECISIONS[0]


def _clear(conversation: Conversation, by: User | None, *, was_marked_by_us: bool) -> None:
    heading = conversation.heading(by)
    announce(ConversationClearedOfSpam(**heading, at=clock.now(), was_marked_by_us=was_marked_by_us))
    _follow(conversation)


def _follow(conversation: Conversation) -> None:
    """Let the row say what has happened, and count the decision."""
    deriving.mend([conversation.pk])
    Conversation.objects.filter(pk=conversation.pk).update(version=conversation.version + 1)
    conversation.refresh_from_db()
