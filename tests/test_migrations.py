"""What a new version may do to the tables while the version before it still serves: widen them, and lock nobody out.

A step that takes something away belongs to the version after the one that stopped using it. The docstring of such a
migration begins with "Contract:" and says since which version nobody asks for it any more.
"""

import sys
from collections.abc import Iterator

import pytest
from django.db import connection
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import (
    AddConstraint,
    AddField,
    AddIndex,
    AlterField,
    AlterModelTable,
    CreateModel,
    DeleteModel,
    RemoveField,
    RenameField,
    RenameModel,
)
from django.db.migrations.operations.base import Operation
from django.db.models import NOT_PROVIDED, CharField

TAKES_AWAY = (RemoveField, RenameField, DeleteModel, RenameModel, AlterModelTable)
# Made before there was a version to upgrade from, or on a table of a handful of rows.
BEFORE = {
    ("accounts", "0013_voices"),
    ("channels", "0004_limits_and_verp"),
    ("channels", "0008_sign_in_by_oauth"),
    ("channels", "0009_recipients"),
    ("channels", "0010_copies_and_heartbeats"),
    ("conversations", "0004_unassigned"),
    ("conversations", "0005_to_look_at"),
    ("conversations", "0008_joining_and_history"),
    ("conversations", "0035_what_is_chosen_for_a_letter"),
}
LOADER = MigrationLoader(None)
OURS = {key: found for key, found in LOADER.disk_migrations.items() if found.__module__.startswith("samovar.")}


def troubles(key: tuple[str, str], migration: Migration) -> Iterator[str]:
    """Say what the version before could stumble over."""
    new = {operation.name_lower for operation in migration.operations if isinstance(operation, CreateModel)}
    for operation in migration.operations:
        table = getattr(operation, "model_name_lower", "")
        if isinstance(operation, TAKES_AWAY):
            yield f"takes away what the version before asks for: {operation.describe()}"
        elif table not in new and (why := _trouble(key, operation)):
            yield f"{why}: {operation.describe()}"


def _trouble(key: tuple[str, str], operation: Operation) -> str:
    if type(operation) is AddIndex:
        return "holds back who writes (AddIndexConcurrently does not)"
    if type(operation) is AddConstraint:
        return "holds back everybody while it is checked (AddConstraintNotValid, then ValidateConstraint)"
    if isinstance(operation, AddField):
        field = operation.field
        is_wide = field.null or field.many_to_many or field.db_default is not NOT_PROVIDED
        return "" if is_wide else "the version before cannot leave it empty (db_default)"
    if isinstance(operation, AlterField):
        return _altering(key, operation)
    return ""


def _altering(key: tuple[str, str], operation: AlterField) -> str:
    before = LOADER.project_state(key, at_end=False).models[key[0], operation.model_name_lower]
    old, new = before.get_field(operation.name), operation.field
    if old.is_relation or new.is_relation:
        return ""
    # A longer text costs PostgreSQL nothing, every other change of the kind is a new table.
    are_texts = isinstance(old, CharField) and isinstance(new, CharField)
    is_longer = are_texts and (old.max_length or 0) <= (new.max_length or 0)
    if not is_longer and old.db_type(connection) != new.db_type(connection):
        return "writes the table anew"
    return "the version before leaves it empty" if old.null and not new.null else ""


@pytest.mark.parametrize("key", sorted(set(OURS) - BEFORE), ids="/".join)
def test_the_version_before_can_go_on(key: tuple[str, str]) -> None:
    migration = OURS[key]
    says = sys.modules[migration.__module__].__doc__ or ""
    assert says.startswith("Contract:") or not list(troubles(key, migration))


def test_the_rule_would_have_seen_what_was_made_before_it() -> None:
    assert {key for key in BEFORE if not list(troubles(key, OURS[key]))} == set()
