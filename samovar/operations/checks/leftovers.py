"""Databases that an interrupted restore left, and data of homes that are gone."""

import os
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db import connection

from samovar.lib.postgres import place
from samovar.operations.examining import Check, Finding, broken, warning
from samovar.operations.restore import DRAFT_ENDING, OLD_ENDING, staged_secrets


def look() -> Iterator[Finding]:
    """Name them; to throw data away is for a person to decide."""
    name = str(settings.DATABASES["default"]["NAME"])
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT datname FROM pg_database WHERE datname = ANY(%s)", [[name + DRAFT_ENDING, name + OLD_ENDING]]
        )
        left = {found for (found,) in cursor.fetchall()}
        if staged_secrets().exists() and name + DRAFT_ENDING not in left:
            yield _half_restored()
        for found in sorted(left):
            remedy = f'Say in samovar db psql: DROP DATABASE "{found}";'
            yield warning(f"An interrupted restore left the database {found}.", remedy)
    if gone := list(_rooms_of_gone_homes()):
        remedy = f"If nobody needs them: rm -r {' '.join(map(str, gone))}"
        yield warning(f"{len(gone)} folders hold the data of installations whose SAMOVAR_HOME is gone.", remedy)


def _half_restored() -> Finding:
    used, staged = settings.HOME / "secrets", staged_secrets()
    return broken(
        "A restore was interrupted: the database is the restored one, the keys are not. Passwords of mailboxes cannot "
        "be opened.",
        f"Stop Samovar and restore once more, or: mv '{used}' '{used}.replaced' && mv '{staged}' '{used}'",
    )


def _rooms_of_gone_homes() -> Iterator[Path]:
    # Only root has such data, and only root can look into every home.
    if os.geteuid() == 0:
        for note in sorted((place.ROOT_PLACE / "clusters").glob("*/home")):
            if place.folder(Path(note.read_text(encoding="utf-8").strip())) != note.parent:
                yield note.parent


CHECK = Check("Leftovers", look, needs_database=True)
