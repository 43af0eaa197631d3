"""What the database has confirmed survives a power failure."""

from collections.abc import Iterator

from django.db import connection

from samovar.operations.examining import Check, Finding, broken, well

NEEDED = ("fsync", "synchronous_commit", "full_page_writes")


def look() -> Iterator[Finding]:
    """Look at the settings by which a PostgreSQL forgets for the sake of speed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pg_settings WHERE name = ANY(%s) AND setting = 'off'", [list(NEEDED)])
        off = [name for (name,) in cursor.fetchall()]
    if off:
        yield broken(
            f"PostgreSQL may forget mail that it has confirmed: {', '.join(off)} is off.", "Turn it on, and restart it."
        )
    else:
        yield well("What is stored survives a power failure")


CHECK = Check("Safety", look, needs_database=True)
