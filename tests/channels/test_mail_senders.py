"""Groups, forwarders and web forms in front of an inbox do not hide who wrote, and make nobody a machine."""

from datetime import UTC, datetime

import pytest

from samovar.channels.mail.classes import MailClass, classify
from samovar.channels.mail.forwards import forwarded_sender
from samovar.channels.mail.parsing import parse
from samovar.channels.mail.senders import OwnPlaces, original_sender
from samovar.channels.models import RawMail
from samovar.channels.storing import Arrival, Source, keep_all
from samovar.channels.taking_in import take_in_each
from samovar.channels.understanding import Envelope, understand
from samovar.conversations.models import Conversation, Message
from tests import make

OWN = OwnPlaces.of(["desk@aurora.example", "Support@aurora.example"], ["form@shop.example"])
GROUP = (
    "From: 'Anna Orlova' via Support <support@aurora.example>\nX-Original-From: Anna Orlova <anna@mail.example>\n"
    "X-Original-Sender: anna@mail.example\nReply-To: Anna Orlova <anna@mail.example>\nPrecedence: list\n"
    "Mailing-list: list support@aurora.example; contact support+owners@aurora.example\n"
    "List-ID: <support.aurora.example>\nX-Google-Group-Id: 1\nList-Post: <mailto:support@aurora.example>\n"
    "List-Unsubscribe: <mailto:googlegroups-manage+1@googlegroups.com>\n"
)
STAYING = "From: Anna Orlova <anna@mail.example>\nPrecedence: list\nList-ID: <support.aurora.example>\n"
INNER = "From: Anna <anna@mail.example>\nList-Id: <team.aurora.example>\nList-Post: <mailto:team@aurora.example>\n"
REDIRECT = "From: Anna <anna@mail.example>\nX-MS-Exchange-Inbox-Rules-Loop: support@aurora.example\n"
FORWARDER = (
    "From: Anna <anna@mail.example>\nX-Forwarded-For: support@aurora.example desk@aurora.example\nPrecedence: bulk\n"
    "X-Loop: support@aurora.example\n"
)


def class_of(header: str, own: OwnPlaces = OWN) -> str:
    return classify(parse(f"{header}Subject: The desk\n\nWhere is it?".encode()), own)


def sender_of(header: str, own: OwnPlaces = OWN) -> tuple[str, str]:
    found = original_sender(parse(f"{header}Subject: The desk\n\nWhere is it?".encode()), own)
    return found.name, found.address


@pytest.mark.parametrize("header", [GROUP, STAYING, INNER, REDIRECT, FORWARDER])
def test_marks_that_our_own_group_or_forwarder_put_there_make_nobody_a_machine(header: str) -> None:
    assert class_of(header) == MailClass.HUMAN
    assert class_of(header, OwnPlaces.of(["other@else.example"])) != MailClass.HUMAN


@pytest.mark.parametrize(
    "header",
    [
        "From: a@b.example\nList-Id: <news.b.example>\nX-Forwarded-For: support@aurora.example desk@aurora.example\n",
        "From: a@b.example\nPrecedence: bulk\n",
        "From: a@b.example\nX-Loop: a@b.example\n",
        "From: a@b.example\nList-Id: <aurora.example.b.example>\n",
        "From: a@b.example\nAuto-Submitted: auto-replied\nList-ID: <support.aurora.example>\n",
    ],
)
def test_newsletters_stay_newsletters_whoever_passed_them_on(header: str) -> None:
    assert class_of(header) != MailClass.HUMAN


