"""Whether invitations and new passwords reach the staff."""

from collections.abc import Iterator
from datetime import timedelta

from samovar.channels.models import StaffLetter
from samovar.lib import clock, sayings
from samovar.operations import readiness
from samovar.operations.examining import Check, Finding, warning, well

REMEMBERED = timedelta(days=3)
PATIENCE = timedelta(minutes=10)
REMEDY = "Look at the mailboxes; then invite again, or let people ask for another letter."


def look() -> Iterator[Finding]:
    """Tell of letters that were given up of late, and of those that wait for long."""
    if readiness.pending():
        return
    now = clock.now()
    lost = StaffLetter.objects.filter(failed_at__gt=now - REMEMBERED).order_by("-failed_at")
    late = StaffLetter.objects.unsettled().filter(created_at__lt=now - PATIENCE).order_by("created_at")
    for letters, words in ((lost, "given up in the last three days"), (late, "waiting for more than ten minutes")):
        if newest := letters.first():
            why = sayings.told(newest.problem) or "no worker has taken it up."
            yield warning(f"Letters to the staff {words}: {letters.count()}. {why}", REMEDY)
    if not lost and not late:
        yield well("Letters to the staff leave")


CHECK = Check("Letters to the staff", look, needs_database=True)
