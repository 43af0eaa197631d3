"""What cannot leave before a person acts says so, asks nobody again and again, and leaves when they have acted."""

from datetime import timedelta

import pytest
from django.utils import timezone

from samovar.channels import outgoing, sending
from samovar.channels.jobs import take_up_deliveries
from samovar.channels.models import ChannelAccount, Delivery
from samovar.conversations.models import Message
from samovar.jobs import holding
from samovar.jobs.models import Task
from samovar.jobs.running import run_leased
from tests import make
from tests.channels.mails import mailbox
from tests.channels.mailserver import Dovecot, Outbox

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def account(outbox: Outbox, tmp_path_factory: pytest.TempPathFactory) -> ChannelAccount:
    """The mailbox help@aurora.example; nothing listens at its incoming server."""
    return mailbox(Dovecot(9, tmp_path_factory.getbasetemp()), outbox, "help")


def reply() -> Delivery:
    """Answer a customer; return the delivery that waits."""
    message = make.conversation().reply("We send you a new one.", by=make.agent())
    return Delivery.objects.get(message=message)


def test_held_sending_waits_and_says_why(account: ChannelAccount, outbox: Outbox) -> None:
    holding.hold(holding.SENDING, "restored")
    delivery = reply()

    assert sending.send(delivery.pk) is not None
    assert outbox.connections == 0
    assert "Sending is held" in Message.objects.get(pk=delivery.message_id).why_late
    holding.release(holding.SENDING)
    assert sending.send(delivery.pk) is None


def test_a_paused_inbox_sends_when_it_is_resumed(account: ChannelAccount, outbox: Outbox) -> None:
    ChannelAccount.objects.update(paused_at=timezone.now())
    delivery = reply()

    assert sending.send(delivery.pk) is not None
    ChannelAccount.objects.update(paused_at=None)
    assert sending.send(delivery.pk) is None


def test_an_inbox_without_a_server_says_so(outbox: Outbox) -> None:
    delivery = reply()

    assert sending.send(delivery.pk) is not None
    assert "has no mail server" in Message.objects.get(pk=delivery.message_id).why_late


def test_what_cannot_leave_is_no_work_until_somebody_acts(account: ChannelAccount, outbox: Outbox) -> None:
    account.pause()
    deliveries = [reply() for _ in range(3)]
    assert not Task.objects.filter(job__endswith="send_mail").exists()
    take_up_deliveries()
    assert not Task.objects.filter(job__endswith="send_mail").exists()
    Delivery.objects.update(next_try_at=timezone.now() - timedelta(minutes=1))
    take_up_deliveries()
    assert Task.objects.filter(job__endswith="send_mail").count() == 3
    while run_leased():
        pass
    assert all("is paused" in message.why_late for message in Message.objects.filter(direction="out"))
    assert not Task.objects.filter(job__endswith="send_mail", run_at__lt=timezone.now()).exists()

    account.resume()
    outgoing.hurry(account.inbox_id)
    assert Task.objects.filter(job__endswith="send_mail").count() == 3
    for delivery in deliveries:
        assert sending.send(delivery.pk) is None
    assert len(outbox.taken) == 3


def test_who_stands_far_back_in_line_is_asked_later(
    account: ChannelAccount, outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "MOST_A_MINUTE", 2)
    deliveries = [reply() for _ in range(8)]
    for delivery in deliveries[:2]:
        sending.send(delivery.pk)

    third, last = (sending.send(deliveries[number].pk) for number in (2, 7))
    assert third and last
    assert (last - third).total_seconds() > 60
