"""Pages of lists that stand by name; the mark at which one goes on is that of its last row: its name and its key."""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet

from samovar.lib.text import storable

PAGE = 50
LONGEST_KEY = 18
Row = TypeVar("Row")
Kept = TypeVar("Kept", bound=Model)


@dataclass(frozen=True)
class Page(Generic[Row]):
    """A page of a list; ``after`` is where it goes on, "" at the end."""

    rows: Sequence[Row]
    after: str


def page_by(column: str, rows: "QuerySet[Any, Row]", after: str = "", size: int = PAGE) -> Page[Row]:
    """Return the page behind the mark ``after`` of rows that stand by ``column`` and their key."""
    fetched = list(beyond(column, rows, after).order_by(column, "pk")[: size + 1])
    if len(fetched) <= size:
        return Page(fetched, "")
    name, pk = attrgetter(column.replace("__", "."), "pk")(fetched[size - 1])
    return Page(fetched[:size], f"{name}~{pk}")


def page_of(rows: "Sequence[Kept]", after: str = "", size: int = PAGE) -> "Page[Kept]":
    """Return the page behind the row whose key is ``after``, of rows that are all at hand."""
    keys = [str(row.pk) for row in rows]
    start = keys.index(after) + 1 if after in keys else 0
    end = start + size
    return Page(rows[start:end], keys[end - 1] if end < len(rows) else "")


def beyond(column: str, rows: "QuerySet[Any, Row]", after: str, key: str = "pk") -> "QuerySet[Any, Row]":
    """Return the rows behind a mark; all of them behind what is none."""
    name, _line, pk = after.rpartition("~")
    if name != storable(name) or not (pk.isascii() and pk.isdigit() and len(pk) <= LONGEST_KEY):
        return rows
    # Said twice, so that an index of the column is used.
    return rows.filter(Q(**{f"{column}__gte": name}) & (Q(**{f"{column}__gt": name}) | Q(**{f"{key}__gt": int(pk)})))
