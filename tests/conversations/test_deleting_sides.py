"""What was asked outside about a conversation quotes it: it is deleted, brought back and emptied with it."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.db import connection
from django.test import Client

from samovar.accounts.models import AuditEntry, User
from samovar.conversations import deriving, queries
from samovar.conversations.asking import Question, ask
from samovar.conversations.beginning import Matter
from samovar.conversations.chips import Chip
from samovar.conversations.delivered_views import VIEWS
from samovar.conversations.errors import DeletedWithMain
from samovar.conversations.jobs import remove_deleted
from samovar.conversations.models import Conversation
from samovar.conversations.models.deleting import BY_RETENTION, DeletionReason
from samovar.conversations.queries import Wanted
from samovar.conversations.recipients import Field, Person
from samovar.lib import clock
from tests import make
from tests.conversations.test_asking import SUPPLIER, asked, their_answer
from tests.customers.test_erasure import ADDRESS, CANARY, canaries

pytestmark = pytest.mark.django_db


@pytest.fixture
def olga(client: Client) -> User:
    """An agent who is signed in."""
    make.mailbox()
    user = make.agent("olga")
    client.force_login(user)
    return user


@pytest.fixture
def main(olga: User) -> Conversation:
    """A conversation with a word that is found wherever it stands."""
    return make.conversation(f"My secret: {CANARY}", sender=make.sender("elena@mail.example"))


def asked_about(main: Conversation, client: Client) -> Conversation:
    """Ask what the customer has written, and get an answer that quotes it."""
    side = asked(client, main, SUPPLIER, text="Is it so?", message=[main.messages.get().pk])
    their_answer(side, f"> {side.messages.get().text}\n\nIt is")
    side.refresh_from_db()
    return side


def is_in_sight(conversation: Conversation, client: Client, user: User) -> bool:
    """Whether the conversation is opened and listed."""
    ways = {
        client.get(conversation.get_absolute_url()).status_code == 200,
        any(conversation in queries.page(user, Wanted(view=view)).rows for view in VIEWS.values()),
    }
    assert len(ways) == 1
    return ways.pop()


def test_the_sides_are_deleted_with_it_and_come_back_with_it(client: Client, olga: User, main: Conversation) -> None:
    side, before = asked_about(main, client), asked_about(main, client)
    before.trash(DeletionReason.DOUBLE, by=olga)

    client.post(f"/conversations/{main.pk}/deletion/", {"reason": "private"})

    assert [is_in_sight(one, client, olga) for one in (main, side, before)] == [False, False, False]
    shown = client.get("/deleted/").content.decode()
    assert f"#{main.pk}<" in shown
    # They come back with the one that they are about, and not without it.
    assert f"#{side.pk}<" not in shown and f"#{before.pk}<" not in shown
    for one in (side, before):
        with pytest.raises(DeletedWithMain):
            Conversation.objects.get(pk=one.pk).restore(by=olga)
    alone = client.post(f"/conversations/{side.pk}/deletion/?undo", headers={"HX-Request": "true"})
    assert (alone.status_code, "Restore that one" in alone.content.decode()) == (422, True)

    client.post(f"/conversations/{main.pk}/deletion/?undo")

    # What was deleted before on its own stays so.
    assert [is_in_sight(one, client, olga) for one in (main, side, before)] == [True, True, False]
    assert not list(deriving.differences([main.pk, side.pk]))
    assert AuditEntry.objects.filter(action="conversation-restored").count() == 2
    client.post(f"/conversations/{before.pk}/deletion/?undo")
    assert is_in_sight(before, client, olga)


def test_after_30_days_nothing_is_left_of_it_in_its_sides(client: Client, olga: User, main: Conversation) -> None:
    side = asked_about(main, client)
    main.trash(DeletionReason.PRIVATE, by=olga)

    with clock.standing_at(clock.now() + timedelta(days=31)):
        remove_deleted()

    assert canaries() == []
    assert not side.messages.exclude(text="").exists() and side.messages.count() == 2
    side.refresh_from_db()
    assert side.removed_at is not None
    assert not list(deriving.differences([side.pk]))


def test_a_side_that_is_left_of_what_retention_removed_is_deleted_and_restored_alone(
    client: Client, olga: User, main: Conversation
) -> None:
    side = asked_about(main, client)
    Conversation.objects.filter(pk=main.pk).update(deleted_at=clock.now(), deletion_reason=BY_RETENTION)

    side.trash(DeletionReason.TRIAL, by=olga)

    assert f"#{side.pk}<" in client.get("/deleted/").content.decode()
    client.post(f"/conversations/{side.pk}/deletion/?undo")
    assert is_in_sight(side, client, olga)


def test_nobody_is_asked_about_what_was_deleted_meanwhile(olga: User, main: Conversation) -> None:
    chip = Chip(Field.TO, Person("", SUPPLIER))
    question = Question(matter=Matter(inbox=main.inbox, subject="A", subject_key="a"), to=[chip], text="Is it so?")
    Conversation.objects.get(pk=main.pk).trash(DeletionReason.TRIAL, by=olga)

    with pytest.raises(Conversation.DoesNotExist):
        ask(main, question, by=olga)


def test_sides_of_what_was_deleted_before_are_taken_out_of_sight(
    client: Client, olga: User, main: Conversation
) -> None:
    side = asked_about(main, client)
    main.trash(DeletionReason.PRIVATE, by=olga)
    # As the version before left it.
    Conversation.objects.filter(pk=side.pk).update(deleted_at=None, deleted_by=None, deletion_reason="")
    other = asked_about(make.conversation(CANARY, sender=make.sender(ADDRESS, CANARY), subject="B"), client)

    with connection.cursor() as cursor:
        cursor.execute(import_module("samovar.conversations.migrations.0036_sides_of_what_is_deleted").HIDE)

    assert not is_in_sight(side, client, olga)
    assert is_in_sight(other, client, olga)
    main.refresh_from_db()
    main.restore(by=olga)
    assert is_in_sight(side, client, olga)
