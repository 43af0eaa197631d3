"""Keeping away what comes from those who are blocked: it is stored like any mail, as spam."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from samovar.conversations.inbound import HUMAN, InboundMessage
from samovar.conversations.models import Block
from samovar.conversations.models.block import SpamReason
from samovar.customers.models import Restriction, RestrictionKind


def blocks_against(batch: Iterable[InboundMessage]) -> dict[str, Block]:
    """Return what is in force against those who wrote, by their addresses; one query."""
    return Block.objects.all().against({address for one in batch for address in _writers(one)})


def barred(inbound: InboundMessage, blocks: Mapping[str, Block], decided: Restriction | None = None) -> InboundMessage:
    """Return a message as spam if whoever wrote it is blocked, by address or, as ``decided``, as a customer.

    It need not be proved that they did.
    """
    writers = _writers(inbound)
    found = next((blocks[address] for address in writers if address in blocks), None)
    is_kept_away = bool(writers) and decided is not None and decided.kind == RestrictionKind.BLOCK
    if found is None and not is_kept_away:
        return inbound
    return replace(inbound, is_spam=True, spam_reason=SpamReason.BLOCKED.value, block_id=found.pk if found else None)


def is_barred(inbound: InboundMessage) -> bool:
    """Whether a message comes from somebody who is blocked."""
    return inbound.is_spam and inbound.spam_reason == SpamReason.BLOCKED


def counts(inbound: InboundMessage) -> bool:
    """Whether what is decided about its writer counts for a message: new mail of others, and no report of a machine."""
    return bool(_writers(inbound))


def _writers(inbound: InboundMessage) -> list[str]:
    """Return the addresses that a message says to come from, where blocks count.

    They count for new mail of others. What somebody of the team has passed on is wanted, what was taken over from
    elsewhere is history, and what a machine reports about a letter of ours stays with that letter.
    """
    is_report = inbound.mail_class != HUMAN and bool(inbound.answered_messages)
    if not inbound.is_live or inbound.is_history or inbound.is_sent or inbound.is_passed_on or is_report:
        return []
    return [address for address in dict.fromkeys((inbound.sender.shown, *inbound.senders)) if address]
