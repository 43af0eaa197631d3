"""Whoever watches a conversation chose so or was named in a note; each is once, and what rows say stands in a log."""

import pytest
from django.test import Client

from samovar.accounts.models import User
from samovar.conversations.models import Mention, Watching
from samovar.events.models import Event
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def olga() -> User:
    """An agent who writes."""
    return make.agent("olga petrova")


def test_to_watch_and_to_stop_are_each_once(olga: User) -> None:
    conversation = make.conversation()

    for _ in range(2):
        conversation.watch(by=olga)
    for _ in range(2):
        conversation.unwatch(by=olga)

    kinds = Event.objects.filter(conversation_id=conversation.pk).order_by("pk").values_list("kind", flat=True)
    assert list(kinds)[-2:] == ["ConversationWatched", "ConversationUnwatched"]
    assert not conversation.watchings.exists()


def test_who_is_named_watches_from_then_on_and_the_rows_say_who(olga: User) -> None:
    conversation, elena = make.conversation(), make.agent("elena orlova")

    conversation.add_note("Ask @Elena Orlova and @elena orlova, not @olga petrovas", by=olga)

    [mention], [watching] = Mention.objects.all(), Watching.objects.all()
    assert (mention.user, str(mention)) == (elena, "@Elena Orlova")
    assert str(watching) == f"{elena.pk} watches {conversation.pk}"


def test_the_row_says_so_to_whoever_watches_and_to_nobody_else(client: Client, olga: User) -> None:
    conversation = make.conversation()
    conversation.watch(by=olga)

    for person, says_so in [(olga, True), (make.agent(), False)]:
        client.force_login(person)
        page = client.get("/?view=everything").content.decode()
        assert conversation.subject in page
        assert ("You watch it" in page) == says_so
