"""Whether a transaction holds back all readers of the log."""

from collections.abc import Iterator

from samovar.events import clock
from samovar.operations.measuring import Gauge, Reading


def read() -> Iterator[Reading]:
    """Tell the age of the oldest transaction of the whole cluster that writes; no reader gets past its beginning."""
    oldest = clock.oldest_writing_transaction()
    if oldest is None:
        yield Reading(0.0)
        return
    seconds = oldest.age.total_seconds()
    where = f"process {oldest.pid} in the database {oldest.database}"
    problem = f"A transaction has been writing for {seconds:.0f} s ({where}): everybody waits for it to end."
    yield Reading(seconds, problem=problem if oldest.is_too_old else "")


GAUGE = Gauge("samovar_oldest_writing_transaction_seconds", "Age of the oldest transaction that writes.", read)
