"""The customer's answer comes back into the conversation, whatever its way through the world has done to it."""

from datetime import timedelta
from email.message import Message as Mail

import pytest

from samovar.channels import sending, taking_in
from samovar.channels.models import ChannelAccount, Delivery, RawMail
from samovar.conversations import signing
from samovar.conversations.models import Conversation, Message, Participant
from samovar.customers.models import Identity
from samovar.lib import clock
from tests import make
from tests.channels.mails import answer_to, mail, mailbox
from tests.channels.mailserver import Dovecot, Outbox
from tests.channels.test_fetching import read

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def account(dovecot: Dovecot, outbox: Outbox) -> ChannelAccount:
    """A mailbox of its own on a real server."""
    return mailbox(dovecot, outbox)


def arrive(dovecot: Dovecot, account: ChannelAccount, content: bytes) -> Message:
    """Let a mail come in through the real mailbox; return the message that it became."""
    dovecot.deliver(account.user_name, content)
    [raw_id] = read(account)
    taking_in.take_in_each(RawMail.objects.all())
    message = RawMail.objects.select_related("message__conversation").get(pk=raw_id).message
    assert message is not None
    return message


def replied(dovecot: Dovecot, account: ChannelAccount, outbox: Outbox) -> tuple[Conversation, Mail]:
    """Let a customer write and answer them; return the conversation, and our mail as the customer got it."""
    conversation = arrive(dovecot, account, mail(to=account.inbox.address)).conversation
    message = conversation.reply("We send you a new one.", by=make.agent())
    assert sending.send(Delivery.objects.get(message=message).pk) is None
    return conversation, outbox.mails[-1]


def test_an_answer_to_the_signed_address_is_found_by_it_alone(
    dovecot: Dovecot, account: ChannelAccount, outbox: Outbox
) -> None:
    conversation, ours = replied(dovecot, account, outbox)

    back = arrive(dovecot, account, mail("Thank you.", subject="Thanks", to=ours["Reply-To"]))

    assert (back.conversation_id, back.rule) == (conversation.pk, "reply-address")


def test_an_address_that_is_believed_no_more_hides_none_beside_it(
    dovecot: Dovecot, account: ChannelAccount, outbox: Outbox
) -> None:
    conversation, ours = replied(dovecot, account, outbox)
    year_ago = clock.now() - timedelta(days=365)
    identity = Identity.objects.get(customer=conversation.customer, kind="email")
    old = signing.signed_reply_address(account.inbox.address, conversation.pk, identity.pk, year_ago)

    back = arrive(dovecot, account, mail("Thank you.", subject="Thanks", to=old, Cc=ours["Reply-To"]))

    assert (back.conversation_id, back.rule) == (conversation.pk, "reply-address")


def test_an_answer_that_names_our_mail_is_found_by_its_id(
    dovecot: Dovecot, account: ChannelAccount, outbox: Outbox
) -> None:
    conversation, ours = replied(dovecot, account, outbox)

    back = arrive(dovecot, account, mail("Thank you.", to=account.inbox.address, In_Reply_To=ours["Message-ID"]))

    assert (back.conversation_id, back.rule) == (conversation.pk, "our-message-id")


def test_an_answer_to_their_own_first_mail_is_found_by_its_id(
    dovecot: Dovecot, account: ChannelAccount, outbox: Outbox
) -> None:
    conversation, ours = replied(dovecot, account, outbox)

    again = mail("One thing more.", subject="Re: A scratched desk", References=ours["In-Reply-To"])
    back = arrive(dovecot, account, again)

    assert (back.conversation_id, back.rule) == (conversation.pk, "stored-message-id")


def test_what_a_mail_program_makes_of_reply_is_found_and_its_quote_is_folded(
    dovecot: Dovecot, account: ChannelAccount, outbox: Outbox
) -> None:
    conversation, ours = replied(dovecot, account, outbox)

    back = arrive(dovecot, account, answer_to(ours, "Thank you, that is kind."))

    assert back.conversation_id == conversation.pk
    assert "".join(text for is_hidden, text in back.parts if not is_hidden).strip() == "Thank you, that is kind."
    conversation.refresh_from_db()
    assert conversation.waiting_since == back.created_at


def test_a_forged_id_of_ours_leads_nowhere(dovecot: Dovecot, account: ChannelAccount, outbox: Outbox) -> None:
    conversation, ours = replied(dovecot, account, outbox)
    name, _at, domain = ours["Message-ID"].strip("<>").partition("@")
    forged = f"<{name[:-1]}{'a' if name[-1] != 'a' else 'b'}@{domain}>"

    back = arrive(dovecot, account, mail("Let me in.", subject="New", In_Reply_To=forged, References=forged))

    assert back.conversation_id != conversation.pk


def test_a_signed_address_for_another_conversation_opens_none_of_the_first(
    dovecot: Dovecot, account: ChannelAccount, outbox: Outbox
) -> None:
    first, ours = replied(dovecot, account, outbox)
    stranger = ("Eve", "eve@mail.example")
    second = arrive(dovecot, account, mail("Another matter.", subject="Other", sender=stranger)).conversation
    mac = ours["Reply-To"].partition("+c.")[2].partition("@")[0].partition(".")[2]
    moved = f"{account.user_name}+c.{second.pk}.{mac}@aurora.example"

    back = arrive(dovecot, account, mail("Hello.", subject="Third", to=moved))

    assert back.conversation_id not in (first.pk, second.pk)


def test_a_stranger_with_a_forwarded_mail_takes_part_unconfirmed_and_gets_no_answers(
    dovecot: Dovecot, account: ChannelAccount, outbox: Outbox
) -> None:
    conversation, ours = replied(dovecot, account, outbox)

    back = arrive(dovecot, account, mail("I am her brother.", sender=("Max", "max@mail.example"), to=ours["Reply-To"]))
    answer = conversation.reply("Only to Elena.", by=make.agent())
    sending.send(Delivery.objects.get(message=answer).pk)

    assert back.conversation_id == conversation.pk
    assert Participant.objects.get(conversation=conversation).admitted_at is None
    assert outbox.taken[-1][0].rcpt_tos == ["elena@mail.example"]


def test_an_answer_that_comes_to_another_inbox_stands_there_and_names_the_first(
    dovecot: Dovecot, account: ChannelAccount, outbox: Outbox
) -> None:
    conversation, ours = replied(dovecot, account, outbox)
    other = mailbox(dovecot, outbox)

    again = mail("And the invoice?", to=other.inbox.address, In_Reply_To=ours["Message-ID"])
    back = arrive(dovecot, other, again)

    assert back.conversation_id != conversation.pk
    assert back.conversation.follows_id == conversation.pk
