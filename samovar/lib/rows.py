"""Writing many rows at once, and reading one that others may be changing."""

import hashlib
from collections.abc import Iterable, Sequence
from enum import Enum
from typing import Any, TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import sql
from psycopg.types.json import Jsonb

from samovar.lib.prepared import prepared

Row = TypeVar("Row", bound=models.Model)


def reread(row: Row, rows: models.QuerySet[Row]) -> None:
    """Read ``row`` anew from ``rows``, which lock it and bring what it refers to with it.

    Who referred to something else by the time we had the lock is dropped from such an answer: PostgreSQL joins the new
    row with what the old one referred to. The second look has the lock already, so it finds what is true now.
    """
    try:
        row.refresh_from_db(from_queryset=rows)
    except ObjectDoesNotExist:
        row.refresh_from_db(from_queryset=rows)


def next_ids(connection: BaseDatabaseWrapper, model: type[models.Model], count: int) -> list[int]:
    """Take ``count`` numbers from the sequence behind the primary key of ``model``, in one statement."""
    taken = "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)"
    values = [f'"{model._meta.db_table}"', model._meta.pk.column, count]
    with prepared(taken, values, on=connection) as cursor:
        return [int(row[0]) for row in cursor.fetchall()]


def copy_rows(connection: BaseDatabaseWrapper, rows: Sequence[models.Model]) -> None:
    """Write new rows of one model by COPY, the quickest way in.

    Their keys were taken by next_ids(). Everything stands on the objects: nothing is defaulted, nothing may exist yet.
    """
    if rows:
        plain = [(field.attname, isinstance(field, models.JSONField)) for field in rows[0]._meta.concrete_fields]
        values = ([Jsonb(vars(row)[name]) if is_json else vars(row)[name] for name, is_json in plain] for row in rows)
        copy_values(connection, type(rows[0]), [name for name, _is_json in plain], values)


def copy_values(
    connection: BaseDatabaseWrapper, model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[object]]
) -> None:
    """Write new rows of ``model`` by COPY: the values of ``names``, the key given by the database."""
    columns = {field.attname: field.column for field in model._meta.concrete_fields}
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(model._meta.db_table), sql.SQL(", ").join(sql.Identifier(columns[name]) for name in names)
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def update_rows(connection: BaseDatabaseWrapper, rows: Sequence[models.Model], names: Iterable[str]) -> None:
    """Write the values of the fields ``names`` that stand on ``rows`` of one model, in one statement."""
    if not rows:
        return
    model = type(rows[0])
    known = {field.name: field for field in model._meta.concrete_fields}
    fields = [model._meta.pk, *(known[name] for name in names)]
    columns = [(sql.Identifier(one.column), sql.SQL(f"%s::{one.db_type(connection)}[]")) for one in fields]
    set_to = (sql.SQL("{0} = new.{0}").format(name) for name, _given in columns[1:])
    statement = sql.SQL("UPDATE {} AS kept SET {} FROM unnest({}) AS new ({}) WHERE kept.{} = new.{}").format(
        sql.Identifier(model._meta.db_table),
        sql.SQL(", ").join(set_to),
        sql.SQL(", ").join(given for _name, given in columns),
        sql.SQL(", ").join(name for name, _given in columns),
        columns[0][0],
        columns[0][0],
    )
    values = [[_stored(vars(row)[field.attname], field) for row in rows] for field in fields]
    with prepared(statement.as_string(), values, on=connection):
        pass


def _stored(value: object, field: "models.Field[Any, Any]") -> object:
    """Return a value as it travels in an array, in which all are of one kind."""
    if isinstance(field, models.JSONField):
        return None if value is None else Jsonb(value)
    return value.value if isinstance(value, Enum) else value


def lock_keys(connection: BaseDatabaseWrapper, space: int, slots: set[int]) -> None:
    """Hold the advisory locks of ``slots`` (32-bit numbers) until the end of the transaction, taken in order.

    Every kind of thing that is locked has a ``space`` of its own, a constant beside the caller.
    """
    if not slots:
        return
    held = "SELECT pg_advisory_xact_lock(%s, slot) FROM (SELECT unnest(%s::int[]) AS slot ORDER BY 1) AS ordered"
    with prepared(held, [space, sorted(slots)], on=connection):
        pass


def number_of(name: str) -> int:
    """Return 31 bits by which ``name`` is locked."""
    return int.from_bytes(hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest()[:4], "big") >> 1
