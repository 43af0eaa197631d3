"""When the database fails, the page says what happened, what is lost and what to do, and all works again by itself."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import close_old_connections, connection
from django.test import Client

from samovar.conversations.models import Conversation, Message
from tests import make
from tests.full_disk import full_disk
from tests.postgres import another_connection

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def visitor() -> Client:
    """The browser of somebody who sees what goes wrong."""
    browser = Client(raise_request_exception=False)
    browser.force_login(make.agent("olga"))
    return browser


@contextmanager
def away() -> Iterator[None]:
    """Let the database refuse everybody, and cut off who is connected."""
    name = connection.settings_dict["NAME"]
    with another_connection(dbname="postgres", autocommit=True) as elsewhere:
        elsewhere.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false'.encode())
        elsewhere.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        yield
        elsewhere.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true'.encode())


def reply(visitor: Client, conversation: Conversation) -> tuple[int, str]:
    """Send a reply; return the status and what the page says."""
    typed = {"mode": "reply", "text": "It comes on Thursday."}
    answer = visitor.post(f"/conversations/{conversation.pk}/messages/", typed)
    return answer.status_code, answer.content.decode()


def test_a_full_disk_is_told_and_a_reply_goes_when_there_is_room(visitor: Client) -> None:
    conversation = make.conversation()
    with full_disk("conversations_message"):
        status, said = reply(visitor, conversation)
    assert status == 503
    assert "The disk of the server is full" in said
    assert "stays in your browser" in said

    assert reply(visitor, conversation)[0] == 302
    assert Message.objects.filter(direction="out").count() == 1


def test_who_waits_too_long_for_somebody_else_is_told_that_nothing_was_changed(visitor: Client) -> None:
    conversation = make.conversation()
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '20ms'")
    with another_connection() as other:
        other.execute("BEGIN")
        other.execute("SELECT FROM conversations_conversation FOR UPDATE")
        status, said = reply(visitor, conversation)
    connection.close()

    assert status == 503
    assert "Somebody else is changing the same thing" in said
    assert not Message.objects.filter(direction="out").exists()


def test_an_answer_that_needs_too_long_blames_nobody_else(visitor: Client) -> None:
    make.conversation()
    with connection.cursor() as cursor:
        # Every look at a customer takes a minute.
        cursor.execute("ALTER TABLE customers_customer RENAME TO customers_slow")
        cursor.execute("CREATE VIEW customers_customer AS SELECT slow.* FROM customers_slow slow, pg_sleep(60)")
        cursor.execute("SET statement_timeout = '200ms'")
    try:
        answer = visitor.get("/customers/")
    finally:
        connection.close()
        with connection.cursor() as cursor:
            cursor.execute("DROP VIEW customers_customer")
            cursor.execute("ALTER TABLE customers_slow RENAME TO customers_customer")

    assert answer.status_code == 503
    said = answer.content.decode()
    assert "needed more time than a page may take" in said
    assert "Somebody else" not in said


def test_a_database_that_is_away_is_told_and_found_again(visitor: Client) -> None:
    make.conversation()
    with away():
        answer = visitor.get("/", headers={"Accept-Language": "ru"})

    assert answer.status_code == 503
    assert answer["Retry-After"] == "5"
    assert "База данных не отвечает" in answer.content.decode()
    # As a server does between two requests, and the test client does not.
    close_old_connections()
    assert visitor.get("/").status_code == 200
