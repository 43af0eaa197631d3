"""Strange mails all the way: kept, taken in, shown, found and derived again; and mails that come at one moment."""

import threading
from collections.abc import Iterator, Sequence

import pytest
from django.db import close_old_connections, connection
from django.test import Client
from django.utils import timezone

from samovar.channels import rereading, taking_in
from samovar.channels.models import RawMail
from samovar.channels.storing import Arrival, Source, keep_all
from samovar.conversations import deriving
from samovar.conversations.models import Conversation, Message
from samovar.customers.models import Customer, Identity
from tests import make
from tests.channels.mails import mail
from tests.channels.poison import POISON

# What an agent looks for in each, and finds.
WORDS = {
    "zone -1600": "west",
    "NUL": "zeros",
    "1 MB of distinct words": "Poison",
    "lone surrogates": "Halbes",
    "10,000 parts": "part",
}
ROUNDS = 20


@pytest.fixture
def client(client: Client) -> Client:
    """An agent's browser."""
    client.force_login(make.agent())
    return client


def taken_in(content: bytes) -> Message:
    [pk] = keep_all(Source(make.inbox().pk), [Arrival(content, timezone.now())]).values()
    taking_in.take_in_each(RawMail.objects.filter(pk=pk))
    message = RawMail.objects.get(pk=pk).message
    assert message is not None
    return message


def assert_all_follows() -> None:
    """What ``samovar rebuild --check`` looks at follows from the raw mail and from what happened."""
    assert not list(rereading.differences(list(RawMail.objects.values_list("pk", flat=True))))
    assert not list(deriving.differences(list(Conversation.objects.values_list("pk", flat=True))))


@pytest.mark.django_db
@pytest.mark.parametrize("name", POISON)
def test_a_strange_mail_is_shown_found_and_derived_again(name: str, client: Client) -> None:
    message = taken_in(POISON[name]())

    assert message.mail_class == "human"
    assert client.get(f"/conversations/{message.conversation_id}/").status_code == 200
    assert client.get(f"/messages/{message.pk}/html/").status_code == (200 if message.html else 404)
    assert client.get(f"/messages/{message.pk}/raw/").status_code == 200
    found = client.get("/search/", {"q": WORDS.get(name, "Poison")}).content.decode()
    assert f"/conversations/{message.conversation_id}/" in found
    assert_all_follows()


def side_by_side(*workers: Sequence[int]) -> None:
    """Let workers take in mails at the same moment, each those whose ids it is given, in that order."""
    start = threading.Barrier(len(workers))
    errors: list[BaseException] = []

    def work(pks: Sequence[int]) -> None:
        try:
            start.wait()
            for pk in pks:
                taking_in.take_in_each(RawMail.objects.filter(pk=pk))
        except BaseException as error:  # noqa: BLE001 - it is raised again by the test
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(pks,)) for pks in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def kept(*contents: bytes) -> list[int]:
    """Store mails; return their ids in this order."""
    return [make.raw_mail(content).pk for content in contents]


@pytest.fixture
def rounds(transactional_db: None) -> Iterator[range]:
    """So many tries at the same moment, on connections of their own."""
    yield range(ROUNDS)
    close_old_connections()


def test_a_mail_and_its_answer_at_one_moment_are_one_conversation(rounds: range) -> None:
    for number in rounds:
        first = mail("The desk is scratched.", Message_ID=f"<first{number}@mail.example>")
        answer = mail("And it wobbles.", subject="Re: A scratched desk", In_Reply_To=f"<first{number}@mail.example>")
        original, reply = kept(*(first, answer) if number % 2 else (answer, first))[:: 1 if number % 2 else -1]

        side_by_side([original], [reply])

        both = RawMail.objects.filter(pk__in=[original, reply])
        assert len(set(both.values_list("message__conversation", flat=True))) == 1, f"in round {number}"
    assert Conversation.objects.count() == len(rounds)
    assert_all_follows()


def test_twenty_mails_of_somebody_new_at_one_moment_make_one_customer(rounds: range) -> None:
    new = ("Nina Novaya", "nina@mail.example")
    pks = kept(*(mail(f"Question {number}.", subject=f"Question {number}", sender=new) for number in rounds))

    side_by_side(*(pks[start::4] for start in range(4)))

    assert Customer.objects.count() == 1
    assert Identity.objects.get().value == "nina@mail.example"
    assert Message.objects.count() == len(rounds)
    assert not RawMail.objects.filter(tries__gt=1).exists()


def test_one_mail_in_two_workers_is_one_message(rounds: range) -> None:
    for number in rounds:
        [pk] = kept(mail(f"Question {number}."))

        side_by_side([pk], [pk])

    assert Message.objects.count() == len(rounds)
    assert Conversation.objects.count() == len(rounds)
    assert not RawMail.objects.filter(message=None).exists()
