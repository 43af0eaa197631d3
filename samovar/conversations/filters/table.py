"""All kinds of filters, and what is done with those of one list."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from samovar.accounts.models import User
from samovar.conversations.filters.base import Filter, FilterKind, Said, any_of, numbers_of
from samovar.conversations.filters.of_customers import (
    CityFilter,
    ConsentFilter,
    LanguageFilter,
    OrganisationFilter,
    PromiseFilter,
    TextFilter,
    WaitingFilter,
)
from samovar.conversations.filters.of_work import (
    AssigneeFilter,
    CauseFilter,
    ChannelFilter,
    InboxFilter,
    MarkFilter,
    StatusFilter,
    TagFilter,
    TeamFilter,
)
from samovar.conversations.models.selecting import ConversationQuerySet
from samovar.lib.text import tidy

MOST = 30
LONGEST = 100
TEXT, STATUS = "text", "status"
STATUSES = StatusFilter()
# In the order in which they are offered.
KINDS: Mapping[str, FilterKind] = {
    kind.name: kind
    for kind in (
        STATUSES,
        AssigneeFilter(),
        TeamFilter(),
        TagFilter(),
        CauseFilter(),
        InboxFilter(),
        ChannelFilter(),
        MarkFilter(),
        WaitingFilter(),
        PromiseFilter(),
        LanguageFilter(),
        CityFilter(),
        OrganisationFilter(),
        ConsentFilter(),
        TextFilter(),
    )
}
# Somebody has to act on what has one of these and no other.
TO_ACT_ON = frozenset({"open", "needs-reply", "waiting", "snoozed", "to-look-at"})

Filters = tuple[Filter, ...]


@dataclass(frozen=True)
class Chip:
    """A filter as it is shown; ``is_or`` says that it stands beside another one of its kind."""

    filter: Filter
    title: str | Promise
    words: str
    is_outdated: bool
    is_or: bool


def read(codes: Iterable[str]) -> Filters:
    """Return the filters of an address or of a saved view, each once, those of one kind together."""
    found = {}
    for code in list(codes)[:MOST]:
        kind, colon, value = code.partition(":")
        if colon and (value := tidy(value)[:LONGEST]):
            found[kind[:LONGEST], value] = Filter(kind[:LONGEST], value)
    order = list(KINDS)
    return tuple(sorted(found.values(), key=lambda one: order.index(one.kind) if one.kind in KINDS else len(order)))


def grouped(filters: Filters) -> Iterator[tuple[str, list[str]]]:
    """Yield each kind with its values."""
    for kind, rows in groupby(filters, key=lambda one: one.kind):
        yield kind, [row.value for row in rows]


def narrowed(rows: ConversationQuerySet, filters: Filters, user: User) -> ConversationQuerySet:
    """Return those of ``rows`` that fit all kinds, but for what is looked for by words; a kind unknown fits nothing."""
    for kind, values in grouped(filters):
        if kind not in KINDS:
            return rows.none()
        if kind != TEXT:
            rows = KINDS[kind].narrow(rows, values, user)
    return rows


def spelled_out(lists: Sequence[Filters], user: User) -> list[Filters]:
    """Return each of ``lists`` with what was merged into its values; one question for each kind that can be merged."""
    found: dict[Filter, list[Filter]] = {}
    named = {one for filters in lists for one in filters}
    for kind in {one.kind for one in named} & KINDS.keys():
        numbers = numbers_of([one.value for one in named if one.kind == kind])
        for number, other in KINDS[kind].meanings(numbers, user) if numbers else ():
            found.setdefault(Filter(kind, str(number)), []).append(Filter(kind, str(other)))
    return [tuple(more for one in filters for more in (one, *found.get(one, ()))) for filters in lists]


def near(filters: Filters, user: User) -> Q | None:
    """Return the condition of ``filters`` on what is open, None where they ask for more than stands on its rows."""
    if not has_to_be_acted_on(filters) or not all(
        kind in KINDS and KINDS[kind].is_near for kind, _ in grouped(filters)
    ):
        return None
    return Q(*(_near(kind, values, user) for kind, values in grouped(filters)))


def _near(kind: str, values: Sequence[str], user: User) -> Q:
    if kind == STATUS:
        return any_of(STATUSES.of_open(value, user) for value in values)
    return KINDS[kind].where(values, user)


def chips(filters: Filters, user: User) -> list[Chip]:
    """Return how the filters are shown, one question for each kind of them that is about rows."""
    found = []
    for kind, values in grouped(filters):
        title = KINDS[kind].title if kind in KINDS else _("Unknown filter")
        said = KINDS[kind].said(values, user) if kind in KINDS else {}
        for number, value in enumerate(values):
            told = said.get(value, Said(_("no longer there"), is_outdated=True))
            found.append(Chip(Filter(kind, value), title, told.words, told.is_outdated, number > 0))
    return found


def has_to_be_acted_on(filters: Sequence[Filter]) -> bool:
    """Whether they leave nothing but what somebody has to act on, so that its number is worth showing."""
    statuses = {one.value for one in filters if one.kind == STATUS}
    return bool(statuses) and statuses <= TO_ACT_ON
