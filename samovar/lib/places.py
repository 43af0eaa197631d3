"""Every place in the database that names a row of one table, found by looking at all tables."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef


@dataclass(frozen=True)
class Place:
    """A column that names a row; ``apart`` are the columns that make a row which names it the only one."""

    model: type[models.Model]
    column: str
    apart: tuple[tuple[str, ...], ...]

    @property
    def name(self) -> str:
        """The table and the column in one word."""
        return f"{self.model._meta.label}.{self.column}"

    def rows_of(self, named_id: int) -> models.QuerySet[models.Model]:
        """Return the rows that name it."""
        return self.model._base_manager.filter(**{self.column: named_id})

    def movable(self, named_id: int, to_id: int) -> models.QuerySet[models.Model]:
        """Return the rows that can name another one instead: all but those that the other one has already."""
        return self.free(self.rows_of(named_id), to_id)

    def free(self, rows: models.QuerySet[models.Model], to_id: int) -> models.QuerySet[models.Model]:
        """Return those of ``rows`` that another one does not have already."""
        for columns in self.apart:
            same = self.rows_of(to_id).filter(**{column: OuterRef(column) for column in columns})
            rows = rows.exclude(Exists(same))
        return rows


@cache
def places_of(
    named: type[models.Model], telling: Collection[type[models.Model]], without_key: str = ""
) -> tuple[Place, ...]:
    """Return all places that name rows of ``named``, but for those ``telling`` of what is done to them.

    A column that is called ``without_key`` and is no key counts too; such places come last, because the log of events
    tells of what happens to the others.
    """
    found = [
        Place(model, field.attname, _apart(model, field.attname))
        for model in apps.get_models(include_auto_created=True)
        if model not in telling and not model._meta.proxy
        for field in model._meta.local_concrete_fields
        if field.related_model is named or (field.attname == without_key and not field.is_relation)
    ]
    return tuple(sorted(found, key=lambda place: (not _has_key(place), place.model is not named, place.name)))


def _has_key(place: Place) -> bool:
    return any(field.attname == place.column and field.is_relation for field in place.model._meta.concrete_fields)


def _apart(model: type[models.Model], column: str) -> tuple[tuple[str, ...], ...]:
    """Return what else has to differ between two rows that name the same, for each rule that names the column."""
    attnames = {field.name: field.attname for field in model._meta.concrete_fields}
    rules = [
        [attnames[name] for name in rule.fields]
        for rule in model._meta.constraints
        if isinstance(rule, models.UniqueConstraint)
    ]
    rules += [[field.attname] for field in model._meta.concrete_fields if field.unique and not field.primary_key]
    return tuple(tuple(name for name in rule if name != column) for rule in rules if column in rule)
