"""Mailboxes are read, and can be sent from."""

from collections.abc import Iterator

from django.conf import settings
from django.urls import reverse

from samovar.channels.models import ChannelAccount
from samovar.operations import readiness
from samovar.operations.examining import Check, Finding, warning, well


def look() -> Iterator[Finding]:
    """Say of each mailbox in use what hinders it; before the tables are made there is none."""
    if readiness.pending():
        return
    accounts = ChannelAccount.objects.in_use().select_related("inbox").order_by("pk")
    for account in accounts:
        yield from _of_one(account)


def _of_one(account: ChannelAccount) -> Iterator[Finding]:
    name, remedy = str(account.inbox), f"Set it right at {settings.PUBLIC_URL}{reverse('mailbox', args=[account.pk])}"
    if account.problem:
        yield warning(
            f"{name} is not read since {account.problem_since:%Y-%m-%d %H:%M} UTC: {account.problem_text}", remedy
        )
    if account.sending_problem:
        since = f"{account.sending_problem_since:%Y-%m-%d %H:%M} UTC"
        yield warning(f"{name} does not send since {since}: {account.sending_problem_text}", remedy)
    if not account.problem and not account.sending_problem:
        yield well(f"{name} is read and sends")


CHECK = Check("Mailboxes", look, needs_database=True)
