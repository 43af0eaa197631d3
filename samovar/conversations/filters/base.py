"""What a kind of filter is, and the two shapes that most of them have.

A filter is a kind and a value, written "tag:12". A value that means nothing any more finds nothing: it never stands for
everything.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.utils.functional import Promise

from samovar.accounts.models import User
from samovar.conversations.models.selecting import ConversationQuerySet

LONGEST_NUMBER = 19
# Of each kind in a menu.
MOST_OFFERED = 40
NOTHING = Q(pk__in=[])


@dataclass(frozen=True)
class Filter:
    """One condition: its kind and its value."""

    kind: str
    value: str

    @property
    def code(self) -> str:
        """How it is written in an address and in a saved view."""
        return f"{self.kind}:{self.value}"


@dataclass(frozen=True)
class Said:
    """What a value is called; ``is_outdated`` says that it means nothing any more, or somebody who has left."""

    words: str
    is_outdated: bool = False


class FilterKind:
    """One thing by which a list is narrowed."""

    name: ClassVar[str]
    title: ClassVar[str | Promise]
    # Whether it asks of the row itself alone, and that of what the index of open work holds.
    is_near: ClassVar[bool] = False

    def where(self, values: Sequence[str], user: User) -> Q:
        """Return the condition that any of ``values`` is so, as ``user`` means them."""
        raise NotImplementedError

    def narrow(self, rows: ConversationQuerySet, values: Sequence[str], user: User) -> ConversationQuerySet:
        """Return those of ``rows`` for which any of ``values`` is so."""
        return rows.filter(self.where(values, user))

    def meanings(self, numbers: Collection[int], user: User) -> Iterable[tuple[int, int]]:
        """Yield rows that stand for others of these: the number of the other, and their own."""
        return ()

    def said(self, values: Sequence[str], user: User) -> Mapping[str, Said]:
        """Return what ``values`` are called; what is left out means nothing."""
        raise NotImplementedError

    def offers(self, typed: str, user: User) -> Iterable[tuple[str, str]]:
        """Return the values that fit what was typed, with their words."""
        raise NotImplementedError


class OfChoices(FilterKind):
    """A kind with few values that are known from the start."""

    @property
    def choices(self) -> Mapping[str, str | Promise]:
        """The values with their words."""
        raise NotImplementedError

    def condition(self, value: str, user: User) -> Q:
        """Return the condition of one value."""
        raise NotImplementedError

    def where(self, values: Sequence[str], user: User) -> Q:
        """Return the conditions of those values that are known."""
        return any_of(self.condition(value, user) for value in values if value in self.choices)

    def said(self, values: Sequence[str], user: User) -> Mapping[str, Said]:
        """Return the words of those that are known."""
        return {value: Said(str(self.choices[value])) for value in values if value in self.choices}

    def offers(self, typed: str, user: User) -> Iterable[tuple[str, str]]:
        """Return those whose words hold what was typed."""
        return [(value, str(words)) for value, words in self.choices.items() if typed.lower() in str(words).lower()]


class OfRows(FilterKind):
    """A kind whose values are rows by their number, beside some that are known from the start (``fixed``)."""

    fixed: ClassVar[Mapping[str, str | Promise]] = {}

    def rows(self, user: User) -> QuerySet[Any]:
        """Return every row that could be meant."""
        raise NotImplementedError

    def offered(self, typed: str, user: User) -> QuerySet[Any]:
        """Return the rows that fit what was typed."""
        raise NotImplementedError

    def of_rows(self, numbers: Collection[int], user: User) -> Q:
        """Return the condition that it is about any of these rows."""
        raise NotImplementedError

    def of_fixed(self, value: str, user: User) -> Q:
        """Return the condition of one of ``fixed``."""
        return NOTHING

    def is_outdated(self, row: Any) -> bool:
        """Whether nobody would choose this row today."""
        return getattr(row, "archived_at", None) is not None

    def where(self, values: Sequence[str], user: User) -> Q:
        """Return the conditions of what is fixed, and that of all rows together."""
        numbers = numbers_of(values)
        of_rows = [self.of_rows(numbers, user)] if numbers else []
        return any_of([*(self.of_fixed(value, user) for value in values if value in self.fixed), *of_rows])

    def said(self, values: Sequence[str], user: User) -> Mapping[str, Said]:
        """Return what the rows are called that are still there."""
        found = {value: Said(str(self.fixed[value])) for value in values if value in self.fixed}
        if numbers := numbers_of(values):
            for row in self.rows(user).filter(pk__in=numbers):
                found[str(row.pk)] = Said(str(row), self.is_outdated(row))
        return found

    def offers(self, typed: str, user: User) -> Iterable[tuple[str, str]]:
        """Return what is fixed and the rows, as far as they fit what was typed."""
        fixed = [(value, str(words)) for value, words in self.fixed.items() if typed.lower() in str(words).lower()]
        return fixed + [(str(row.pk), str(row)) for row in self.offered(typed, user)[:MOST_OFFERED]]


def any_of(conditions: Iterable[Q]) -> Q:
    """Return that any of ``conditions`` is so; of none, nothing is."""
    found = NOTHING
    for condition in conditions:
        found |= condition
    return found


def numbers_of(values: Iterable[str]) -> list[int]:
    """Return those of ``values`` that can be the number of a row."""
    return [int(value) for value in values if value.isdecimal() and len(value) < LONGEST_NUMBER]
