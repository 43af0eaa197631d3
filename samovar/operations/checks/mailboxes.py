"""Mailboxes are read completely, and can be sent from."""

from collections import defaultdict
from collections.abc import Iterator

from django.conf import settings
from django.urls import reverse

from samovar.channels import wellbeing
from samovar.channels.models import ChannelAccount, MailFolder
from samovar.channels.wellbeing import Alarm
from samovar.jobs import holding
from samovar.operations import readiness
from samovar.operations.examining import Check, Finding, warning, well


def look() -> Iterator[Finding]:
    """Say of each mailbox in use what is amiss; before the tables are made there is none."""
    if readiness.pending():
        return
    alarms = defaultdict(list)
    for alarm in wellbeing.alarms():
        alarms[alarm.account_id].append(alarm)
    accounts = ChannelAccount.objects.in_use().select_related("inbox").prefetch_related("folders").order_by("pk")
    is_held = holding.held(holding.SENDING) is not None
    for account in accounts:
        yield from _of_one(account, alarms[account.pk], is_held=is_held)


def _of_one(account: ChannelAccount, alarms: list[Alarm], *, is_held: bool) -> Iterator[Finding]:
    name, remedy = str(account.inbox), f"Set it right at {settings.PUBLIC_URL}{reverse('mailbox', args=[account.pk])}"
    if account.problem:
        yield warning(
            f"{name} is not read since {account.problem_since:%Y-%m-%d %H:%M} UTC: {account.problem_text}", remedy
        )
    if account.sending_problem:
        since = f"{account.sending_problem_since:%Y-%m-%d %H:%M} UTC"
        yield warning(f"{name} does not send since {since}: {account.sending_problem_text}", remedy)
    others = [alarm.text for alarm in alarms if alarm.text != account.problem_text]
    others += [_told(folder) for folder in account.folders.all() if folder.behind or folder.problem]
    for text in others:
        yield warning(f"{name}: {text}", remedy)
    if not account.problem and not account.sending_problem and not others:
        yield well(f"{name} is read" if is_held else f"{name} is read and sends")


def _told(folder: MailFolder) -> str:
    behind = f"{folder.behind} mails of the folder {folder.name} are still to be read" if folder.behind else ""
    trouble = f"the folder {folder.name} cannot be read: {folder.problem_text}" if folder.problem else ""
    return "; ".join(filter(None, (behind, trouble)))


CHECK = Check("Mailboxes", look, needs_database=True)
