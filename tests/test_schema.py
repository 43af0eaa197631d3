"""What holds for every table: keys point down and hide their other end, history outlives what it points to."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db import models

from tests.sources import floors

# Rows that mean nothing without the row they belong to, and go with it. All others are protected or let go.
# Never add a table that tells what happened: conversations, messages, events, deliveries.
PARTS: set[str] = set()


@dataclass(frozen=True)
class Key:
    """A foreign key, or one of the two hidden keys of a many-to-many field."""

    name: str
    app: str
    other_app: str
    is_hidden: bool
    cascades: bool


def _tables() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model.__module__.startswith("samovar.")]


def _keys() -> Iterator[Key]:
    for model in _tables():
        for field in [*model._meta.fields, *model._meta.many_to_many]:
            other = field.related_model
            if isinstance(other, type):
                yield Key(
                    name=f"{model._meta.label}.{field.name}",
                    app=model._meta.app_label,
                    other_app=other._meta.app_label,
                    is_hidden=field.remote_field is not None and field.remote_field.hidden,
                    cascades=getattr(field.remote_field, "on_delete", None) is models.CASCADE,
                )


def test_keys_point_to_the_same_app_or_down() -> None:
    floor = floors()
    ours = [key for key in _keys() if key.other_app in floor and key.other_app != key.app]
    assert not [key.name for key in ours if floor[key.other_app] >= floor[key.app]]


def test_a_key_to_another_app_hides_its_other_end() -> None:
    assert not [key.name for key in _keys() if key.other_app != key.app and not key.is_hidden]


def test_nothing_that_happened_is_deleted_with_what_it_points_to() -> None:
    assert not [key.name for key in _keys() if key.cascades and key.name not in PARTS]


def test_every_table_says_what_a_row_is() -> None:
    assert not [model._meta.label for model in _tables() if (model.__doc__ or "").startswith(f"{model.__name__}(")]


def test_fields_are_named_by_what_they_hold() -> None:
    """Moments end in ``_at`` (or say since or until when), days in ``_on``; a yes or no reads as a sentence."""
    names: dict[type[models.Field[object, object]], tuple[str, ...]] = {
        models.DateTimeField: ("_at", "_since", "_until"),
        models.DateField: ("_on", "_since", "_until"),
        models.BooleanField: ("is_", "has_", "can_", "may_", "takes_"),
    }
    wrong = []
    for model in _tables():
        for field in model._meta.local_fields:
            patterns = names.get(type(field))
            is_inherited = field.name == "last_login"
            if (
                patterns
                and not is_inherited
                and not f"_{field.name}".endswith(patterns)
                and not field.name.startswith(patterns)
            ):
                wrong.append(f"{model._meta.label}.{field.name}")
    assert not wrong


def test_no_index_repeats_the_beginning_of_another() -> None:
    """It costs every insert, and a planner that knows nothing of a new inbox may take it for the better one."""
    repeated = []
    for model in _tables():
        wider = {index.fields[0] for index in model._meta.indexes if index.fields}
        wider |= {
            rule.fields[0]
            for rule in model._meta.constraints
            if isinstance(rule, models.UniqueConstraint) and rule.fields
        }
        partial = {index.fields[0] for index in model._meta.indexes if index.fields and index.condition is not None}
        keys = (field for field in model._meta.local_fields if vars(field)["db_index"] and not field.unique)
        repeated += [f"{model._meta.label}.{field.name}" for field in keys if field.name in wider - partial]
    assert not repeated
