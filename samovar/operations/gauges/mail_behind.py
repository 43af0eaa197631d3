"""Whether all mail is fetched."""

from collections.abc import Iterator

from django.db.models import Sum

from samovar.channels.models import MailFolder
from samovar.operations.measuring import Gauge, Reading


def read() -> Iterator[Reading]:
    """Tell for each mailbox in use, by its number, how many mails the server has that are still to be read."""
    rows = MailFolder.objects.in_use().order_by("account").values("account").annotate(behind=Sum("behind"))
    for row in rows:
        yield Reading(row["behind"], str(row["account"]))


GAUGE = Gauge("samovar_mailbox_behind", "Mails on the server that are still to be read.", read, kind="mailbox")
