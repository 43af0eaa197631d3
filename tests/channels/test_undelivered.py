"""What did not arrive comes back to the agent with the reason in words and with what to do about it."""

import pytest
from django.test import Client

from samovar.accounts.models import User
from samovar.channels import sending
from samovar.channels.models import ChannelAccount, Delivery
from samovar.conversations.models import Conversation, Message
from samovar.conversations.models.delivering import Fate
from samovar.customers.models import Identity
from samovar.events.models import Event
from samovar.jobs.models import Task
from tests import make
from tests.channels.mails import reply
from tests.channels.mailserver import Outbox
from tests.channels.returning import ELENA

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def olga(client: Client) -> User:
    """Somebody who answers, signed in."""
    agent = make.agent("olga")
    client.force_login(agent)
    return agent


@pytest.fixture
def refused(account: ChannelAccount, outbox: Outbox) -> Delivery:
    """A reply to whose recipient the server said no for good."""
    outbox.refuse_recipient = "550 5.1.1 <elena@mail.example>: Recipient address rejected: User unknown"
    delivery = reply(make.conversation())
    sending.send(delivery.pk)
    outbox.refuse_recipient = ""
    return delivery


def page(client: Client, delivery: Delivery) -> str:
    return client.get(f"/conversations/{delivery.message.conversation_id}/").content.decode()


def test_a_refused_recipient_is_like_one_whose_mail_came_back(refused: Delivery, client: Client, olga: User) -> None:
    refused.refresh_from_db()
    text = page(client, refused)

    assert (refused.status, refused.failed_at is not None) == ("5.1.1", True)
    assert "User unknown" in refused.diagnostic
    assert Identity.objects.get(value=ELENA).undeliverable_at is not None
    assert f"Not delivered to {ELENA}: the mailbox does not exist (5.1.1)" in text
    for address in ("deliveries/", f"deliveries/{refused.pk}/address/", "closing/"):
        assert f'action="/messages/{refused.message_id}/{address}"' in text


def test_our_own_fault_at_the_recipient_does_not_mark_the_address(account: ChannelAccount, outbox: Outbox) -> None:
    outbox.refuse_recipient = "554 5.7.1 Service unavailable; client host blocked using a blocklist"
    sending.send(reply(make.conversation()).pk)

    assert Identity.objects.get(value=ELENA).undeliverable_at is None
    assert Delivery.objects.get().status == "5.7.1"


def test_whoever_answers_can_have_it_tried_again(refused: Delivery, client: Client, olga: User, outbox: Outbox) -> None:
    Task.objects.all().delete()
    answer = client.post(f"/messages/{refused.message_id}/deliveries/")

    assert answer.headers["Location"] == f"/conversations/{refused.message.conversation_id}/"
    assert Task.objects.get().args == [refused.pk]
    sending.send(refused.pk)
    assert len(outbox.taken) == 1
    assert not Conversation.objects.undelivered().exists()


def test_it_can_be_sent_to_another_address(refused: Delivery, client: Client, olga: User, outbox: Outbox) -> None:
    place = f"/messages/{refused.message_id}/deliveries/{refused.pk}/address/"
    client.post(place, {"address": "elena@new.example"})

    other = Delivery.objects.exclude(pk=refused.pk).get()
    assert not Conversation.objects.undelivered().exists()
    sending.send(other.pk)
    envelope, mail = outbox.taken[0]
    assert envelope.rcpt_tos == ["elena@new.example"]
    assert ELENA not in mail["To"]
    assert Message.objects.get(pk=refused.message_id).recipients == {"to": [["Elena Sokolova", "elena@new.example"]]}
    htmx = {"HX-Request": "true"}
    assert client.post(place, {"address": "Elena@New.example"}, headers=htmx).status_code == 422
    assert client.post(place, {"address": "nowhere"}, headers=htmx).status_code == 422


def test_it_can_be_left_and_taken_up_again(refused: Delivery, client: Client, olga: User) -> None:
    place = f"/messages/{refused.message_id}/closing/"

    client.post(place)

    assert not Conversation.objects.undelivered().exists()
    assert f"Not delivered to {ELENA}" in page(client, refused)
    assert Event.objects.filter(kind="FailureDismissed", actor_id=olga.pk).count() == 1
    client.post(f"{place}?undo")
    assert Conversation.objects.undelivered().exists()


def test_what_an_import_told_as_failed_can_be_tried_too(account: ChannelAccount, client: Client, olga: User) -> None:
    message = make.conversation().reply("Hello", by=olga)
    Delivery.objects.all().delete()
    message.note_failed("The server did not answer.", message.created_at)

    client.post(f"/messages/{message.pk}/deliveries/")

    assert Delivery.objects.get().address == ELENA
    assert not Conversation.objects.undelivered().exists()


def test_who_only_looks_on_may_not_send(refused: Delivery, client: Client) -> None:
    client.force_login(make.user(role="observer"))

    for place in ("deliveries/", f"deliveries/{refused.pk}/address/", "closing/"):
        assert client.post(f"/messages/{refused.message_id}/{place}").status_code == 403


def test_the_list_says_why(refused: Delivery, client: Client, olga: User) -> None:
    text = client.get("/?view=undelivered").content.decode()

    assert f"Not delivered to {ELENA}: the mailbox does not exist (5.1.1)" in text


def test_what_may_have_been_sent_twice_says_so(client: Client, olga: User) -> None:
    message = make.conversation().reply("Hello", by=olga)
    message.note_fate(Fate(handed_over_at=message.created_at, may_be_twice=True), message.created_at)

    assert "May have been sent twice" in client.get(f"/conversations/{message.conversation_id}/").content.decode()
