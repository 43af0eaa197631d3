"""Whether anything leaves for customers."""

from collections.abc import Iterator

from django.db import connection

from samovar.jobs import holding
from samovar.jobs.models import Hold
from samovar.operations.examining import Check, Finding, warning, well


def look() -> Iterator[Finding]:
    """Remind of a hold; before the tables are made there is nothing to send."""
    if Hold._meta.db_table not in connection.introspection.table_names():
        return
    held = holding.held(holding.SENDING)
    if held is None:
        yield well("Mail and messages leave as usual")
    else:
        since = f"{held.since:%Y-%m-%d %H:%M} UTC"
        yield warning(f"Nothing leaves since {since} ({held.reason}).", "To go on: samovar sending resume")


CHECK = Check("Sending", look, needs_database=True)
