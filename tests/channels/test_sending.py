"""Replies leave once, with headers by which answers find back, and nothing that waits is lost or forgotten."""

import email.policy
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage

import pytest
from django.db import connection, transaction
from django.utils import timezone

from samovar.channels import outgoing, sending
from samovar.channels.jobs import take_up_deliveries
from samovar.channels.models import ChannelAccount, Delivery
from samovar.conversations.models import Attachment, Conversation, Message
from samovar.customers.models import Identity
from samovar.events.models import Event
from samovar.jobs import holding
from samovar.jobs.models import Task
from samovar.jobs.running import run_leased
from tests import make
from tests.channels.mails import mailbox
from tests.channels.mailserver import PASSWORD, Dovecot, Outbox
from tests.postgres import another_connection

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def account(outbox: Outbox, tmp_path_factory: pytest.TempPathFactory) -> ChannelAccount:
    """The mailbox help@aurora.example; nothing listens at its incoming server."""
    return mailbox(Dovecot(9, tmp_path_factory.getbasetemp()), outbox, "help")


def reply(conversation: Conversation, text: str = "We send you a new one.") -> Delivery:
    """Answer as Anna does; return the delivery that waits."""
    message = conversation.reply(text, by=make.agent())
    return Delivery.objects.get(message=message)


def modern(outbox: Outbox) -> EmailMessage:
    """Return the newest mail that came, with its headers decoded."""
    return message_from_bytes(outbox.mails[-1].as_bytes(), policy=email.policy.default)


def test_a_reply_goes_to_where_the_customer_wrote_from_and_bears_what_brings_the_answer_back(
    account: ChannelAccount, outbox: Outbox
) -> None:
    conversation = make.conversation(external_id="first@mail.example", subject="A scratched desk")
    delivery = reply(conversation, "Мы пришлём новый.")

    assert sending.send(delivery.pk) is None

    [(envelope, _raw)], mail = outbox.taken, modern(outbox)
    message = Message.objects.get(pk=delivery.message_id)
    assert (envelope.mail_from, envelope.rcpt_tos) == ("help@aurora.example", ["elena@mail.example"])
    assert mail["From"] == "Aurora Home <help@aurora.example>"
    assert mail["To"] == "Elena Sokolova <elena@mail.example>"
    assert mail["Message-ID"] == f"<{message.external_id}>"
    assert mail["In-Reply-To"] == mail["References"] == "<first@mail.example>"
    assert mail["Subject"] == "Re: A scratched desk"
    assert mail["Reply-To"].addresses[0].addr_spec.startswith("help+c.")
    assert mail.get_body(("plain",)).get_content().strip() == "Мы пришлём новый."  # type: ignore[union-attr]
    assert message.recipients == {"to": [["Elena Sokolova", "elena@mail.example"]]}
    assert message.handed_over_at is not None
    assert Event.objects.filter(kind="MessageSent").count() == 1


def test_a_human_answer_bears_no_marks_of_a_machine(account: ChannelAccount, outbox: Outbox) -> None:
    sending.send(reply(make.conversation()).pk)

    marks = {"auto-submitted", "precedence", "x-auto-response-suppress", "list-id", "x-mailer"}
    assert marks.isdisjoint(name.lower() for name in outbox.mails[0])


def test_files_leave_with_the_reply(account: ChannelAccount, outbox: Outbox) -> None:
    conversation, anna = make.conversation(), make.agent("anna")
    file = Attachment.objects.upload("счёт.pdf", "application/pdf", b"%PDF-1.4 bill", anna)

    message = conversation.reply("Here is the bill.", by=anna, files=[file])
    sending.send(Delivery.objects.get(message=message).pk)

    [attached] = modern(outbox).iter_attachments()
    assert (attached.get_filename(), attached.get_content()) == ("счёт.pdf", b"%PDF-1.4 bill")


def test_the_newest_address_of_the_customer_is_answered(account: ChannelAccount, outbox: Outbox) -> None:
    conversation = make.conversation(external_id="first@mail.example")
    Identity.objects.create(
        customer=conversation.customer, kind="email", value="e@work.example", shown="E@work.example"
    )
    make.received("From my office.", sender=make.sender("E@work.example"), named_ids=("first@mail.example",))
    make.received("I am away.", sender=make.sender(), named_ids=("first@mail.example",), mail_class="auto-reply")
    make.received("I am nobody.", sender=make.sender("other@mail.example"), named_ids=("first@mail.example",))

    sending.send(reply(conversation).pk)

    assert outbox.taken[0][0].rcpt_tos == ["E@work.example"]


