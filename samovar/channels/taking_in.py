"""From raw mail to messages: each is understood, stored in its conversation, and marked as done in one transaction.

A batch that fails is undone and repeated mail by mail, so that one bad mail never holds back its neighbours; a mail
that still fails after three tries becomes a message that could not be read, and its bytes stay. What is wrong with the
database and not with the mail counts as no try.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from samovar.channels.models import RawMail
from samovar.channels.understanding import Envelope, Meaning, understand, understand_safely, unreadable
from samovar.conversations import signing
from samovar.conversations.inbound import UNREADABLE, InboundMessage, Receipt
from samovar.conversations.intake import receive_all
from samovar.conversations.recognising import conversations_of
from samovar.lib import faults
from samovar.lib.fence import Fence, reason

TRIES = 3
# PostgreSQL's "program limit exceeded": what it was given is too large, and will be next time.
TOO_LARGE = "54"


@dataclass(frozen=True)
class Understood:
    """A raw mail and what it says."""

    raw_id: int
    meaning: Meaning


def take_in(raws: Iterable[RawMail]) -> dict[int, Receipt]:
    """Understand raw mails and store them, in order, as one batch; see store()."""
    return store([Understood(raw.pk, understand_safely(bytes(raw.content), envelope_of(raw))) for raw in raws])


def take_in_each(raws: QuerySet[RawMail]) -> None:
    """Take in mails that wait, each in a transaction of its own, in the order in which they were stored.

    A mail at which a worker died, or that failed, is tried three times in all and then kept as one that could not be
    read. Raises only when the database cannot be used.
    """
    for pk in list(raws.filter(understood_at=None).order_by("pk").values_list("pk", flat=True)):
        raw = RawMail.objects.select_related("inbox", "account").get(pk=pk)
        if raw.understood_at is None:
            _take_in_alone(raw)


def store(batch: Sequence[Understood]) -> dict[int, Receipt]:
    """Store what was understood; if the batch fails, each mail is tried by itself until it is stored.

    Returns what became of each by the id of its raw mail; what somebody else has stored meanwhile is left out. Raises
    only when the database cannot be used.
    """
    with Fence() as fence:
        return _store(batch)
    assert fence.error is not None
    return {raw_id: receipt for one in batch for raw_id, receipt in _store_alone(one).items()}


def envelope_of(raw: RawMail) -> Envelope:
    """Return what we know of a mail besides its bytes."""
    trusted = raw.account.trusted_checker if raw.account else ""
    return Envelope(
        inbox_id=raw.inbox_id,
        arrived_at=raw.arrived_at,
        addresses=(raw.inbox.address,) if raw.inbox.address else (),
        trusted=(trusted,) if trusted else (),
        keys=signing.keys(),
        from_archive=raw.is_from_archive,
    )


@transaction.atomic
def _store(batch: Sequence[Understood]) -> dict[int, Receipt]:
    # The rows are locked first: whoever comes second finds them understood and leaves them alone.
    rows = RawMail.objects.filter(pk__in=[one.raw_id for one in batch], understood_at=None).order_by("id")
    waiting = set(rows.select_for_update().values_list("pk", flat=True))
    mine = [one for one in batch if one.raw_id in waiting]
    receipts = receive_all(_vouched([one.meaning for one in mine]))
    raw_ids = [one.raw_id for one in mine]
    faults.point("take.received")
    RawMail.objects.all().mark_understood(raw_ids, [receipt.message_id for receipt in receipts], timezone.now())
    for one in mine:
        if one.meaning.problems and one.meaning.inbound.mail_class == UNREADABLE:
            RawMail.objects.filter(pk=one.raw_id).update(problem="; ".join(one.meaning.problems)[:500])
    return dict(zip(raw_ids, receipts, strict=True))


def _vouched(meanings: Sequence[Meaning]) -> list[InboundMessage]:
    """Return the messages, each with the conversation of its signed address if we really made that for who is there."""
    found = conversations_of({meaning.token for meaning in meanings if meaning.token})
    return [
        replace(meaning.inbound, signed_conversation=found[meaning.token])
        if meaning.token in found
        else meaning.inbound
        for meaning in meanings
    ]


def _take_in_alone(raw: RawMail) -> None:
    if raw.tries >= TRIES:
        _store([_unread(raw)])
        return
    # Counted before it is tried: a mail that kills its worker must not be tried for ever.
    raw.note_try()
    faults.point("take.begun")
    with Fence() as fence:
        _store([Understood(raw.pk, understand(bytes(raw.content), envelope_of(raw)))])
    if fence.error:
        _note_failure(raw, fence.error)
    faults.point("take.done")


def _store_alone(one: Understood) -> dict[int, Receipt]:
    raw = RawMail.objects.select_related("inbox", "account").get(pk=one.raw_id)
    while raw.tries < TRIES:
        raw.note_try()
        with Fence() as fence:
            return _store([one])
        assert fence.error is not None
        _note_failure(raw, fence.error)
    return _store([_unread(raw)])


def _unread(raw: RawMail) -> Understood:
    return Understood(raw.pk, Meaning(unreadable(bytes(raw.content), envelope_of(raw))))


def _note_failure(raw: RawMail, error: Exception) -> None:
    """Note why a mail could not be taken in; raises ``error`` when that says nothing about the mail."""
    state = str(getattr(error.__cause__, "sqlstate", None) or "")
    if isinstance(error, OperationalError | InterfaceError) and not state.startswith(TOO_LARGE):
        raw.take_back_try()
        raise error
    raw.note_problem(reason(error))
