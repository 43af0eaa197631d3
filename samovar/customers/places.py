"""Every place in the database that names a customer, found by looking at all tables."""

from dataclasses import dataclass
from functools import cache

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef

from samovar.customers.models import Customer, Merge, MovedRow

# What tells of merges itself stays as it was.
TELLING = (Merge, MovedRow)
# How a column without a key is named that holds the number of a customer.
WITHOUT_KEY = "customer_id"


@dataclass(frozen=True)
class Place:
    """A column that names a customer; ``apart`` are the columns that make a row of one customer the only one."""

    model: type[models.Model]
    column: str
    apart: tuple[tuple[str, ...], ...]

    @property
    def name(self) -> str:
        """The table and the column in one word."""
        return f"{self.model._meta.label}.{self.column}"

    def rows_of(self, customer_id: int) -> models.QuerySet[models.Model]:
        """Return the rows that name a customer."""
        return self.model._base_manager.filter(**{self.column: customer_id})

    def movable(self, customer_id: int, to_id: int) -> models.QuerySet[models.Model]:
        """Return the rows that can name another customer instead: all but those that the other one has already."""
        rows = self.rows_of(customer_id)
        for columns in self.apart:
            same = self.rows_of(to_id).filter(**{column: OuterRef(column) for column in columns})
            rows = rows.exclude(Exists(same))
        return rows


@cache
def places() -> tuple[Place, ...]:
    """Return all places; the log of events last, because it tells of what happens to the others."""
    found = [
        Place(model, field.attname, _apart(model, field.attname))
        for model in apps.get_models(include_auto_created=True)
        if model not in TELLING and not model._meta.proxy
        for field in model._meta.local_concrete_fields
        if field.related_model is Customer or (field.attname == WITHOUT_KEY and not field.is_relation)
    ]
    return tuple(sorted(found, key=lambda place: (not _has_key(place), place.model is not Customer, place.name)))


def _has_key(place: Place) -> bool:
    return any(field.attname == place.column and field.is_relation for field in place.model._meta.concrete_fields)


def _apart(model: type[models.Model], column: str) -> tuple[tuple[str, ...], ...]:
    """Return what else has to differ between two rows of one customer, for each rule that names the column."""
    attnames = {field.name: field.attname for field in model._meta.concrete_fields}
    rules = [
        [attnames[name] for name in rule.fields]
        for rule in model._meta.constraints
        if isinstance(rule, models.UniqueConstraint)
    ]
    rules += [[field.attname] for field in model._meta.concrete_fields if field.unique and not field.primary_key]
    return tuple(tuple(name for name in rule if name != column) for rule in rules if column in rule)
