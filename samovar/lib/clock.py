"""What time it is, for verbs and what they announce."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from django.utils import timezone

_standing: ContextVar[datetime | None] = ContextVar("standing", default=None)


def now() -> datetime:
    """Return the present moment, or the one at which the clock was made to stand."""
    return _standing.get() or timezone.now()


@contextmanager
def standing_at(moment: datetime) -> Iterator[None]:
    """Let the clock of this thread stand at ``moment``, so that a past can be told by the verbs of the present."""
    token = _standing.set(moment)
    try:
        yield
    finally:
        _standing.reset(token)
