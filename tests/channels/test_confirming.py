"""Whoever opens a conversation is told that their mail has come, and nobody can be flooded by that."""

import re
from datetime import datetime, timedelta
from email import message_from_bytes, policy

import pytest
from django.utils import timezone

from samovar.channels import confirming, letters
from samovar.channels.models import ChannelAccount, Delivery, RawMail
from samovar.channels.storing import Arrival, Source, keep_all
from samovar.channels.taking_in import take_in_each
from samovar.conversations import deriving
from samovar.conversations.models import Conversation, Inbox, Message
from samovar.lib import clock
from tests import make
from tests.reactions import run_later_reactions

pytestmark = pytest.mark.django_db
TEXT = "Thank you. We answer within a day."


@pytest.fixture
def account() -> ChannelAccount:
    account = make.mailbox()
    account.inbox.confirmation = TEXT
    account.inbox.save()
    return account


def arrive(
    account: ChannelAccount, raw: str | bytes, at: datetime | None = None, *, is_archive: bool = False
) -> Message:
    """Let a mail arrive and all that follows from it happen; return its message."""
    content = raw if isinstance(raw, bytes) else raw.encode()
    source = Source(account.inbox_id, account.pk, is_archive=is_archive)
    [pk] = keep_all(source, [Arrival(content, at or clock.now())]).values()
    take_in_each(RawMail.objects.filter(pk=pk))
    message = RawMail.objects.select_related("message").get(pk=pk).message
    assert message is not None
    confirming.confirm(message.pk)
    return message


def letter(number: int, sender: str = "anna@mail.example", subject: str = "", fields: str = "") -> str:
    subject = subject or f"Order {number}"
    return f"From: Anna <{sender}>\r\nSubject: {subject}\r\nMessage-ID: <{number}@x>\r\n{fields}\r\nHello {number}\r\n"


def confirmations() -> list[Message]:
    return list(Message.objects.filter(direction="out").exclude(mail_class="human").order_by("pk"))


def written(message: Message) -> bytes:
    """Return the mail that carries a confirmation."""
    delivery = Delivery.objects.select_related("message__inbox", "message__conversation").get(message=message)
    account = ChannelAccount.objects.get(inbox=message.inbox_id)
    return letters.write(delivery, account).content


def test_who_opens_a_conversation_is_told_at_once(account: ChannelAccount) -> None:
    message = arrive(account, letter(1))

    [confirmation] = confirmations()
    conversation = Conversation.objects.get(pk=message.conversation_id)
    assert confirmation.text == TEXT
    assert Delivery.objects.get(message=confirmation).address == "anna@mail.example"
    assert conversation.waiting_since == message.created_at
    assert conversation.first_response_at is None
    assert (conversation.preview, conversation.is_unread) == ("Hello 1", True)
    assert list(deriving.differences([conversation.pk])) == []


@pytest.mark.parametrize(
    "spellings",
    [
        ("anna+1@gmail.com", "anna+2@gmail.com", "Anna+3@gmail.com"),
        ("a.nna@gmail.com", "an.na@googlemail.com", "a.n.n.a@GMAIL.com"),
        ("anna-k@yandex.ru", "anna.k@ya.ru", "annak@yandex.com"),
        ("anna@mail.example.", '"anna"@mail.example', "anna(1)@mail.example", "anna%mail.example@relay.example"),
    ],
)
def test_nobody_is_flooded_by_writing_their_address_in_many_ways(
    account: ChannelAccount, spellings: tuple[str, ...]
) -> None:
    start = timezone.now()
    for number, address in enumerate(spellings):
        with clock.standing_at(start + timedelta(minutes=20 * number)):
            arrive(
                account, f"From: <{address}>\r\nSubject: Order {number}\r\nMessage-ID: <{number}@x>\r\n\r\nHello\r\n"
            )

    assert len(confirmations()) <= 2


def test_nothing_in_it_was_chosen_by_whoever_wrote(account: ChannelAccount) -> None:
    arrive(account, letter(1, subject="Buy cheap pills at evil.example"))

    mail = message_from_bytes(written(confirmations()[0]), policy=policy.default)

    assert mail["To"] == "anna@mail.example"
    assert re.fullmatch(r"We have received your message \[#\d+\]", mail["Subject"])
    body = mail.get_body(("plain",))
    assert body is not None
    assert body.get_content().strip() == TEXT
    assert (mail["Auto-Submitted"], mail["X-Auto-Response-Suppress"], mail["Precedence"]) == (
        "auto-replied",
        "All",
        "auto_reply",
    )
    assert b"pills" not in written(confirmations()[0])


