"""Changing many rows at once: what verbs set on each of them is written for all together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db import connection, models

from samovar.lib.rows import update_rows


class Changes:
    """What was set on rows that are all locked, and is not written yet."""

    def __init__(self) -> None:
        self._names: dict[models.Model, set[str]] = defaultdict(set)

    def note(self, row: models.Model, names: Iterable[str]) -> None:
        """Take note that the fields ``names`` of ``row`` were set."""
        self._names[row].update(names)

    def write(self) -> None:
        """Write all of it: one statement for those rows of which the same was set."""
        alike: dict[tuple[str, ...], list[models.Model]] = defaultdict(list)
        for row, names in self._names.items():
            alike[tuple(sorted(names))].append(row)
        for same, rows in alike.items():
            update_rows(connection, rows, same)
        self._names.clear()


class Gathered(models.Model):
    """Something whose changes are gathered, while ``changes`` is set, with those of others."""

    changes: Changes | None = None

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write it, or take note of what is to be written."""
        if self.changes is None:
            super().save(*args, **kwargs)
        else:
            self.changes.note(self, kwargs["update_fields"])
