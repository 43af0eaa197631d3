"""Whether other servers keep our mail out."""

from collections.abc import Iterator

from samovar.channels import returned
from samovar.operations.measuring import Gauge, Reading


def read() -> Iterator[Reading]:
    """Count, for each inbox, the mails of the last week that came back because of our reputation."""
    found = returned.blocked()
    if not found:
        yield Reading(0.0)
    for one in found:
        words = f": {one.diagnostic}" if one.diagnostic else ""
        problem = f"Other servers block mail of the inbox {one.inbox_id} ({one.count} in a week){words[:200]}"
        yield Reading(one.count, str(one.inbox_id), problem)


GAUGE = Gauge("samovar_blocked_mails", "Mails of a week that other servers kept out.", read, kind="inbox")
