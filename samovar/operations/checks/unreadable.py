"""Mail that could not be read has been looked at."""

from collections.abc import Iterator

from django.conf import settings
from django.urls import reverse

from samovar.conversations.queries import unread_mail
from samovar.operations import readiness
from samovar.operations.examining import Check, Finding, warning, well


def look() -> Iterator[Finding]:
    """Count what waits for a person; before the tables are made there is nothing."""
    if readiness.pending():
        return
    found = unread_mail()
    if found.count:
        remedy = f"Look at them, or read them again: {settings.PUBLIC_URL}{reverse('inbox')}?view=unreadable"
        yield warning(f"Messages that could not be read: {found.count}. All that came is kept.", remedy)
    else:
        yield well("Every message could be read")


CHECK = Check("Unreadable mail", look, needs_database=True)
