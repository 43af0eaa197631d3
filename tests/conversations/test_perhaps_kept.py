"""After an answer one press says that a promise is kept; nothing is kept by itself."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from samovar.accounts.models import User
from samovar.conversations.models import Conversation, Promise
from samovar.conversations.models.promise import PromiseKind
from samovar.conversations.promising import perhaps_kept
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def olga(client: Client) -> User:
    """An agent whose answers leave at once, signed in."""
    made = make.agent("olga")
    client.force_login(made)
    return made


def promised(conversation: Conversation, by: User, hours: int = 1, kind: PromiseKind = PromiseKind.CALL) -> Promise:
    return conversation.promise(kind, timezone.now() + timedelta(hours=hours), by=by)


def send(client: Client, conversation: Conversation, **given: str) -> str:
    fields = {"mode": "reply", "text": "We have called.", **given}
    address = f"{conversation.get_absolute_url()}messages/"
    return client.post(address, fields, headers={"HX-Request": "true"}).content.decode()


@pytest.mark.parametrize(
    ("seconds", "given"),
    [(0, {}), (10, {}), (0, {"then": "resolve"}), (0, {"step": "priority 2"}), (10, {"then": "resolve"})],
)
def test_however_it_leaves_the_line_about_it_asks(
    client: Client, olga: User, seconds: int, given: dict[str, str]
) -> None:
    olga.change_ways(undo_seconds=seconds)
    promise = promised(conversation := make.conversation(), olga)

    page = send(client, conversation, **given)

    assert f'action="/promises/{promise.pk}/ending/"' in page
    assert "Promise kept?" in page
    promise.refresh_from_db()
    assert promise.is_open
    answer = client.post(f"/promises/{promise.pk}/ending/", {"how": "kept"}, headers={"HX-Request": "true"})
    assert "ending/?undo" in answer.content.decode()
    promise.refresh_from_db()
    assert promise.kept_at


@pytest.mark.parametrize("given", [{"mode": "note"}, {"then": "later tomorrow"}])
def test_a_note_and_what_leaves_later_keep_no_promise(client: Client, olga: User, given: dict[str, str]) -> None:
    promised(conversation := make.conversation(), olga)

    assert "Promise kept?" not in send(client, conversation, **given)


def test_it_asks_for_ones_own_before_that_of_others_and_then_for_the_nearest(client: Client, olga: User) -> None:
    conversation, elena = make.conversation(), make.agent("elena")
    promised(conversation, elena, hours=1)
    later = promised(conversation, olga, hours=3)
    own = promised(conversation, olga, hours=2)

    assert perhaps_kept(Conversation.objects.get(), olga) == own
    own.keep(by=olga)
    assert perhaps_kept(Conversation.objects.get(), olga) == later


def test_steps_and_what_has_ended_are_not_asked_about(client: Client, olga: User) -> None:
    conversation = make.conversation()
    conversation.add_step("Measure it", by=olga, due_at=timezone.now() + timedelta(hours=1))
    promised(conversation, olga).keep(by=olga)

    assert "Promise kept?" not in send(client, conversation)
    assert perhaps_kept(make.conversation(), olga) is None
