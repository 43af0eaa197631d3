"""What is decided about difficult customers, as pages show it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q
from django.db.models.functions import JSONObject
from django.utils.dateparse import parse_datetime

from samovar.accounts.models import User
from samovar.customers.models import Restriction, RestrictionKind, RestrictionState
from samovar.customers.models.restriction import STRICTNESS, RestrictionQuerySet
from samovar.customers.restricting import may_end, strictest
from samovar.lib.naming import called

PAGE = 50
# Of one customer; there is one of each kind, and more only where cards were made one.
MOST_OF_ONE = 12
IN_FORCE, OVER = "in-force", "over"
MOMENTS = ("until", "proposed_at", "begun_at")


@dataclass(frozen=True)
class Line:
    """Something that waits or is in force, as the card and the head of a conversation show it."""

    pk: int
    kind: str
    reason: str
    most_a_day: int | None
    until: datetime | None
    proposed_by: str
    decided_by: str | None
    proposed_at: datetime
    begun_at: datetime | None

    @property
    def label(self) -> str:
        """What it is, in the reader's language."""
        return str(RestrictionKind(self.kind).label)

    @property
    def is_waiting(self) -> bool:
        """Whether a lead has to decide about it."""
        return self.begun_at is None

    @property
    def order(self) -> tuple[bool, int, int]:
        """By which the one that counts comes first: in force, the strictest, the smallest limit."""
        return self.begun_at is None, -STRICTNESS[self.kind], self.most_a_day or 0


@dataclass(frozen=True)
class Row:
    """A line of the list; ``may_end`` says whether the reader may end or withdraw it."""

    found: Restriction
    may_end: bool

    @property
    def is_waiting(self) -> bool:
        """Whether a lead has to decide about it."""
        return self.found.state == RestrictionState.WAITING


@dataclass(frozen=True)
class Page:
    """A page of the list, the newest first; ``after`` is where it goes on, "" at the end."""

    rows: Sequence[Row]
    after: str


def open_of(customer: OuterRef) -> ArraySubquery:
    """Return the column of which lines() makes what waits and is in force, for a question that asks other things."""
    rows = Restriction.objects.all().open().filter(customer=customer).order_by("pk")
    return ArraySubquery(rows.values(found=_told())[:MOST_OF_ONE])


def lines(rows: Iterable[dict[str, Any]]) -> list[Line]:
    """Return what the subquery has found, what counts first."""
    found = [Line(**{**row, **{name: row[name] and parse_datetime(row[name]) for name in MOMENTS}}) for row in rows]
    return sorted(found, key=lambda line: line.order)


def lines_of(customer_id: int) -> list[Line]:
    """Return the same about one customer; one query."""
    rows = Restriction.objects.all().open().filter(customer=customer_id).order_by("pk")
    return lines(rows.values_list(_told(), flat=True)[:MOST_OF_ONE])


def decided_about(customer_ids: Iterable[int]) -> dict[int, Restriction]:
    """Return what counts now about each of these customers, by number: the strictest; one query."""
    found: dict[int, list[Restriction]] = defaultdict(list)
    for row in Restriction.objects.all().in_force().filter(customer__in=set(customer_ids)):
        found[row.customer_id].append(row)
    return {pk: counting for pk, rows in found.items() if (counting := strictest(rows))}


def page(user: User, state: str, text: str = "", after: str = "") -> Page:
    """Return what waits, is in force, or is over, as ``user`` may see it; one query."""
    rows = _in_state(Restriction.objects.all().visible_to(user), state).of_present()
    if text:
        rows = rows.filter(called(text, "customer__name") | Q(reason__icontains=text))
    if after.isascii() and after.isdigit() and len(after) < 19:
        rows = rows.filter(pk__lt=int(after))
    people = ("customer", "proposed_by", "decided_by", "ended_by")
    found = list(rows.select_related(*people).order_by("-pk")[: PAGE + 1])
    shown = found[:PAGE]
    return Page([Row(one, may_end(one, user)) for one in shown], str(shown[-1].pk) if len(found) > PAGE else "")


def _told() -> JSONObject:
    fields = ("pk", "kind", "reason", "most_a_day", *MOMENTS)
    names = {"proposed_by": "proposed_by__name", "decided_by": "decided_by__name"}
    return JSONObject(**{one: one for one in fields}, **names)


def _in_state(rows: RestrictionQuerySet, state: str) -> RestrictionQuerySet:
    if state == IN_FORCE:
        return rows.in_force()
    return rows.over() if state == OVER else rows.waiting()
