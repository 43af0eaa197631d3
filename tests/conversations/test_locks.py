"""Whose mail waits for whose while it is taken in."""

import pytest
from django.db import connection, transaction

from samovar.conversations import arriving
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)
HELD = "SELECT objid FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND pid = pg_backend_pid()"


def held(external_id: str, address: str, *named_ids: str) -> set[int]:
    """Return what a mail holds while it is taken in."""
    inbound = make.inbound("Hello", external_id=external_id, sender=make.sender(address), named_ids=named_ids)
    with transaction.atomic(), connection.cursor() as cursor:
        arriving.lock([inbound])
        cursor.execute(HELD, [arriving.LOCK_SPACE])
        return {slot for (slot,) in cursor.fetchall()}


def test_strangers_do_not_wait_for_each_other() -> None:
    assert not held("a@mail.example", "elena@mail.example") & held("b@mail.example", "igor@mail.example")


def test_mails_of_one_person_or_of_one_thread_do() -> None:
    first = held("a@mail.example", "elena@mail.example")

    assert first & held("b@mail.example", "elena@mail.example")
    assert first & held("b@mail.example", "igor@mail.example", "a@mail.example")
