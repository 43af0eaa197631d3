"""How an event becomes the columns of one row, and a row the event that it was."""

import json
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from samovar.events.domain import DomainEvent
from samovar.events.errors import UnreadableEvent
from samovar.lib.text import storable

COLUMNS = frozenset(
    {
        "at",
        "customer_id",
        "organisation_id",
        "conversation_id",
        "actor_id",
        "visibility",
        "title",
        "preview",
        "amount",
        "score",
    }
)
PLAIN = (int, str, bool, float)
AS_THEY_ARE = frozenset({int, bool, float, NoneType})
JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
Shape = dict[str, tuple[Field[Any], Any]]
_shapes: dict[str, Shape] = {}


def columns(event: DomainEvent) -> dict[str, Any]:
    """Return the values of the columns that ``event`` fills, ``data`` included."""
    shape(type(event))
    data: dict[str, Any] = {}
    row: dict[str, Any] = {"kind": type(event).__name__, "data": data}
    for name, value in vars(event).items():
        if name in COLUMNS:
            row[name] = storable(value) if isinstance(value, str) else value
        else:
            data[name] = value if type(value) in AS_THEY_ARE else _plain(value)
    return row


def restored(kind: type[DomainEvent], row: dict[str, Any]) -> DomainEvent:
    """Return the event that was stored as ``row``; raises UnreadableEvent when a field without default is missing."""
    return kind(**dict(_values(kind, row)))


def shape(kind: type[DomainEvent]) -> Shape:
    """Return the fields of an event class with their types; raises TypeError for a type that no row can hold."""
    if kind.__name__ not in _shapes:
        hints = get_type_hints(kind)
        for one in fields(kind):
            if not _is_storable(hints[one.name]):
                raise TypeError(f"{kind.__name__}.{one.name}: {hints[one.name]} cannot be stored in an event")
        _shapes[kind.__name__] = {one.name: (one, hints[one.name]) for one in fields(kind)}
    return _shapes[kind.__name__]


def as_json(data: dict[str, Any]) -> str:
    """Return ``data`` as JSON text."""
    return JSON.encode(data)


def _values(kind: type[DomainEvent], row: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, (one, hint) in shape(kind).items():
        if name in COLUMNS:
            yield name, _typed(hint, row[name])
        elif name in row["data"]:
            yield name, _typed(hint, row["data"][name])
        elif one.default is MISSING and one.default_factory is MISSING:
            raise UnreadableEvent(f"{kind.__name__} was stored without {name}; a field added later needs a default")


def _is_storable(hint: Any) -> bool:
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        return len([arm for arm in get_args(hint) if arm is not NoneType]) == 1 and _is_storable(_first(hint))
    if origin is tuple:
        return get_args(hint)[-1] is Ellipsis and _is_storable(_first(hint))
    return isinstance(hint, type) and issubclass(hint, (*PLAIN, Decimal, date, timedelta, Enum))


def _first(hint: Any) -> Any:
    return next(arm for arm in get_args(hint) if arm is not NoneType)


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    return [_plain(one) for one in value] if isinstance(value, tuple) else value


def _typed(hint: Any, value: Any) -> Any:
    origin = get_origin(hint)
    if value is None:
        return None
    if origin in (Union, UnionType):
        return _typed(_first(hint), value)
    if origin is tuple:
        return tuple(_typed(_first(hint), one) for one in value)
    if issubclass(hint, date):
        return value if isinstance(value, date) else hint.fromisoformat(value)
    if issubclass(hint, timedelta):
        return timedelta(seconds=value)
    return hint(value) if issubclass(hint, (Decimal, Enum, float)) else value
