"""A mail server in trouble for six hours: nothing is lost, nobody is pestered, and nothing leaves in one burst."""

import inspect
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from samovar.channels import returned, sending, smtp
from samovar.channels.models import ChannelAccount, Delivery
from samovar.conversations.models import Conversation
from samovar.lib import clock
from samovar.operations.gauges import blocked, maybe_twice
from tests import make
from tests.channels.mails import reply
from tests.channels.mailserver import Outbox
from tests.channels.strange import silent_port

pytestmark = pytest.mark.django_db(transaction=True)

HOURS = timedelta(hours=6)
WAITING = 5
MOST_A_MINUTE = 3


def work(due: dict[int, datetime], until: datetime) -> dict[int, list[datetime]]:
    """Send what is due, each at its time, as a worker would do up to ``until``; return when each was tried."""
    tried: dict[int, list[datetime]] = {pk: [] for pk in due}
    while due and min(due.values()) < until:
        pk, at = min(due.items(), key=lambda one: one[1])
        with clock.standing_at(at):
            again_at = sending.send(pk)
        tried[pk].append(at)
        del due[pk]
        if again_at:
            due[pk] = again_at
    return tried


@pytest.fixture
def mute(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The port of a server that takes connections and never says a word; nobody waits for it long."""
    with silent_port() as listening, monkeypatch.context() as context:
        context.setattr(inspect.unwrap(smtp.opened), "__defaults__", (0.3,))
        yield int(listening.getsockname()[1])


@pytest.mark.parametrize("trouble", ["451 later", "421 closing", "gone", "mute"])
def test_six_hours_of_trouble_keep_the_queue_and_end_without_a_burst(
    account: ChannelAccount, outbox: Outbox, mute: int, trouble: str
) -> None:
    port = {"gone": 9, "mute": mute}.get(trouble, outbox.port)
    ChannelAccount.objects.update(most_a_minute=MOST_A_MINUTE, smtp_port=port)
    outbox.refuse_with = trouble if port == outbox.port else ""
    began = timezone.now()
    due = dict.fromkeys([reply(make.conversation()).pk for _ in range(WAITING)], began)

    tried = work(due, began + HOURS)

    assert Delivery.objects.unsettled().count() == len(due) == WAITING
    assert Conversation.objects.undelivered().count() == WAITING
    for moments in tried.values():
        pauses = [later - earlier for earlier, later in zip(moments, moments[1:], strict=False)]
        assert max(pauses) <= timedelta(minutes=16)
    last = {moments[-1] for moments in tried.values()}
    assert len(last) > WAITING / 2, "they do not come all at one moment"

    ChannelAccount.objects.update(smtp_port=outbox.port)
    outbox.refuse_with = ""
    work(due, began + 2 * HOURS)

    assert len(outbox.taken) == len({mail["Message-ID"] for mail in outbox.mails}) == WAITING
    assert not Conversation.objects.undelivered().exists()
    sent = sorted(at for at in Delivery.objects.values_list("sent_at", flat=True) if at)
    in_a_minute = Counter(sum(at <= other < at + sending.MINUTE for other in sent) for at in sent)
    assert max(in_a_minute) <= MOST_A_MINUTE


def test_a_permanent_error_among_it_comes_back_at_once(account: ChannelAccount, outbox: Outbox) -> None:
    outbox.refuse_with = "550 5.7.1 your mail is not wanted here"
    due = {reply(make.conversation()).pk: timezone.now()}

    work(due, timezone.now() + HOURS)

    assert due == {}
    assert Delivery.objects.get().failed_at is not None
    assert Conversation.objects.undelivered().exists()


def test_a_day_has_its_limit_too(account: ChannelAccount, outbox: Outbox) -> None:
    ChannelAccount.objects.update(most_a_day=2)
    began = timezone.now()
    due = dict.fromkeys([reply(make.conversation()).pk for _ in range(3)], began)

    work(due, began + HOURS)

    assert len(outbox.taken) == 2
    assert "as many mails as it may in a day" in Delivery.objects.unsettled().get().problem_text
    work(due, began + 5 * HOURS)
    assert len(outbox.taken) == 3


def test_operators_see_blocked_and_doubled_mail(client: Client, account: ChannelAccount, outbox: Outbox) -> None:
    outbox.refuse_recipient = "554 5.7.1 client host blocked using a blocklist"
    delivery = reply(make.conversation())
    sending.send(delivery.pk)
    Delivery.objects.update(may_be_twice=True)

    [reading] = blocked.GAUGE.read()
    assert (reading.value, reading.of) == (1, str(account.inbox_id))
    assert "blocklist" in reading.problem
    assert [one.value for one in maybe_twice.GAUGE.read()] == [1]
    assert returned.blocked()[0].inbox_name == account.inbox.name
    client.force_login(make.admin("oksana"))
    page = client.get("/mailboxes/").content.decode()
    assert "other servers kept out 1 mail within a week" in page
    assert "client host blocked using a blocklist" in page
