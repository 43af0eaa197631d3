"""What leaves is a proper answer: to the right address, with headers by which the customer's answer finds back."""

import email.policy
from email import message_from_bytes
from email.message import EmailMessage

import pytest

from samovar.channels import sending
from samovar.channels.models import ChannelAccount, Delivery
from samovar.conversations.models import Attachment, Message
from samovar.customers.models import Identity
from samovar.events.models import Event
from tests import make
from tests.channels.mails import reply
from tests.channels.mailserver import Outbox

pytestmark = pytest.mark.django_db(transaction=True)


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
