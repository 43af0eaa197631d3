"""Saying on a message of ours what became of it on its way to each of its recipients."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from samovar.accounts.models import User
from samovar.channels.models import Delivery
from samovar.channels.models.delivery import State
from samovar.conversations.models import Message
from samovar.conversations.models.delivering import LATE, Fate, Trouble

# What nobody tries any more.
TOLD = {State.BOUNCED: "bounced", State.FAILED: "failed"}


@transaction.atomic
def tell(message: Message, at: datetime, by: User | None = None) -> None:
    """Note on ``message`` what its deliveries say now."""
    # Locked before they are read: of two workers that have just sent to one recipient each, the second sees both.
    message.hold()
    message.note_fate(fate_of(list(Delivery.objects.filter(message=message).order_by("pk"))), at, by)


def fate_of(deliveries: Sequence[Delivery]) -> Fate:
    """Return what became of a message by its deliveries."""
    sent = [delivery.sent_at for delivery in deliveries if delivery.sent_at]
    is_settled = all(delivery.sent_at or delivery.failed_at for delivery in deliveries)
    return Fate(
        handed_over_at=max(sent) if sent and is_settled else None,
        troubles=tuple(_trouble(delivery) for delivery in deliveries if delivery.problem),
        may_be_twice=any(delivery.may_be_twice for delivery in deliveries),
    )


def _trouble(delivery: Delivery) -> Trouble:
    return Trouble(
        state=_word(delivery),
        why=delivery.problem,
        address=delivery.address,
        delivery_id=delivery.pk,
        is_closed=delivery.closed_at is not None,
    )


def _word(delivery: Delivery) -> str:
    # What is said of a letter that has left is told as a line, without alarm.
    if delivery.sent_at and not delivery.bounced_at:
        return delivery.action or LATE
    return TOLD.get(delivery.state, LATE)
