"""Whether what is to be removed by now is being removed."""

from collections.abc import Iterator

from samovar.conversations import retaining
from samovar.operations.measuring import Gauge, Reading


def read() -> Iterator[Reading]:
    """Tell how many inboxes are due for removal and were not looked at for hours."""
    found = retaining.late()
    names = ", ".join(one.inbox.name for one in found)
    problem = f"Nothing was removed from {names} for hours, though it was decided: is samovar work running?"
    yield Reading(len(found), problem=problem if found else "")


GAUGE = Gauge("samovar_retention_late_inboxes", "Inboxes from which nothing is removed that should be.", read)
