"""The embedded database's cache is about as large as it would be made now; it is chosen when the database starts."""

from collections.abc import Iterator

from django.conf import settings
from django.db import connection

from samovar.lib.postgres import tuning
from samovar.operations.examining import Check, Finding, warning, well

# Below that share of what would be chosen now it is worth a start.
FAR_BELOW = 0.5


def look() -> Iterator[Finding]:
    """Compare the cache as it runs with what would be chosen for what is stored; a server of others is their matter."""
    if not settings.DATABASE_IS_EMBEDDED:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_size_bytes(current_setting('shared_buffers')) >> 20, sum(pg_database_size(oid))::bigint >> 20"
            " FROM pg_database"
        )
        running, stored = cursor.fetchone()
    yield judged(running, tuning.cache_for(stored))


def judged(running: int, wanted: int) -> Finding:
    """Return what to say of a cache of so many megabytes where so many would be chosen now."""
    if running < wanted * FAR_BELOW:
        words = f"The cache of the database has {running} MB, and for what is stored by now it would get {wanted} MB."
        return warning(words, "Start Samovar anew when there is little to do: it is chosen at the start.")
    return well(f"The cache of the database has {running} MB, of {wanted} MB that it would get now")


CHECK = Check("Cache", look, needs_database=True)
