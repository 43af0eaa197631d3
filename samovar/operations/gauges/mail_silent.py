"""Whether mail still comes."""

from collections.abc import Iterator

from django.utils import timezone

from samovar.channels.models import Heartbeat, MailFolder
from samovar.channels.models.folder import Role
from samovar.channels.wellbeing import is_silent
from samovar.operations.measuring import Gauge, Reading


def read() -> Iterator[Reading]:
    """Tell for each mailbox in use, by its number, whether mail stays away: 1 when its silence or heartbeat says so."""
    now = timezone.now()
    missing = {beat.account_id for beat in Heartbeat.objects.all() if beat.is_missing(now)}
    for folder in MailFolder.objects.in_use().filter(role=Role.INBOX).order_by("account"):
        number, problem = str(folder.account_id), ""
        if folder.account_id in missing:
            problem = f"The mail that mailbox {number} wrote to itself did not come back."
        elif is_silent(folder, now):
            problem = f"No mail has come to mailbox {number} for far longer than ever before."
        yield Reading(float(bool(problem)), number, problem)


GAUGE = Gauge("samovar_mailbox_silent", "Whether mail stays away that should come.", read, kind="mailbox")
