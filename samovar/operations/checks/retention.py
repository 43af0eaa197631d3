"""What somebody has decided to remove is being removed."""

from collections.abc import Iterator

from samovar.conversations import retaining
from samovar.operations import readiness
from samovar.operations.examining import Check, Finding, warning, well


def look() -> Iterator[Finding]:
    """Name the inboxes that are behind; before the tables are made there is nothing."""
    if readiness.pending():
        return
    found = retaining.late()
    if found:
        names = ", ".join(one.inbox.name for one in found)
        yield warning(f"Nothing was removed for hours from: {names}.", "See whether `samovar work` is running.")
    else:
        yield well("What is to be removed by now is removed")


CHECK = Check("Retention", look, needs_database=True)
