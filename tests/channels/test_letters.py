"""A letter goes where the customer can be reached."""

from email import message_from_bytes, policy

import pytest
from django.utils import timezone

from samovar.channels import letters
from samovar.channels.models import Delivery, RawMail
from samovar.channels.taking_in import take_in_each
from samovar.customers.models import Identity
from tests import make

pytestmark = pytest.mark.django_db


def test_an_address_that_works_goes_before_one_that_does_not() -> None:
    conversation = make.conversation()
    conversation.messages.filter(direction="in").update(sender_address="gone@mail.example")
    Identity.objects.create(
        customer=conversation.customer,
        kind="email",
        value="dead@mail.example",
        shown="dead@mail.example",
        undeliverable_at=timezone.now(),
    )

    message = conversation.reply("Here you are", by=make.agent())

    assert message.recipients == {"to": [["Elena Sokolova", "elena@mail.example"]]}


def test_an_answer_that_quotes_the_letter_alone_finds_its_conversation() -> None:
    """A gateway has rewritten every id, and the answer goes to the plain address."""
    account = make.mailbox()
    conversation = make.conversation()
    reply = conversation.reply("Is it <b>oak</b>?\n\nYours, Olga", by=make.agent("olga"))
    delivery = Delivery.objects.select_related("message__inbox", "message__conversation").get(message=reply)
    mail = message_from_bytes(letters.write(delivery, account).content, policy=policy.default)
    page = mail.get_body(("html",))
    text = mail.get_body(("plain",))
    assert page is not None
    assert text is not None
    assert "{#c:" not in text.get_content()
    assert "Is it &lt;b&gt;oak&lt;/b&gt;?" in page.get_content()

    quoted = page.get_content().replace("</html>", "")
    answer = (
        "From: Elena <elena@mail.example>\nTo: help@aurora.example\nSubject: Re: Oak\nMessage-ID: <z@gateway.example>\n"
        f"Content-Type: text/html; charset=utf-8\n\n<p>Yes, oak.</p><blockquote type=cite>{quoted}</blockquote>"
    )
    raw = make.raw_mail(answer.encode())
    take_in_each(RawMail.objects.filter(pk=raw.pk))

    raw.refresh_from_db()
    assert raw.message is not None
    assert (raw.message.conversation_id, raw.message.rule) == (conversation.pk, "body-marker")
    assert raw.message.preview == "Yes, oak."