def test_a_domain_that_many_share_is_not_ours() -> None:
    own = OwnPlaces.of(["our.shop@gmail.com"])

    assert class_of("From: a@b.example\nList-Post: <mailto:club@gmail.com>\n", own) == MailClass.LIST
    assert class_of("From: a@b.example\nList-Post: <mailto:our.shop+x@gmail.com>\n", own) == MailClass.HUMAN


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (GROUP, ("Anna Orlova", "anna@mail.example")),
        (STAYING, ("Anna Orlova", "anna@mail.example")),
        # Without X-Original-From: a list that rewrote the sender for DMARC.
        (
            'From: "Anna via Support" <support@aurora.example>\nReply-To: anna@mail.example\n',
            ("Anna", "anna@mail.example"),
        ),
        (
            "From: 'Anna' via Support <support@aurora.example>\nX-Original-Sender: anna@mail.example\n",
            ("Anna", "anna@mail.example"),
        ),
        # A list of strangers that names the writer twice.
        (
            "From: Anna via Club <club@lists.example>\nX-Original-From: Anna <anna@mail.example>\n"
            "Reply-To: anna@mail.example\nList-Post: <mailto:club@lists.example>\n",
            ("Anna", "anna@mail.example"),
        ),
        # A web form of ours.
        ("From: Form <form@shop.example>\nReply-To: Anna <anna@mail.example>\n", ("Anna", "anna@mail.example")),
        ("From: Form <form@shop.example>\n", ("Form", "form@shop.example")),
        # Anybody may ask to be answered elsewhere; that makes them nobody else.
        ("From: Eve <eve@evil.example>\nReply-To: anna@mail.example\n", ("Eve", "eve@evil.example")),
        ("From: Eve <eve@evil.example>\nX-Original-From: anna@mail.example\n", ("Eve", "eve@evil.example")),
        (
            "From: Eve <eve@evil.example>\nX-Original-From: anna@mail.example\nList-ID: <support.aurora.example>\n",
            ("Eve", "eve@evil.example"),
        ),
        # A colleague writes from an address of ours, and no list has anything to do with it.
        ("From: Shop <support@aurora.example>\nReply-To: anna@mail.example\n", ("Shop", "support@aurora.example")),
    ],
)
def test_the_writer_is_who_wrote(header: str, expected: tuple[str, str]) -> None:
    assert sender_of(header) == expected


def test_a_check_of_the_group_says_nothing_about_the_writer() -> None:
    checked = f"Authentication-Results: mx.aurora.example; dmarc=pass header.from=aurora.example\n{GROUP}\nHello"
    envelope = Envelope(1, datetime.now(UTC), addresses=("support@aurora.example",), trusted=("mx.aurora.example",))

    inbound = understand(checked.encode(), envelope).inbound

    assert (inbound.sender.shown, inbound.verdict, inbound.sender.is_verified) == (
        "anna@mail.example",
        "claimed",
        False,
    )


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (
            "Take over\n\n---------- Forwarded message ---------\nFrom: Anna <anna@mail.example>\nDate: x\n",
            "anna@mail.example",
        ),
        ("FYI\n\n-----Исходное сообщение-----\nОт: Анна [mailto:anna@mail.example]\nТема: x\n", "anna@mail.example"),
        ("> *From:* Anna <anna@mail.example>\n> *Sent:* Monday\n", "anna@mail.example"),
        ("Nobody is named here", None),
        ("From: nobody at all\n", None),
    ],
)
def test_the_writer_of_a_mail_that_was_passed_on_stands_in_it(text: str, address: str | None) -> None:
    found = forwarded_sender(parse(f"From: olga@aurora.example\n\n{text}".encode()))

    assert (found.address if found else None) == address


def test_the_writer_of_an_attached_mail_is_found_too() -> None:
    raw = (
        "From: olga@aurora.example\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nFYI\n--b\n"
        "Content-Type: message/rfc822\n\nFrom: Anna <anna@mail.example>\nSubject: x\n\nHello\n--b--\n"
    )

    found = forwarded_sender(parse(raw.encode()))

    assert found is not None
    assert found.address == "anna@mail.example"


def arrive(raw: str) -> Message:
    """Let a mail arrive alive."""
    [pk] = keep_all(
        Source(make.inbox("support@aurora.example").pk), [Arrival(raw.encode(), datetime.now(UTC))]
    ).values()
    take_in_each(RawMail.objects.filter(pk=pk))
    message = RawMail.objects.get(pk=pk).message
    assert message is not None
    return message


@pytest.mark.django_db
@pytest.mark.parametrize("header", [GROUP, FORWARDER])
def test_an_answer_through_a_group_or_a_forwarder_takes_up_a_resolved_conversation(header: str) -> None:
    first = arrive(f"{header}Message-ID: <1@mail.example>\nSubject: Desk\n\nWhere is it?\n")
    conversation = Conversation.objects.get(pk=first.conversation_id)
    olga = make.agent("olga")
    reply = conversation.reply("On its way", by=olga)
    conversation.resolve(by=olga)

    answer = arrive(
        f"{header}Message-ID: <2@mail.example>\nIn-Reply-To: <{reply.external_id}>\nSubject: Re: Desk\n\nNot yet.\n"
    )

    conversation.refresh_from_db()
    assert answer.conversation_id == conversation.pk
    assert conversation.customer.identities.get().value == "anna@mail.example"
    assert conversation.resolved_at is None
    assert conversation.waiting_since is not None
