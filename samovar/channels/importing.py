"""Importing archives of mail: parsed in several processes, stored in batches, to be run again as often as one likes.

All bytes are committed first, so that a run which is cut off goes on where it was: what is stored and not understood
yet is taken up, what is understood is a duplicate. Then they are understood in the order of their dates, so that the
same set of mails gives the same conversations in whatever order it is read.
"""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.utils import timezone

from samovar.channels.mail.dates import dated
from samovar.channels.models import RawMail
from samovar.channels.probes import is_test_mail
from samovar.channels.storing import Arrival, Source, keep_all
from samovar.channels.taking_in import Understood, store
from samovar.channels.understanding import Envelope, understand_safely
from samovar.conversations import signing
from samovar.conversations.inbound import HUMAN, UNREADABLE
from samovar.conversations.models import Inbox

BATCH = 64
# A batch of large mails must not fill the memory, whatever their number.
BATCH_BYTES = 16_000_000
AHEAD_OF_WRITER = 3


@dataclass
class Counts:
    """What an import did. ``total`` = ``stored`` + ``duplicate``; the other figures are parts of ``stored``.

    ``conversations`` are newly opened ones with a person on the other side.
    """

    total: int = 0
    stored: int = 0
    duplicate: int = 0
    automatic: int = 0
    unreadable: int = 0
    conversations: int = 0


def import_mails(
    inbox: Inbox, mails: Iterable[bytes], processes: int = 0, seen: Callable[[Counts], None] = lambda counts: None
) -> Counts:
    """Import ``mails`` into ``inbox``; ``seen`` is called after each batch with the counts so far.

    ``processes`` read them side by side; by default as many as there are processors.
    """
    counts, envelope = Counts(), _envelope_of(inbox)
    waiting: dict[bytes, _Waiting] = {}
    for batch in _batches(mails):
        counts.total += len(batch)
        waiting.update(_keep(inbox, batch))
        seen(counts)
    with _Parsers(processes or os.cpu_count() or 1) as parsers:
        for raw_ids in _portions(sorted(waiting.values())):
            parsers.give(_Kept(raw_ids, _contents_of(raw_ids), envelope))
            while parsers.is_full:
                _write(parsers.take(), counts)
                seen(counts)
        while parsers.has_more:
            _write(parsers.take(), counts)
            seen(counts)
    counts.duplicate = counts.total - counts.stored
    return counts


class _Waiting(NamedTuple):
    """A mail that is stored and not understood; they are understood in this order."""

    at: datetime
    sha256: bytes
    raw_id: int
    size: int


@dataclass(frozen=True)
class _Kept:
    """Mails whose bytes are stored and which are to be understood."""

    raw_ids: list[int]
    contents: list[bytes]
    envelope: Envelope


def _envelope_of(inbox: Inbox) -> Envelope:
    return Envelope(
        inbox_id=inbox.pk,
        arrived_at=timezone.now(),
        addresses=inbox.addresses,
        relays=tuple(inbox.relays.split()),
        keys=signing.keys(),
        from_archive=True,
    )


def _keep(inbox: Inbox, batch: Sequence[bytes]) -> dict[bytes, _Waiting]:
    """Store the bytes of a batch; return what waits of it, by SHA-256."""
    now = timezone.now()
    arrivals = {arrival.sha256: arrival for arrival in (Arrival(content, now) for content in batch)}
    keep_all(Source(inbox.pk, is_archive=True), list(arrivals.values()))
    rows = RawMail.objects.filter(inbox=inbox, sha256__in=arrivals, understood_at=None)
    found = ((pk, arrivals[bytes(sha256)]) for pk, sha256 in rows.values_list("pk", "sha256"))
    return {one.sha256: _Waiting(dated(one.content) or now, one.sha256, pk, len(one.content)) for pk, one in found}


def _portions(waiting: Iterable[_Waiting]) -> Iterator[list[int]]:
    """Yield the ids of raw mails in batches of bounded size."""
    portion: list[int] = []
    size = 0
    for one in waiting:
        portion.append(one.raw_id)
        size += one.size
        if len(portion) == BATCH or size > BATCH_BYTES:
            yield portion
            portion, size = [], 0
    if portion:
        yield portion


def _contents_of(raw_ids: list[int]) -> list[bytes]:
    contents = dict(RawMail.objects.filter(pk__in=raw_ids).values_list("pk", "content"))
    return [bytes(contents[pk]) for pk in raw_ids]


def _write(batch: list[Understood], counts: Counts) -> None:
    if not batch:
        return
    for receipt in store(batch).values():
        if receipt.is_duplicate:
            continue
        counts.stored += 1
        counts.unreadable += receipt.mail_class == UNREADABLE
        counts.automatic += receipt.mail_class not in (HUMAN, UNREADABLE)
        counts.conversations += receipt.has_opened and receipt.mail_class == HUMAN


def _understand_all(kept: _Kept) -> list[Understood]:
    return [
        Understood(raw_id, understand_safely(content, kept.envelope))
        for raw_id, content in zip(kept.raw_ids, kept.contents, strict=True)
    ]


class _Parsers:
    """Readers that understand batches ahead of the writer; results come in the order in which batches were given."""

    def __init__(self, processes: int) -> None:
        # Each of these threads only waits for a process behind the fence.
        self._pool = ThreadPoolExecutor(processes, thread_name_prefix="import")
        self._running: deque[Future[list[Understood]]] = deque()
        self._ahead = processes + AHEAD_OF_WRITER

    def __enter__(self) -> "_Parsers":
        return self

    def __exit__(self, *exception: object) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    @property
    def is_full(self) -> bool:
        """Whether enough is on its way."""
        return len(self._running) >= self._ahead

    @property
    def has_more(self) -> bool:
        """Whether something is on its way."""
        return bool(self._running)

    def give(self, kept: _Kept) -> None:
        """Have a batch understood."""
        self._running.append(self._pool.submit(_understand_all, kept))

    def take(self) -> list[Understood]:
        """Return the oldest batch, waiting for it."""
        return self._running.popleft().result()


def _batches(mails: Iterable[bytes]) -> Iterator[list[bytes]]:
    batch: list[bytes] = []
    size = 0
    for mail in mails:
        if is_test_mail(mail):
            continue
        batch.append(mail)
        size += len(mail)
        if len(batch) == BATCH or size > BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
