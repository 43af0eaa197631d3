"""Names in every alphabet can be searched despite a typo."""

from collections.abc import Iterator

from django.db import connection

from samovar.operations.examining import Check, Finding, broken, well


def look() -> Iterator[Finding]:
    """Ask the database to take a Cyrillic word apart; in the locale C it sees no letters in it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT cardinality(show_trgm('самовар'))")
        [pieces] = cursor.fetchone()
    if pieces:
        yield well("Names in every alphabet can be searched")
    else:
        yield broken(
            "The database knows only the letters a to z, so Russian names are not found by a typo.",
            "Make a database with LC_CTYPE 'C.UTF-8', and move there with: samovar backup, samovar restore.",
        )


CHECK = Check("Letters", look, needs_database=True)
