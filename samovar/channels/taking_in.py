"""From raw mail to messages: each is understood, stored in its conversation, and marked as done in one transaction.

A batch that fails is undone and repeated mail by mail, so that one bad mail never holds back its neighbours; a mail
that still fails after three tries, or takes longer or more memory than a mail may, becomes a message that could not be
read, and its bytes stay. What is wrong with the database and not with the mail counts as no try.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from samovar.channels import copies, heartbeats, leaks, out_of_junk
from samovar.channels.bouncing import messages_of
from samovar.channels.fencing import NoReader, Unfit
from samovar.channels.models import RawMail
from samovar.channels.models.folder import Role
from samovar.channels.probes import is_test_mail
from samovar.channels.understanding import (
    TRIES,
    Envelope,
    Meaning,
    understand_fenced,
    understand_safely,
    unread,
    why_not,
)
from samovar.conversations import signing
from samovar.conversations.inbound import UNREADABLE, InboundMessage, Receipt
from samovar.conversations.intake import receive_all
from samovar.conversations.own_addresses import OwnAddresses, own_addresses
from samovar.conversations.recognising import conversations_of, staff_of
from samovar.conversations.tokens import ReplyToken, Token
from samovar.customers.models.identity import normalised
from samovar.lib import faults
from samovar.lib.fence import Fence

VERIFIED = "verified"
# PostgreSQL's "program limit exceeded": what it was given is too large, and will be next time.
TOO_LARGE = "54"


@dataclass(frozen=True)
class Understood:
    """A raw mail and what it says."""

    raw_id: int
    meaning: Meaning


def take_in(raws: Iterable[RawMail]) -> dict[int, Receipt]:
    """Understand raw mails and store them, in order, as one batch; see store()."""
    own = own_addresses()
    return store([Understood(raw.pk, understand_safely(bytes(raw.content), envelope_of(raw, own))) for raw in raws])


def take_in_each(raws: QuerySet[RawMail]) -> None:
    """Take in mails that wait, each in a transaction of its own, in the order in which they were stored.

    A mail that failed is tried three times in all and then kept as one that could not be read. One at which three
    workers died without a word waits behind the others and is tried as often again: the first in line is what a worker
    has in hand that dies of something else. Raises only when the database cannot be used.
    """
    rows = raws.filter(understood_at=None).values_list("pk", "tries")
    waiting = sorted(rows, key=lambda row: (row[1] >= TRIES, row[0]))
    own = own_addresses() if waiting else OwnAddresses({})
    for pk, _tries in waiting:
        raw = RawMail.objects.all().whole(pk)
        if raw.understood_at is None:
            _take_in_alone(raw, own)


def store(batch: Sequence[Understood]) -> dict[int, Receipt]:
    """Store what was understood; if the batch fails, each mail is tried by itself until it is stored.

    Returns what became of each by the id of its raw mail; what somebody else has stored meanwhile is left out. Raises
    only when the database cannot be used.
    """
    with Fence() as fence:
        return _store(batch)
    assert fence.error is not None
    return {raw_id: receipt for one in batch for raw_id, receipt in _store_alone(one).items()}


def envelope_of(raw: RawMail, own: OwnAddresses) -> Envelope:
    """Return what we know of a mail besides its bytes; ``own`` is read once for many mails."""
    trusted = raw.account.trusted_checker if raw.account else ""
    return Envelope(
        inbox_id=raw.inbox_id,
        arrived_at=raw.arrived_at,
        addresses=own.of(raw.inbox_id),
        trusted=(trusted,) if trusted else (),
        keys=signing.keys(),
        from_archive=raw.is_from_archive,
        is_sent=raw.role == Role.SENT,
        is_junk=raw.role == Role.JUNK,
        is_history=raw.is_from_archive and raw.folder_id is not None,
        relays=tuple(raw.inbox.relays.split()),
        joins_by_subject=timedelta(days=raw.inbox.joins_by_subject_days) if raw.inbox.joins_by_subject_days else None,
    )


@transaction.atomic
def _store(batch: Sequence[Understood]) -> dict[int, Receipt]:
    # The rows are locked first: whoever comes second finds them understood and leaves them alone.
    rows = RawMail.objects.filter(pk__in=[one.raw_id for one in batch], understood_at=None).order_by("id")
    waiting = set(rows.select_for_update().values_list("pk", flat=True))
    mine = [one for one in batch if one.raw_id in waiting]
    receipts = receive_all(vouched([one.meaning for one in mine]))
    # Before anybody can read it, what it holds opens nothing any more.
    leaks.shut([one.meaning.entrances for one in mine])
    raw_ids = [one.raw_id for one in mine]
    faults.point("take.received")
    RawMail.objects.all().mark_understood(raw_ids, [receipt.message_id for receipt in receipts], timezone.now())
    for one in mine:
        if one.meaning.problems and one.meaning.inbound.mail_class == UNREADABLE:
            RawMail.objects.filter(pk=one.raw_id).update(problem="; ".join(one.meaning.problems)[:500])
    return dict(zip(raw_ids, receipts, strict=True))


def vouched(meanings: Sequence[Meaning]) -> list[InboundMessage]:
    """Return the messages, each with the conversation of its signed address if we really made that for who is there.

    What came to the address that a letter of ours was sent from answers that letter, whoever wrote it.
    """
    found = conversations_of({token for meaning in meanings for token in meaning.tokens})
    staff = staff_of({(meaning.forward, meaning.inbound.inbox_id) for meaning in meanings if meaning.forward})
    returned = messages_of({meaning.returned_to for meaning in meanings if meaning.returned_to})
    return [
        replace(one, answered_messages=(*returned.get(meaning.returned_to, ()), *one.answered_messages))
        for meaning in meanings
        for one in [_vouched_one(meaning, found, staff)]
    ]


def _vouched_one(meaning: Meaning, found: dict[ReplyToken, int], staff: dict[tuple[Token, int], str]) -> InboundMessage:
    """Return one message; what a member of staff passed on is believed only with a passed check of their address."""
    inbound = meaning.inbound
    claimed = staff.get((meaning.forward, inbound.inbox_id)) if meaning.forward else None
    is_theirs = claimed is not None and normalised("email", inbound.sender.shown) == claimed
    if is_theirs and inbound.verdict == VERIFIED and meaning.passed_on:
        return replace(meaning.passed_on, is_spam=False)
    believed = [found[token] for token in meaning.tokens if token in found]
    return replace(inbound, signed_conversation=believed[0]) if believed else inbound


def _take_in_alone(raw: RawMail, own: OwnAddresses) -> None:
    if is_test_mail(bytes(raw.content)):
        heartbeats.note_returned(raw)
        raw.note_understood(timezone.now())
        return
    if copies.know_own_letter(raw):
        return
    if raw.tries >= (TRIES if raw.problem else 2 * TRIES):
        _store([_unread(raw, own)])
        return
    # Counted before it is tried: a mail that kills its worker must not be tried for ever.
    raw.note_try()
    faults.point("take.begun")
    with Fence() as fence:
        meaning = understand_fenced(bytes(raw.content), envelope_of(raw, own))
        if leaks.is_letter_itself(meaning):
            raw.note_understood(timezone.now())
            return
        _store([Understood(raw.pk, meaning)])
        out_of_junk.follow_meanwhile(raw)
    if fence.error:
        note_failure(raw, fence.error)
    if isinstance(fence.error, Unfit):
        # It would hold up its neighbours as long again.
        _store([_unread(raw, own)])
    faults.point("take.done")


def _store_alone(one: Understood) -> dict[int, Receipt]:
    raw = RawMail.objects.all().whole(one.raw_id)
    while raw.tries < TRIES:
        raw.note_try()
        with Fence() as fence:
            return _store([one])
        assert fence.error is not None
        note_failure(raw, fence.error)
    return _store([_unread(raw, own_addresses())])


def _unread(raw: RawMail, own: OwnAddresses) -> Understood:
    return Understood(raw.pk, unread(bytes(raw.content), envelope_of(raw, own)))


def note_failure(raw: RawMail, error: Exception) -> None:
    """Note why a mail could not be taken in; raises ``error`` when that says nothing about the mail."""
    state = str(getattr(error.__cause__, "sqlstate", None) or "")
    if isinstance(error, OperationalError | InterfaceError | NoReader) and not state.startswith(TOO_LARGE):
        raw.take_back_try()
        raise error
    raw.note_problem(why_not(error))
