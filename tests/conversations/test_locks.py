"""Whose mail waits for whose while it is taken in."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from samovar.accounts.models import User
from samovar.conversations import arriving, joining
from samovar.conversations.inbound import InboundMessage, Receipt
from samovar.conversations.intake import receive
from samovar.conversations.models import Conversation, Inbox
from samovar.customers.recognition import LOCK_SPACE
from tests import make
from tests.beside import somebody_waits
from tests.patience import until

pytestmark = pytest.mark.django_db(transaction=True)
HELD = "SELECT objid FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND pid = pg_backend_pid()"


def held(external_id: str, address: str, *named_ids: str) -> set[int]:
    """Return what a mail holds while it is taken in."""
    inbound = make.inbound("Hello", external_id=external_id, sender=make.sender(address), named_ids=named_ids)
    with transaction.atomic(), connection.cursor() as cursor:
        arriving.lock([inbound])
        cursor.execute(HELD, [LOCK_SPACE])
        return {slot for (slot,) in cursor.fetchall()}


def test_strangers_do_not_wait_for_each_other() -> None:
    assert not held("a@mail.example", "elena@mail.example") & held("b@mail.example", "igor@mail.example")


def test_mails_of_one_person_or_of_one_thread_do() -> None:
    first = held("a@mail.example", "elena@mail.example")

    assert first & held("b@mail.example", "elena@mail.example")
    assert first & held("b@mail.example", "igor@mail.example", "a@mail.example")


def test_a_mail_that_waits_for_a_conversation_follows_it_into_another_one() -> None:
    older = make.conversation("First", external_id="a@mail.example")
    younger = make.conversation("Second", external_id="b@mail.example")
    answer = make.inbound("About the second", named_ids=("b@mail.example",))

    with ThreadPoolExecutor(1) as other:
        with transaction.atomic():
            joining.join(younger, older)
            coming = other.submit(taken_in, answer)
            until(somebody_waits)
        receipt = coming.result()

    assert (receipt.conversation_id, receipt.has_opened) == (older.pk, False)


def test_who_writes_into_a_conversation_while_it_changes_hands_writes_into_it() -> None:
    conversation, twin, olga = make.conversation("First"), make.customer(), make.agent()

    with ThreadPoolExecutor(1) as other:
        with transaction.atomic():
            Conversation.objects.filter(pk=conversation.pk).update(customer=twin)
            writing = other.submit(noted, conversation, olga)
            until(somebody_waits)
        writing.result()

    assert Conversation.objects.get(pk=conversation.pk).messages.filter(author=olga).count() == 1


def noted(conversation: Conversation, by: User) -> None:
    try:
        conversation.add_note("Hello", by=by)
    finally:
        connection.close()


def test_two_who_log_the_first_calls_at_once_make_one_place_for_them() -> None:
    with ThreadPoolExecutor(1) as other:
        with transaction.atomic():
            place = Inbox.objects.all().by_hand()
            coming = other.submit(place_of_calls)
            until(somebody_waits)
        assert coming.result() == place.pk

    assert Inbox.objects.count() == 1


def place_of_calls() -> int:
    try:
        return Inbox.objects.all().by_hand().pk
    finally:
        connection.close()


def taken_in(inbound: InboundMessage) -> Receipt:
    try:
        return receive(inbound)
    finally:
        connection.close()