def test_a_customer_without_an_address_is_said_to_be_so(account: ChannelAccount, outbox: Outbox) -> None:
    conversation = make.conversation(sender=make.sender("79990001122"))
    Identity.objects.update(kind="phone")

    delivery = reply(conversation)
    assert sending.send(delivery.pk) is None

    delivery.refresh_from_db()
    assert delivery.failed_at is not None
    assert "has no e-mail address" in delivery.problem_text


def test_a_long_thread_names_its_first_and_its_newest_mails(account: ChannelAccount, outbox: Outbox) -> None:
    conversation = make.conversation(external_id="0@mail.example")
    for number in range(1, 40):
        make.received(f"{number}", external_id=f"{number}@mail.example", named_ids=("0@mail.example",))

    sending.send(reply(conversation).pk)

    expected = [f"<{number}@mail.example>" for number in (0, *range(20, 40))]
    assert modern(outbox)["References"].split() == expected


def test_ids_that_would_break_a_header_are_left_out(account: ChannelAccount, outbox: Outbox) -> None:
    conversation = make.conversation(external_id="abc@generated")
    make.received("2", external_id="two words@mail.example", named_ids=("abc@generated",))

    sending.send(reply(conversation).pk)

    assert (modern(outbox)["In-Reply-To"], modern(outbox)["References"]) == (None, None)


@pytest.mark.parametrize(
    ("subject", "expected"), [("RE: A desk", "RE: A desk"), ("На: стол", "На: стол"), ("", "Re:"), ("Res", "Re: Res")]
)
def test_the_subject_says_once_that_it_is_an_answer(
    account: ChannelAccount, outbox: Outbox, subject: str, expected: str
) -> None:
    sending.send(reply(make.conversation(subject=subject)).pk)

    assert modern(outbox)["Subject"] == expected


def test_an_inbox_without_other_names_is_answered_at_its_own(account: ChannelAccount, outbox: Outbox) -> None:
    account.has_plus_addresses = False
    account.save()

    sending.send(reply(make.conversation()).pk)

    assert modern(outbox)["Reply-To"].addresses[0].addr_spec == "help@aurora.example"


def test_an_address_that_is_too_long_to_be_signed_is_named_as_it_is(account: ChannelAccount, outbox: Outbox) -> None:
    account.inbox.address = f"{'h' * 60}@aurora.example"
    account.inbox.save()

    sending.send(reply(make.conversation(inbox_id=account.inbox_id)).pk)

    assert modern(outbox)["Reply-To"].addresses[0].addr_spec == account.inbox.address


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

    outgoing.try_now(delivery)
    assert run_leased()

    assert len(outbox.taken) == 1
    assert not Conversation.objects.undelivered().exists()
    outgoing.try_now(delivery)
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


def test_held_sending_waits_and_says_why(account: ChannelAccount, outbox: Outbox) -> None:
    holding.hold(holding.SENDING, "restored")
    delivery = reply(make.conversation())

    assert sending.send(delivery.pk) is not None
    assert outbox.connections == 0
    assert "Sending is held" in Message.objects.get(pk=delivery.message_id).why_late
    holding.release(holding.SENDING)
    assert sending.send(delivery.pk) is None


def test_a_paused_inbox_sends_when_it_is_resumed(account: ChannelAccount, outbox: Outbox) -> None:
    ChannelAccount.objects.update(paused_at=timezone.now())
    delivery = reply(make.conversation())

    assert sending.send(delivery.pk) is not None
    ChannelAccount.objects.update(paused_at=None)
    assert sending.send(delivery.pk) is None


def test_an_inbox_without_a_server_says_so(outbox: Outbox) -> None:
    delivery = reply(make.conversation())

    assert sending.send(delivery.pk) is not None
    assert "has no mail server" in Message.objects.get(pk=delivery.message_id).why_late


def test_what_has_waited_does_not_leave_in_one_burst(account: ChannelAccount, outbox: Outbox) -> None:
    deliveries = [reply(make.conversation()) for _ in range(2)]
    sending.send(deliveries[0].pk)

    limit, sending.MOST_A_MINUTE = sending.MOST_A_MINUTE, 1
    try:
        again_at = sending.send(deliveries[1].pk)
    finally:
        sending.MOST_A_MINUTE = limit

    assert again_at is not None and len(outbox.taken) == 1
    assert not Conversation.objects.undelivered().exists()


def test_a_mistake_of_ours_is_no_reason_to_lose_a_message(account: ChannelAccount, outbox: Outbox) -> None:
    delivery = reply(make.conversation())
    ChannelAccount.objects.update(sealed_password=b"sealed with another key")

    assert sending.send(delivery.pk) is not None
    assert "Something went wrong on our side" in Message.objects.get(pk=delivery.message_id).why_late


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
