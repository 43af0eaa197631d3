"""How promises were kept, by person and by team, and the promises behind each number."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Case, Count, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce, Concat
from django.utils.translation import gettext as _

from samovar.accounts import staff_lists
from samovar.accounts.models import User
from samovar.accounts.staff_lists import LONGEST_ASKED
from samovar.conversations.delivered_views import end_of_today
from samovar.conversations.models import Conversation, Promise
from samovar.conversations.models.promise import PromiseQuerySet, PromiseState
from samovar.lib import clock
from samovar.lib.layouts import readings
from samovar.lib.listing import Page, beyond
from samovar.lib.marks import mark, read_mark
from samovar.lib.naming import called
from samovar.lib.text import tidy

SPANS = (7, 30, 90, 365)
USUAL = 30
PAGE = 50
# In the order of the columns; what was withdrawn was no promise.
SHOWN = (PromiseState.KEPT, PromiseState.KEPT_LATE, PromiseState.BROKEN, PromiseState.LATE, PromiseState.OPEN)


@dataclass(frozen=True)
class Asked:
    """Which promises are looked at: those due in the last ``days`` until tonight, of whom, and what became of them.

    ``q`` is what somebody typed to find some of them.
    """

    days: int = USUAL
    person: str = ""
    team: str = ""
    state: str = ""
    q: str = ""

    @classmethod
    def of(cls, given: Mapping[str, str]) -> "Asked":
        """Read an address; what makes no sense in it is as if it were not there."""
        number = {name: text for name in ("person", "team") if _is_number(text := given.get(name, ""))}
        days = given.get("days", "")
        state = given.get("state", "")
        return cls(
            days=int(days) if _is_number(days) and int(days) in SPANS else USUAL,
            person="0" if given.get("person") == "0" else number.get("person", ""),
            team=number.get("team", ""),
            state=state if state in SHOWN else "",
            q=tidy(given.get("q", ""))[:LONGEST_ASKED],
        )

    @property
    def query(self) -> str:
        """The address after the "?"."""
        return urlencode({name: value for name, value in vars(self).items() if value})


@dataclass(frozen=True)
class Number:
    """A number of the table: how many, and the address of the promises that it counts."""

    state: str
    count: int
    query: str


@dataclass(frozen=True)
class Figures:
    """What became of the promises of somebody: ``numbers`` in the order of the columns."""

    name: str
    made: Number
    numbers: list[Number]

    @property
    def settled(self) -> int:
        """How many had their moment: all but those that are open and not late."""
        return sum(one.count for one in self.numbers if one.state != PromiseState.OPEN)

    @property
    def share(self) -> int | None:
        """How many of a hundred that had their moment were kept in time; None without any."""
        kept = next(one.count for one in self.numbers if one.state == PromiseState.KEPT)
        return round(100 * kept / self.settled) if self.settled else None


def by_person(reader: User, asked: Asked, after: str = "") -> Page[Figures]:
    """Return the figures of each person, by name, then of nobody; an agent gets their own only. One query."""
    stands = Case(When(owner=None, then=Value("1")), default=Concat(Value("0"), "owner__sort_key"))
    found = _seen(reader, asked).annotate(stands=stands, who=Coalesce("owner", 0))
    if asked.q:
        found = found.filter(owner__in=staff_lists.staff(asked.q).values("pk"))
    rows = _counted(beyond("stands", found, after, "who"), "who", "owner__name", "stands").order_by("stands", "who")
    fetched = list(rows[: PAGE + 1])
    shown = [_figures(row, row["owner__name"] or _("Nobody"), asked.days, person=row["who"]) for row in fetched[:PAGE]]
    last = fetched[PAGE - 1] if len(fetched) > PAGE else None
    return Page(shown, f"{last['stands']}~{last['who']}" if last else "")


def by_team(reader: User, asked: Asked) -> list[Figures]:
    """Return the figures of each team, by name; whoever is in two counts for both. One query."""
    found = _seen(reader, asked).filter(called(asked.q, "owner__teams__name"), owner__teams__isnull=False)
    rows = _counted(found, "owner__teams", "owner__teams__name")
    ordered = sorted(rows, key=lambda row: str(row["owner__teams__name"]))
    return [_figures(row, row["owner__teams__name"], asked.days, team=row["owner__teams"]) for row in ordered]


def rows(reader: User, asked: Asked, after: str) -> Page[Promise]:
    """Return the promises behind a number, those due last first; one query.

    What was typed stands in what was promised, in the customer's name, or in the name of who keeps it.
    """
    found = _seen(reader, asked)
    if asked.state:
        found = found.in_state(PromiseState(asked.state), clock.now())
    if asked.person:
        found = found.filter(owner=int(asked.person) or None)
    if asked.team:
        found = found.filter(owner__teams=int(asked.team))
    if asked.q:
        named = Q(owner__in=staff_lists.staff(asked.q).values("pk")) | Q(what__icontains=asked.q)
        for reading in readings(asked.q):
            named |= Q(conversation__customer__search_key__contains=reading)
        found = found.filter(named)
    if edge := read_mark(after):
        found = found.filter(Q(due_at__lte=edge[0]) & (Q(due_at__lt=edge[0]) | Q(pk__lt=edge[1])))
    fetched = list(found.select_related("conversation__customer", "owner").order_by("-due_at", "-pk")[: PAGE + 1])
    shown = fetched[:PAGE]
    last = shown[-1] if len(fetched) > PAGE else None
    return Page(shown, mark(last.due_at, last.pk) if last and last.due_at else "")


def sees_all(reader: User) -> bool:
    """Whether somebody sees the promises of others."""
    return reader.can_lead or not reader.can_answer


def _seen(reader: User, asked: Asked) -> PromiseQuerySet:
    end = end_of_today()
    seen = Conversation.objects.all().visible_to(reader).order_by().values("pk")
    found = Promise.objects.all().given().filter(conversation__in=seen, withdrawn_at=None)
    found = found.filter(due_at__lt=end, due_at__gte=end - timedelta(days=asked.days))
    return found if sees_all(reader) else found.filter(owner=reader)


def _counted(found: QuerySet[Promise], *by: str) -> QuerySet[Promise, dict[str, Any]]:
    now: datetime = clock.now()
    counts = {state.replace("-", "_"): Count("pk", filter=Promise.objects.all().when(state, now)) for state in SHOWN}
    counted: QuerySet[Promise, dict[str, Any]] = found.order_by().values(*by).annotate(made=Count("pk"), **counts)
    return counted


def _figures(row: dict[str, Any], name: str, days: int, **whose: int) -> Figures:
    key = {kind: str(number) for kind, number in whose.items()}
    numbers = [
        Number(state, row[state.replace("-", "_")], Asked(days=days, state=state, **key).query) for state in SHOWN
    ]
    return Figures(name, Number("", row["made"], Asked(days=days, **key).query), numbers)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10 and int(text) > 0
