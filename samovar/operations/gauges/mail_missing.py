"""Whether the server has mail that could not be read."""

from collections.abc import Iterator

from django.db.models import Sum

from samovar.channels.models import MailFolder
from samovar.operations.measuring import Gauge, Reading


def read() -> Iterator[Reading]:
    """Tell for each mailbox in use, by its number, how many mails the hourly comparison found missing here."""
    rows = MailFolder.objects.in_use().order_by("account").values("account").annotate(missing=Sum("missing"))
    for row in rows:
        count, number = row["missing"], str(row["account"])
        problem = f"Mailbox {number} has {count} mails that could not be read: its page says where." if count else ""
        yield Reading(count, number, problem)


GAUGE = Gauge("samovar_mailbox_missing", "Mails on the server that could not be read.", read, kind="mailbox")
