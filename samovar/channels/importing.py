"""Importing archives of mail: parsed in several processes, stored in batches, to be run again as often as one likes.

The bytes of each batch are committed first, so that a run which is cut off goes on where it was: what is stored and
not understood yet is taken up, what is understood is a duplicate.
"""

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass

from django.db import connections
from django.utils import timezone

from samovar.channels.models import RawMail
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
    """Import ``mails`` into ``inbox`` in their order; ``seen`` is called after each batch with the counts so far.

    ``processes`` parse side by side; by default as many as there are processors, and with 1 this one does it itself.
    """
    counts = Counts()
    with _Parsers(processes or os.cpu_count() or 1) as parsers:
        for batch in _batches(mails):
            counts.total += len(batch)
            parsers.give(_keep(inbox, batch))
            while parsers.is_full:
                _write(parsers.take(), counts)
                seen(counts)
        while parsers.has_more:
            _write(parsers.take(), counts)
            seen(counts)
    counts.duplicate = counts.total - counts.stored
    return counts


@dataclass(frozen=True)
class _Kept:
    """Mails whose bytes are stored and which are to be understood."""

    raw_ids: list[int]
    contents: list[bytes]
    envelope: Envelope


def _keep(inbox: Inbox, batch: Sequence[bytes]) -> _Kept:
    now = timezone.now()
    arrivals = [Arrival(content, now) for content in batch]
    keep_all(Source(inbox.pk, is_archive=True), arrivals)
    by_hash = {arrival.sha256: arrival.content for arrival in arrivals}
    waiting = RawMail.objects.filter(inbox=inbox, sha256__in=by_hash, understood_at=None)
    rows = list(waiting.order_by("pk").values_list("pk", "sha256"))
    envelope = Envelope(
        inbox_id=inbox.pk,
        arrived_at=now,
        addresses=(inbox.address,) if inbox.address else (),
        keys=signing.keys(),
        from_archive=True,
    )
    return _Kept([pk for pk, _sha256 in rows], [by_hash[bytes(sha256)] for _pk, sha256 in rows], envelope)


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


def _leave_stopping_to_the_writer() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


class _Parsers:
    """Processes that understand batches ahead of the writer; results come in the order in which batches were given."""

    def __init__(self, processes: int) -> None:
        self._pool = None
        if processes > 1:
            # A child must not share the connection of this process.
            connections.close_all()
            self._pool = ProcessPoolExecutor(
                processes, mp_context=multiprocessing.get_context("fork"), initializer=_leave_stopping_to_the_writer
            )
        self._running: deque[Future[list[Understood]]] = deque()
        self._ahead = processes + AHEAD_OF_WRITER

    def __enter__(self) -> "_Parsers":
        return self

    def __exit__(self, *exception: object) -> None:
        if self._pool:
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
        if self._pool:
            self._running.append(self._pool.submit(_understand_all, kept))
        else:
            done: Future[list[Understood]] = Future()
            done.set_result(_understand_all(kept))
            self._running.append(done)

    def take(self) -> list[Understood]:
        """Return the oldest batch, waiting for it."""
        return self._running.popleft().result()


def _batches(mails: Iterable[bytes]) -> Iterator[list[bytes]]:
    batch: list[bytes] = []
    size = 0
    for mail in mails:
        batch.append(mail)
        size += len(mail)
        if len(batch) == BATCH or size > BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
