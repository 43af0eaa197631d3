"""Replies leave once, and nothing that waits is lost or forgotten."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from samovar.channels import outgoing, sending
from samovar.channels.jobs import take_up_deliveries
from samovar.channels.models import ChannelAccount, Delivery
from samovar.conversations.models import Conversation, Message
from samovar.events.models import Event
from samovar.jobs.models import Task
from samovar.jobs.running import run_leased
from tests import make
from tests.channels.mails import reply
from tests.channels.mailserver import PASSWORD, Outbox
from tests.postgres import another_connection

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_the_server_puts_off_is_seen_as_late_and_sent_later(account: ChannelAccount, outbox: Outbox) -> None:
    outbox.refuse_with = "451 greylisted, come back"
    conversation = make.conversation()
    delivery = reply(conversation)

    again_at = sending.send(delivery.pk)

    assert again_at is not None and again_at <= timezone.now() + timedelta(minutes=1)
    assert Conversation.objects.undelivered().get() == conversation
    assert "451 greylisted" in Message.objects.get(pk=delivery.message_id).why_late
    outbox.refuse_with = ""
    assert sending.send(delivery.pk) is None
    assert not Conversation.objects.undelivered().exists()
    assert len(outbox.taken) == 1


@pytest.mark.parametrize("stage", ["refuse_with", "refuse_recipient"])
def test_what_the_server_refuses_for_good_comes_back_to_the_agent(
    account: ChannelAccount, outbox: Outbox, stage: str
) -> None:
    setattr(outbox, stage, "550 no such user")
    delivery = reply(make.conversation())

    assert sending.send(delivery.pk) is None
    assert sending.send(delivery.pk) is None

    delivery.refresh_from_db()
    assert (delivery.tries, delivery.failed_at is not None) == (1, True)
    assert Event.objects.filter(kind="MessageFailed").count() == 1
    assert Conversation.objects.undelivered().exists()


def test_a_message_that_was_given_up_can_be_tried_once_more(account: ChannelAccount, outbox: Outbox) -> None:
    outbox.refuse_recipient = "550 no such user"
    delivery = reply(make.conversation())
    sending.send(delivery.pk)
    outbox.refuse_recipient = ""

    outgoing.try_again(delivery.message)
    assert run_leased()

    assert len(outbox.taken) == 1
    assert not Conversation.objects.undelivered().exists()
    outgoing.try_again(delivery.message)
    assert not Task.objects.filter(key=f"delivery {delivery.pk}").exists()


def test_a_server_in_trouble_is_left_alone_by_all_that_waits_for_it(account: ChannelAccount, outbox: Outbox) -> None:
    ChannelAccount.objects.update(smtp_port=9)
    waiting = [reply(make.conversation()) for _ in range(3)]

    moments = [sending.send(delivery.pk) for delivery in waiting]

    account.refresh_from_db()
    assert account.send_again_at is not None
    assert all(moment is not None and moment >= account.send_again_at for moment in moments)
    assert [row.tries for row in Delivery.objects.order_by("pk")] == [1, 0, 0]
    assert Conversation.objects.undelivered().count() == 3
    ChannelAccount.objects.update(smtp_port=outbox.port, send_again_at=timezone.now())
    assert [sending.send(delivery.pk) for delivery in waiting] == [None] * 3
    account.refresh_from_db()
    assert account.sending_problem == ""
    assert account.send_again_at is None


def test_the_pause_grows_with_the_trouble_up_to_a_quarter_of_an_hour(account: ChannelAccount) -> None:
    began, pauses = timezone.now(), []
    for minutes in (0, 1, 4, 20, 60, 600):
        at = began + timedelta(minutes=minutes)
        pauses.append((account.note_sending_problem("down", at, 1.0) - at).total_seconds())

    assert pauses == [30, 30, 120, 600, 900, 900]


def test_after_two_days_a_message_is_given_up(account: ChannelAccount, outbox: Outbox) -> None:
    outbox.refuse_with = "451 not yet"
    delivery = reply(make.conversation())
    sending.send(delivery.pk)
    Delivery.objects.update(give_up_at=timezone.now())

    assert sending.send(delivery.pk) is None
    delivery.refresh_from_db()
    assert delivery.failed_at is not None


def test_a_connection_lost_before_the_answer_makes_a_message_that_may_be_there_twice(
    account: ChannelAccount, outbox: Outbox
) -> None:
    outbox.hangs_up = True
    delivery = reply(make.conversation())
    assert sending.send(delivery.pk) is not None
    outbox.hangs_up = False

    assert sending.send(delivery.pk) is None

    delivery.refresh_from_db()
    assert delivery.may_be_twice
    assert len({mail["Message-ID"] for mail in outbox.mails}) == 1 and len(outbox.mails) == 2


def test_a_lost_connection_before_the_bytes_makes_no_double(account: ChannelAccount, outbox: Outbox) -> None:
    outbox.refuse_with = "451 later"
    delivery = reply(make.conversation())
    sending.send(delivery.pk)
    outbox.refuse_with = ""
    sending.send(delivery.pk)

    delivery.refresh_from_db()
    assert not delivery.may_be_twice


def test_a_delivery_that_is_being_sent_is_left_alone(account: ChannelAccount, outbox: Outbox) -> None:
    delivery = reply(make.conversation())

    with another_connection(autocommit=True) as worker:
        worker.execute("SELECT pg_advisory_lock(%s, %s)", [sending.LOCKS, delivery.pk])
        assert sending.send(delivery.pk) is None
        assert outbox.taken == []
        worker.execute("SELECT pg_advisory_unlock(%s, %s)", [sending.LOCKS, delivery.pk])

    assert sending.send(delivery.pk) is None
    assert len(outbox.taken) == 1


def test_two_workers_at_one_delivery_send_it_once(account: ChannelAccount, outbox: Outbox) -> None:
    delivery = reply(make.conversation())

    def send_elsewhere() -> None:
        sending.send(delivery.pk)
        connection.close()

    def while_the_other_sends(execute: Callable[..., object], sql: str, *others: object) -> object:
        if "pg_try_advisory_lock" in sql:
            with ThreadPoolExecutor(1) as pool:
                pool.submit(send_elsewhere).result()
        return execute(sql, *others)

    with connection.execute_wrapper(while_the_other_sends):
        assert sending.send(delivery.pk) is None

    delivery.refresh_from_db()
    assert (len(outbox.taken), delivery.tries) == (1, 1)


def test_what_has_waited_does_not_leave_in_one_burst(account: ChannelAccount, outbox: Outbox) -> None:
    deliveries = [reply(make.conversation()) for _ in range(2)]
    sending.send(deliveries[0].pk)

    ChannelAccount.objects.update(most_a_minute=1)
    again_at = sending.send(deliveries[1].pk)

    assert again_at is not None and len(outbox.taken) == 1
    assert not Conversation.objects.undelivered().exists()


def test_a_mistake_of_ours_is_no_reason_to_lose_a_message(account: ChannelAccount, outbox: Outbox) -> None:
    delivery = reply(make.conversation())
    ChannelAccount.objects.update(sealed_password=b"sealed with another key")

    assert sending.send(delivery.pk) is not None
    assert "Something went wrong on our side" in Message.objects.get(pk=delivery.message_id).why_late


def test_a_database_that_is_away_is_no_trouble_of_the_message(account: ChannelAccount, outbox: Outbox) -> None:
    delivery = reply(make.conversation())

    def away(execute: Callable[..., object], sql: str, *others: object) -> object:
        if sql.startswith('UPDATE "channels_delivery"'):
            raise OperationalError("the connection is closed")
        return execute(sql, *others)

    with connection.execute_wrapper(away), pytest.raises(OperationalError):
        sending.send(delivery.pk)

    assert outbox.taken == []
    assert Message.objects.get(pk=delivery.message_id).why_late == ""
    assert sending.send(delivery.pk) is None
    assert len(outbox.taken) == 1


def test_a_password_that_is_not_accepted_is_said_to_be_so_and_nothing_is_given_up(
    account: ChannelAccount, outbox: Outbox
) -> None:
    account.password = "wrong"
    account.save()
    delivery = reply(make.conversation())

    assert sending.send(delivery.pk) is not None
    account.refresh_from_db()
    assert "does not accept the user name or the password" in account.sending_problem_text
    account.password, account.send_again_at = PASSWORD, None
    account.save()
    assert sending.send(delivery.pk) is None


def test_the_reply_and_its_delivery_and_its_task_exist_together_or_not_at_all(account: ChannelAccount) -> None:
    conversation = make.conversation()
    with pytest.raises(LookupError), transaction.atomic():
        reply(conversation)
        raise LookupError

    assert (Delivery.objects.count(), Task.objects.count()) == (0, 0)


def test_a_worker_sends_what_waits(account: ChannelAccount, outbox: Outbox) -> None:
    reply(make.conversation())

    assert run_leased()
    assert len(outbox.taken) == 1
    assert Task.objects.count() == 0


def test_what_is_put_off_waits_as_a_task(account: ChannelAccount, outbox: Outbox) -> None:
    outbox.refuse_with = "451 later"
    delivery = reply(make.conversation())

    assert run_leased()
    delivery.refresh_from_db()
    assert Task.objects.get().run_at == delivery.next_try_at


def test_a_delivery_whose_task_died_with_its_worker_is_taken_up(account: ChannelAccount, outbox: Outbox) -> None:
    delivery = reply(make.conversation())
    Task.objects.all().delete()
    Delivery.objects.update(next_try_at=timezone.now() - timedelta(minutes=1), attempted_at=timezone.now())

    take_up_deliveries()
    assert run_leased()

    delivery.refresh_from_db()
    assert delivery.sent_at is not None and delivery.may_be_twice


def test_a_server_that_was_set_right_is_asked_at_once(account: ChannelAccount, outbox: Outbox) -> None:
    ChannelAccount.objects.update(smtp_port=9)
    delivery = reply(make.conversation())
    run_leased()
    ChannelAccount.objects.update(smtp_port=outbox.port, send_again_at=None)

    outgoing.hurry(account.inbox_id)
    Task.objects.update(run_at=timezone.now())
    assert run_leased()
    delivery.refresh_from_db()
    assert delivery.sent_at is not None
