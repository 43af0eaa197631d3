"""What cannot leave before a person acts says so, asks nobody again and again, and leaves when they have acted."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from django.utils import timezone

from samovar.channels import outgoing, sending
from samovar.channels.jobs import take_up_deliveries
from samovar.channels.models import ChannelAccount, Delivery
from samovar.conversations.models import Message
from samovar.customers.models import Identity
from samovar.customers.recognition import Sender
from samovar.events.models import Event
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

    sending.send(delivery.pk)
    assert outbox.connections == 0
    assert "Sending is held" in Message.objects.get(pk=delivery.message_id).why_late
    holding.release(holding.SENDING)
    sending.send(delivery.pk)
    assert len(outbox.taken) == 1


def test_a_paused_inbox_sends_when_it_is_resumed(account: ChannelAccount, outbox: Outbox) -> None:
    ChannelAccount.objects.update(paused_at=timezone.now())
    delivery = reply()

    sending.send(delivery.pk)
    assert not outbox.taken
    ChannelAccount.objects.update(paused_at=None)
    sending.send(delivery.pk)
    assert len(outbox.taken) == 1


def test_an_inbox_without_a_server_says_so(outbox: Outbox) -> None:
    delivery = reply()

    sending.send(delivery.pk)
    assert "has no mail server" in Message.objects.get(pk=delivery.message_id).why_late


def test_what_cannot_leave_is_no_work_until_somebody_acts(account: ChannelAccount, outbox: Outbox) -> None:
    account.pause(by=make.admin())
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
    assert not Task.objects.filter(job__endswith="send_mail").exists()

    account.resume(by=make.admin())
    outgoing.hurry(account.inbox_id)
    assert Task.objects.filter(job__endswith="send_mail").count() == 3
    for delivery in deliveries:
        assert sending.send(delivery.pk) is None
    assert len(outbox.taken) == 3


@pytest.mark.parametrize("why", ["held", "no server", "paused"])
def test_what_has_said_why_it_waits_is_put_off_all_at_once(
    account: ChannelAccount, django_assert_max_num_queries: Callable[[int], AbstractContextManager[object]], why: str
) -> None:
    deliveries = [reply() for _ in range(30)]
    if why == "held":
        holding.hold(holding.SENDING, "restored")
    elif why == "no server":
        account.delete()
    else:
        account.pause(by=make.admin())
    for delivery in deliveries:
        sending.send(delivery.pk)
    Task.objects.all().delete()
    Delivery.objects.update(next_try_at=timezone.now() - timedelta(minutes=1))

    with django_assert_max_num_queries(5):
        take_up_deliveries()

    assert not Task.objects.exists()
    assert Delivery.objects.filter(next_try_at__gt=timezone.now()).count() == 30
    assert Event.objects.filter(kind="MessageDeferred").count() == 30
    assert len(set(Delivery.objects.values_list("next_try_at", flat=True))) > 1


def test_who_stands_far_back_in_line_is_asked_later(account: ChannelAccount, outbox: Outbox) -> None:
    ChannelAccount.objects.update(most_a_minute=2)
    deliveries = [reply() for _ in range(8)]
    for delivery in deliveries[:2]:
        sending.send(delivery.pk)

    third, last = (sending.send(deliveries[number].pk) for number in (2, 7))
    assert third and last
    assert (last - third).total_seconds() > 60


def test_an_address_that_is_found_after_the_answer_was_written_gets_it(account: ChannelAccount, outbox: Outbox) -> None:
    conversation = make.conversation(sender=Sender("external", "", "Anna", timezone.now(), mark="ANNA"))
    message = conversation.reply("We send you a new one.", by=make.agent())
    delivery = Delivery.objects.get(message=message)
    sending.send(delivery.pk)
    assert not outbox.taken

    Identity.objects.create(
        customer=conversation.customer, kind="email", value="anna@mail.example", shown="anna@mail.example"
    )
    outgoing.try_again(message)
    sending.send(delivery.pk)

    delivery.refresh_from_db()
    message.refresh_from_db()
    assert delivery.address == "anna@mail.example"
    assert message.recipients == {"to": [["Anna", "anna@mail.example"]]}
    assert len(outbox.taken) == 1
