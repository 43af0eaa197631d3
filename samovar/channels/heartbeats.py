"""Heartbeats: every ten minutes a mailbox writes to itself, so that a way that is closed is noticed within minutes."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from samovar.channels import probes, smtp
from samovar.channels.errors import ChannelTrouble, Refused
from samovar.channels.models import ChannelAccount, Heartbeat, RawMail
from samovar.channels.models.folder import Role
from samovar.channels.smtp import Letter
from samovar.jobs import holding

EVERY = timedelta(minutes=10)


def due() -> list[int]:
    """Return the mailboxes that are to write to themselves now."""
    if holding.held(holding.SENDING):
        return []
    is_time = Q(sent_at=None) | Q(sent_at__lt=timezone.now() - EVERY)
    beats = Heartbeat.objects.filter(is_time, account__in=ChannelAccount.objects.in_use())
    return list(beats.values_list("account_id", flat=True))


def beat(account_id: int) -> None:
    """Let a mailbox write to itself."""
    heartbeat = Heartbeat.objects.select_related("account__inbox").get(account=account_id)
    address = heartbeat.account.inbox.address
    text = _("Samovar writes this to itself, to be sure that mail leaves and arrives. It can be deleted.")
    probe = probes.heartbeat_probe(address, _("Heartbeat of this mailbox"), text)
    # Noted first: it may be back before the server has said goodbye.
    heartbeat.note_begun(probe.number, timezone.now())
    try:
        smtp.send(heartbeat.account, Letter((probe.sender,), probe.recipient, probe.content))
    except (ChannelTrouble, Refused) as trouble:
        heartbeat.note_not_sent(trouble.kept)
    else:
        heartbeat.note_sent()


def note_returned(raw: RawMail) -> None:
    """Note that a mail to ourselves came back through the inbox folder, if it was the last heartbeat."""
    heartbeat = Heartbeat.objects.filter(account=raw.account_id).first()
    if heartbeat is not None and raw.role == Role.INBOX:
        heartbeat.note_returned(probes.number_of(bytes(raw.content)), timezone.now())
