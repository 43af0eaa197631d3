"""What is personal in each table, said once beside the tables by every app (``<app>/personal.py``).

The export and the erasure of one person walk what is declared here; a test fails for a table that says nothing.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import models

# What else has to be done about rows that are emptied, in the same transaction.
Also = Callable[[Sequence[int]], None]


def _nothing(_ids: Sequence[int]) -> None:
    """There is nothing else to be done."""


@dataclass(frozen=True)
class Subject:
    """Whose data it is: the numbers of their cards, and their addresses as they are compared.

    ``successors`` are the cards that have one of the addresses now: somebody new, to whom none of it belongs.
    ``matters`` are the numbers of conversations with others that are about the person.
    """

    ids: Sequence[int]
    addresses: frozenset[str] = frozenset()
    successors: Sequence[int] = ()
    matters: Sequence[int] = ()


@dataclass(frozen=True)
class Personal:
    """What is personal in one table.

    ``owners`` are look-ups from a row to the number of a customer, ``matters`` to that of a conversation;
    ``by_address`` finds rows that hold an address of theirs. ``emptied`` says what its columns become when the person
    is erased. ``harmless`` are the other columns that hold text, which stay. ``contents`` is the column with a whole
    mail, byte by byte.
    """

    model: type[models.Model]
    owners: Sequence[str] = ()
    matters: Sequence[str] = ()
    by_address: Callable[[Collection[str]], models.QuerySet[Any]] | None = None
    emptied: Mapping[str, Any] = field(default_factory=dict)
    harmless: Collection[str] = ()
    contents: str = ""
    also: Also = _nothing

    def of_conversations(self, numbers: Sequence[int]) -> list[int]:
        """Return the keys of the rows that belong to conversations; each way to them is a question of its own."""
        table = self.model._base_manager
        found = (
            table.filter(**{f"{way}__in": numbers}).order_by().values_list("pk", flat=True) for way in self.matters
        )
        return sorted({pk for rows in found for pk in rows})


@dataclass(frozen=True)
class Elsewhere:
    """Rows that belong to others and say something of a person.

    ``found`` returns their keys. ``taken_out`` takes out of one of them what it says of the person, in a transaction,
    and returns how many rows of each table (by its label) it has changed, None while somebody else holds it.
    """

    model: type[models.Model]
    found: Callable[[Subject], Collection[int]]
    taken_out: Callable[[int, Subject], Mapping[str, int] | None]


# Returns the numbers of the conversations with others that are about customers.
About = Callable[[Sequence[int]], Collection[int]]

_declared: dict[str, Personal] = {}
_elsewhere: dict[str, Elsewhere] = {}
_about: list[About] = []
_impersonal: set[str] = set()
_harmless_facts: set[str] = set()


def declare(personal: Personal) -> None:
    """Say what is personal in a table of which rows belong to customers."""
    _declared[personal.model._meta.label] = personal


def declare_elsewhere(elsewhere: Elsewhere) -> None:
    """Say where rows of a table that belong to others may say something of a person."""
    _elsewhere[elsewhere.model._meta.label] = elsewhere


def declare_about(found: About) -> None:
    """Say which conversations with others are about a person: all that belongs to them is that person's, too."""
    _about.append(found)


def declare_impersonal(*tables: type[models.Model]) -> None:
    """Say that tables hold nothing of customers: only of the staff, of the company, or of the machine."""
    _impersonal.update(table._meta.label for table in tables)


def declare_harmless_facts(*names: str) -> None:
    """Say which texts in the data of events tell nothing of a customer; all others are emptied."""
    _harmless_facts.update(names)


def declared() -> list[Personal]:
    """Return what is declared of every table that holds something of customers."""
    return list(_declared.values())


def elsewhere() -> list[Elsewhere]:
    """Return where something of a person may stand that belongs to others."""
    return list(_elsewhere.values())


def conversations_about(customer_ids: Sequence[int]) -> list[int]:
    """Return the numbers of the conversations with others that are about customers."""
    return sorted({number for found in _about for number in found(customer_ids)})


def impersonal() -> frozenset[str]:
    """Return the names of the tables that hold nothing of customers."""
    return frozenset(_impersonal)


def harmless_facts() -> frozenset[str]:
    """Return the names of the texts in the data of events that stay."""
    return frozenset(_harmless_facts)
