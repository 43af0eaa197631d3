"""Announcing what happened: one row of the log in the transaction of the change."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from samovar.events.domain import CustomerEvent, DomainEvent, Visibility
from samovar.events.effects import installed
from samovar.events.encoding import as_json, columns
from samovar.events.errors import NestedAnnouncement, NotInTransaction
from samovar.lib.prepared import prepared

__all__ = ["CHANNEL", "CustomerEvent", "DomainEvent", "Visibility", "announce", "announce_many", "announcing_together"]

# Notifications carry nothing: PostgreSQL collapses equal ones, so a transaction sends one whatever it announces.
CHANNEL = "samovar_events"
COLUMNS = (
    "at",
    "kind",
    "customer_id",
    "organisation_id",
    "conversation_id",
    "actor_id",
    "visibility",
    "title",
    "preview",
    "amount",
    "score",
    "data",
)
# Most transactions announce one event, and arrays cost twice as much to send and to plan.
WRITE_ONE = """
WITH written AS (
    INSERT INTO events_event (at, kind, customer_id, organisation_id, conversation_id, actor_id,
                              visibility, title, preview, amount, score, data)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
)
SELECT pg_notify(%s, '')
"""
WRITE_SOME = """
WITH written AS (
    INSERT INTO events_event (at, kind, customer_id, organisation_id, conversation_id, actor_id,
                              visibility, title, preview, amount, score, data)
    SELECT at, kind, customer_id, organisation_id, conversation_id, actor_id,
           visibility, title, preview, amount, score, data::jsonb
    FROM unnest(%s::timestamptz[], %s::text[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[],
                %s::smallint[], %s::text[], %s::text[], %s::numeric[], %s::smallint[], %s::text[])
         WITH ORDINALITY AS given(at, kind, customer_id, organisation_id, conversation_id, actor_id,
                                  visibility, title, preview, amount, score, data, place)
    ORDER BY place
)
SELECT pg_notify(%s, '')
"""
# From this number on COPY is quicker, though it takes two round trips.
MANY = 100
COPY = """
COPY events_event (at, kind, customer_id, organisation_id, conversation_id, actor_id,
                   visibility, title, preview, amount, score, data) FROM STDIN
"""
# What is said meanwhile, where it is written all together at the end.
_gathered: ContextVar[list[DomainEvent] | None] = ContextVar("gathered", default=None)
# Set while now reactions run.
_reacting: ContextVar[bool] = ContextVar("reacting", default=False)


def announce(event: DomainEvent) -> None:
    """Write ``event`` into the log and run the ``now`` reactions; if one of them fails, the change is undone.

    Raises NotInTransaction outside of a transaction and NestedAnnouncement inside a ``now`` reaction.
    """
    announce_many([event])


def announce_many(events: Sequence[DomainEvent]) -> None:
    """Announce ``events`` in their order, all rows together: the bulk path."""
    if not connection.in_atomic_block:
        raise NotInTransaction("Announce inside the transaction of the change (transaction.atomic).")
    if _reacting.get():
        raise NestedAnnouncement("A now reaction may not announce; make it a later reaction.")
    if (gathered := _gathered.get()) is not None:
        gathered += events
    elif events:
        with transaction.mark_for_rollback_on_error(using=connection.alias):
            _write(events)
            _react(events)


@contextmanager
def announcing_together() -> Iterator[None]:
    """Write all that is announced inside at its end, in its order; when it fails, nothing was announced."""
    events: list[DomainEvent] = []
    token = _gathered.set(events)
    try:
        yield
    finally:
        _gathered.reset(token)
    announce_many(events)


def _write(events: Sequence[DomainEvent]) -> None:
    rows = [columns(event) for event in events]
    for row in rows:
        row["data"] = as_json(row["data"])
    if len(rows) == 1:
        with prepared(WRITE_ONE, [*(rows[0].get(name) for name in COLUMNS), CHANNEL]):
            pass
    elif len(rows) < MANY:
        with prepared(WRITE_SOME, [*([row.get(name) for row in rows] for name in COLUMNS), CHANNEL]):
            pass
    else:
        with connection.cursor() as cursor:
            _copy(cursor, rows)


def _copy(cursor: CursorWrapper, rows: Sequence[dict[str, Any]]) -> None:
    with cursor.copy(COPY) as copy:
        for row in rows:
            copy.write_row([row.get(name) for name in COLUMNS])
    cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])


def _react(events: Sequence[DomainEvent]) -> None:
    table = installed()
    token = _reacting.set(True)
    try:
        for event in events:
            for reaction in table.now(type(event).__name__):
                reaction(event)
    finally:
        _reacting.reset(token)
