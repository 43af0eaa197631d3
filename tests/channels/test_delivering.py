"""A mail server hands mail over by a pipe: it is kept before it is told so, for whomever the envelope names."""

import signal
from dataclasses import replace
from pathlib import Path

import pytest
from django.utils import timezone

from samovar.channels import delivering
from samovar.channels.delivering import Envelope, envelope_from, inbox_of, keep, understand_now, with_envelope
from samovar.channels.models import RawMail
from samovar.conversations import signing
from samovar.conversations.models import Inbox, Message
from tests import make
from tests.channels.mails import mail
from tests.installation import Installation

SENT = mail("The desk came with a scratch.").decode()


@pytest.mark.parametrize(
    ("environment", "given", "expected"),
    [
        ({}, "", ("", None)),
        ({"ORIGINAL_RECIPIENT": "a@b", "RECIPIENT": "c@b", "SENDER": "s@x"}, "", ("a@b", "s@x")),
        ({"RECIPIENT": "c@b", "LOCAL_PART": "d", "DOMAIN": "b"}, "", ("c@b", None)),
        ({"LOCAL_PART": "care", "LOCAL_PART_SUFFIX": "+c.1", "DOMAIN": "b", "SENDER": ""}, "", ("care+c.1@b", "")),
        ({"LOCAL_PART": "care"}, "", ("", None)),
        ({"RECIPIENT": "c@b"}, "given@b", ("given@b", None)),
    ],
)
def test_the_envelope_is_found_where_mail_servers_tell_it(
    environment: dict[str, str], given: str, expected: tuple[str, str | None]
) -> None:
    envelope = envelope_from(environment, given)

    assert (envelope.recipient, envelope.sender) == expected


@pytest.mark.django_db
def test_an_inbox_is_found_by_any_of_its_addresses_with_anything_behind_a_plus() -> None:
    inbox, other = make.inbox("help@aurora.example"), make.inbox("help+orders@aurora.example")
    inbox.answer_at(["care@aurora.example"])

    for address in (
        "HELP@aurora.example",
        "help+c.1.a@aurora.example",
        "care+a+b@Aurora.example",
        "<help@aurora.example>",
    ):
        assert inbox_of(address) == inbox
    assert inbox_of("help+orders@aurora.example") == other
    for address in ("", "help", "@", "nobody@aurora.example", "help@other.example", "+help@aurora.example", "\x00"):
        assert inbox_of(address) is None


@pytest.mark.parametrize(
    ("envelope", "head"),
    [
        (Envelope("help@b.example", "s@x.example"), b"Return-Path: <s@x.example>\r\nDelivered-To: help@b.example\r\n"),
        (Envelope("help@b.example", ""), b"Return-Path: <>\r\nDelivered-To: help@b.example\r\n"),
        (Envelope("help@b.example"), b"Delivered-To: help@b.example\r\n"),
        (Envelope("a\r\nBcc: b@c", "x>\r\nFrom: boss@b.example"), b""),
        (Envelope(), b""),
    ],
)
def test_the_envelope_is_written_in_front_and_smuggles_nothing_in(envelope: Envelope, head: bytes) -> None:
    content = mail()

    assert with_envelope(content, envelope) == head + content
    assert with_envelope(b"From s@x Sun Nov 22 06:00:00 2026\n" + content, envelope) == head + content


@pytest.mark.django_db
def test_an_answer_finds_its_conversation_by_the_envelope_alone() -> None:
    conversation = make.conversation()
    inbox = conversation.inbox
    identity = conversation.customer.identities.get()
    signed = signing.signed_reply_address(inbox.address, conversation.pk, identity.pk, timezone.now())

    understand_now(keep(mail("By a blind copy.", to="somebody@else.example"), Envelope(signed, "")))

    assert Message.objects.latest("pk").conversation == conversation


@pytest.mark.django_db
def test_mail_for_nobody_is_kept_where_people_see_it() -> None:
    for number in range(2):
        understand_now(keep(mail(f"Number {number}."), Envelope("nobody@aurora.example")))

    inbox = Inbox.objects.get(name=delivering.UNROUTED)
    assert Message.objects.filter(inbox=inbox).count() == 2


@pytest.mark.django_db
def test_a_mail_that_is_handed_over_twice_is_one() -> None:
    make.inbox().answer_at(["care@aurora.example"])
    content = mail()

    for recipient in ("help@aurora.example", "help@aurora.example", "care@aurora.example"):
        understand_now(keep(content, Envelope(recipient, "s@x.example")))

    assert Message.objects.count() == 1
    assert RawMail.objects.filter(understood_at__lte=timezone.now()).count() == 2


WHERE = """
SELECT name, count(*)::int FROM conversations_inbox AS inbox JOIN channels_rawmail AS raw ON raw.inbox_id = inbox.id
WHERE understood_at IS NOT NULL GROUP BY 1 ORDER BY 1
"""


def told(installation: Installation, **variables: str) -> Installation:
    """Return an installation whose commands find more in their environment."""
    return replace(installation, variables=installation.variables | variables)


def test_the_command_answers_as_mail_servers_understand_it(installation: Installation) -> None:
    installation.run("mail", "deliver", given=SENT)
    installation.run("mail", "deliver", "--to", "nobody@aurora.example", "--from", "", given=SENT)
    told(installation, RECIPIENT="stranger@aurora.example").run("mail", "deliver", given=SENT)
    assert installation.ask(WHERE) == [("Import", 1), ("Unrouted", 2)]

    installation.run("mail", "deliver", given=" \n", code=65)
    installation.run("mail", "deliver", "--nonsense", given=SENT, code=64)
    installation.run("mail", "deliver", "--inbox", "No such", given=SENT, code=75)


def test_a_mail_survives_the_death_of_its_command_once_it_is_stored(installation: Installation) -> None:
    killed = told(installation, SAMOVAR_FAULTS="deliver.stored:1")
    killed.run("mail", "deliver", "--to", "nobody@aurora.example", given=SENT, code=-signal.SIGKILL)
    assert installation.ask("SELECT understood_at FROM channels_rawmail") == [(None,)]

    # The mail server has no answer and hands it over again.
    installation.run("mail", "deliver", "--to", "nobody@aurora.example", given=SENT)
    assert installation.ask("SELECT count(*)::int FROM channels_rawmail") == [(1,)]


def test_where_nothing_can_be_read_at_all_the_mail_server_keeps_the_mail(tmp_path: Path) -> None:
    no_folder = tmp_path / "file"
    no_folder.write_text("")

    found = Installation(no_folder).run("mail", "deliver", given=SENT, code=75)

    assert "try again later" in found.stderr
    assert "Traceback" not in found.stderr


def test_while_the_database_is_away_the_mail_server_keeps_the_mail(installation: Installation) -> None:
    away = told(installation, DATABASE_URL="postgresql://nobody@127.0.0.1:9/none")

    away.run("mail", "deliver", given=SENT, code=75)