@pytest.mark.parametrize(
    "raw",
    [
        letter(1, fields="Auto-Submitted: auto-replied\r\n"),
        letter(1, fields="List-Id: <news.mail.example>\r\n"),
        letter(1, sender="no-reply@mail.example"),
        letter(1, sender="help@aurora.example"),
        letter(1, sender="HELP+x@aurora.example"),
        letter(1, sender=""),
        letter(1, fields="X-Spam-Flag: YES\r\n"),
        letter(1, fields="Authentication-Results: mx.aurora.example; dmarc=fail\r\n"),
    ],
)
def test_machines_ourselves_and_forgers_are_told_nothing(account: ChannelAccount, raw: str) -> None:
    account.trusted_checker = "mx.aurora.example"
    account.save()

    arrive(account, raw)

    assert confirmations() == []


@pytest.mark.parametrize("words", ["All", "OOF", "RN, NRN,\r\n AutoReply", "DR"])
def test_who_asks_for_no_automatic_answers_gets_none_and_is_a_person_all_the_same(
    account: ChannelAccount, words: str
) -> None:
    message = arrive(account, letter(1, fields=f"X-Auto-Response-Suppress: {words}\r\n"))

    assert confirmations() == []
    assert (message.mail_class, message.conversation.waiting_since) == ("human", message.created_at)


def test_only_the_head_of_a_mail_asks_for_no_answers(account: ChannelAccount) -> None:
    field = "X-Auto-Response-Suppress: "

    arrive(account, letter(1, fields=f"{field}RN\r\n") + f"\r\n{field}All\r\n")

    assert len(confirmations()) == 1


def test_what_is_old_or_comes_from_an_archive_is_not_confirmed(account: ChannelAccount) -> None:
    arrive(account, letter(1), timezone.now() - timedelta(hours=3))
    arrive(account, letter(2), is_archive=True)

    assert confirmations() == []


def test_an_inbox_that_does_not_confirm_says_nothing(account: ChannelAccount) -> None:
    Inbox.objects.update(confirmation=" ")

    arrive(account, letter(1))

    assert confirmations() == []


def test_once_a_conversation_ten_minutes_apart_and_twice_a_day(account: ChannelAccount) -> None:
    start = timezone.now()
    arrive(account, letter(1))
    arrive(account, letter(2, fields="In-Reply-To: <1@x>\r\n", subject="Re: Order 1"))
    for number, minutes in enumerate((1, 9, 11, 30, 60 * 23), start=3):
        with clock.standing_at(start + timedelta(minutes=minutes)):
            arrive(account, letter(number))
    assert [row.subject.partition("#")[2] for row in confirmations()] == [
        f"{Conversation.objects.get(subject=subject).pk}]" for subject in ("Order 1", "Order 5")
    ]

    with clock.standing_at(start + timedelta(hours=25)):
        arrive(account, letter(20))
    assert len(confirmations()) == 3


def test_the_same_subject_twice_is_a_machine(account: ChannelAccount) -> None:
    start = timezone.now()
    arrive(account, letter(1, subject="Alarm"))
    with clock.standing_at(start + timedelta(hours=1)):
        arrive(account, letter(2, subject="Re: Alarm"))

    assert len(confirmations()) == 1


def test_a_thousand_forms_that_name_one_victim_write_to_them_twice(account: ChannelAccount) -> None:
    for number in range(100):
        arrive(account, letter(number, sender="victim@mail.example"))

    assert len(confirmations()) <= 2


def test_our_own_confirmation_fed_back_fifty_times_creates_nothing(account: ChannelAccount) -> None:
    arrive(account, letter(1))
    mail = written(confirmations()[0])
    conversations, messages = Conversation.objects.count(), Message.objects.count()

    for number in range(50):
        arrive(account, b"Received: by loop %d\r\n" % number + mail)

    assert (Conversation.objects.count(), Message.objects.count()) == (conversations, messages)
    assert len(confirmations()) == 1


def test_a_machine_without_any_mark_that_answers_each_confirmation_is_soon_left_alone(account: ChannelAccount) -> None:
    """Two installations, one of which marks nothing: each answers what the other one wrote."""
    start = timezone.now()
    arrive(account, letter(0, subject="Hello"))
    for number in range(1, 60):
        with clock.standing_at(start + timedelta(minutes=number)):
            arrive(account, letter(number, subject=f"Your request {number} was received"))

    assert len(confirmations()) == 2


def test_it_is_sent_by_what_follows_from_the_mail(account: ChannelAccount) -> None:
    source = Source(account.inbox_id, account.pk)
    [pk] = keep_all(source, [Arrival(letter(1).encode(), clock.now())]).values()
    take_in_each(RawMail.objects.filter(pk=pk))
    assert confirmations() == []

    run_later_reactions()

    assert len(confirmations()) == 1
