"""Databases that an interrupted restore left, and data of homes that are gone."""

from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db import connection

from samovar.lib.postgres import place
from samovar.operations.examining import Check, Finding, warning
from samovar.operations.restore import DRAFT_ENDING, OLD_ENDING


def look() -> Iterator[Finding]:
    """Name them; to throw data away is for a person to decide."""
    name = str(settings.DATABASES["default"]["NAME"])
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT datname FROM pg_database WHERE datname = ANY(%s)", [[name + DRAFT_ENDING, name + OLD_ENDING]]
        )
        for (found,) in cursor.fetchall():
            remedy = f'Say in samovar db psql: DROP DATABASE "{found}";'
            yield warning(f"An interrupted restore left the database {found}.", remedy)
    for note in (place.ROOT_PLACE / "clusters").glob("*/home"):
        home = Path(note.read_text(encoding="utf-8").strip())
        if place.folder(home) != note.parent:
            remedy = f"If nobody needs them: rm -r {note.parent}"
            yield warning(f"{note.parent} holds the data of {home}, which is gone.", remedy)


CHECK = Check("Leftovers", look, needs_database=True)
