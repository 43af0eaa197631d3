"""The whole history of a customer: a view over the event log, read in one query however long the history is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, Q

from samovar.accounts.models import Role, User
from samovar.events.domain import KINDS, Visibility
from samovar.events.models import Event

PAGE = 50

# The filters of a history, in the order of the screen: each is the topic of some kinds of events.
TOPICS = ("talk", "work", "facts")


@dataclass(frozen=True)
class Page:
    """A piece of a history, newest first; ``after`` is where the next one begins, None at the end."""

    entries: list[Event]
    after: tuple[datetime, int] | None


def history(
    customer_id: int,
    reader: User,
    topic: str = "",
    after: tuple[datetime, int] | None = None,
    size: int = PAGE,
    closed: Sequence[Exists] = (),
) -> Page:
    """Return the next page of the history of a customer as ``reader`` may see it, in one query.

    ``topic`` is one of TOPICS, empty for everything; ``after`` comes from the page before. ``closed`` tell of
    an event whether it is one of which the reader sees nothing.
    """
    events = Event.objects.filter(customer_id=customer_id, visibility__lte=_sight(reader))
    for one in closed:
        events = events.exclude(one)
    # Kinds that no class knows any more stay in the history, under "all".
    events = events.filter(kind__in=_kinds(topic)) if topic else events.exclude(kind__in=_kinds(""))
    if after:
        at, pk = after
        events = events.filter(Q(at__lt=at) | Q(at=at, pk__lt=pk))
    rows = list(events.order_by("-at", "-id")[: size + 1])
    return Page(rows[:size], (rows[size - 1].at, rows[size - 1].pk) if len(rows) > size else None)


def _kinds(topic: str) -> list[str]:
    return [name for name, kind in KINDS.items() if kind.topic == topic]


def _sight(reader: User) -> Visibility:
    return Visibility.RESTRICTED if reader.role in (Role.ADMIN, Role.LEAD) else Visibility.STAFF
