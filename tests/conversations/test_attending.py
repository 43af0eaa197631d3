"""What an open page tells the others: that it is open, and how what is written there begins."""

from collections.abc import Callable, Iterator

import psycopg
import pytest
from django.test import Client

from samovar.accounts.models import Role, User
from samovar.conversations import attending, merging
from samovar.conversations.attending import Sign
from samovar.conversations.models.deleting import DeletionReason
from tests import make
from tests.postgres import database_address

Told = Callable[[], list[Sign]]
TAB = {"X-Tab": "desk1"}


@pytest.fixture
def told(transactional_db: None) -> Iterator[Told]:
    """Return all signs that were told since it was asked last."""
    with psycopg.connect(database_address(), autocommit=True) as connection:
        connection.execute(f"LISTEN {attending.CHANNEL}".encode())

        def heard() -> list[Sign]:
            connection.execute("SELECT 1")
            found = [Sign.read(one.payload) for one in connection.notifies(timeout=0)]
            return [one for one in found if one is not None]

        yield heard


@pytest.fixture
def anna(transactional_db: None) -> User:
    """An agent."""
    return make.agent("anna")


@pytest.fixture
def hers(client: Client, anna: User) -> Client:
    """Return her browser."""
    client.force_login(anna)
    return client


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ""),
        (" \n ", ""),
        ("Good afternoon", "Good afternoon"),
        ("Good **afternoon**,\n\n\nI have [looked](https://a.example)", "Good afternoon, I have looked"),
        ("<b>bold</b> & \x00", "<b>bold</b> & \ufffd"),
        ("ё" * 61, "ё" * 59 + "…"),
        ("a" * 1_000_000, "a" * 59 + "…"),
    ],
)
def test_a_text_begins_with_its_first_words_in_one_line(text: str, words: str) -> None:
    assert attending.beginning(text) == words


@pytest.mark.parametrize(
    ("named", "tab"),
    [("a1", "a1"), ("", ""), ("A", ""), ("a b", ""), ("a\n", ""), ("a" * 40, "a" * 40), ("a" * 41, "")],
)
def test_a_screen_has_a_short_plain_name(named: str, tab: str) -> None:
    assert attending.tab_of(named) == tab


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"name": "Anna"}', '{"user_id": 1, "colour": "red"}'])
def test_what_another_version_tells_is_no_sign(text: str) -> None:
    assert Sign.read(text) is None


def test_the_longest_sign_fits_into_a_notification(told: Told) -> None:
    user = make.user("ж" * 190)
    conversation = make.conversation()

    attending.write(conversation, user, "note", "\U0001f600" * 400, "z" * 40)

    [sign] = told()
    assert (sign.name, len(sign.words)) == (user.name, 60)


def test_a_page_tells_that_it_is_open_and_that_it_is_not(told: Told, hers: Client, anna: User) -> None:
    conversation = make.conversation()

    answers = [
        hers.post(f"/conversations/{conversation.pk}/attendance/", headers=TAB),
        hers.delete(f"/conversations/{conversation.pk}/attendance/", headers=TAB),
        # A screen without a name could not be told from another.
        hers.post(f"/conversations/{conversation.pk}/attendance/"),
    ]

    assert [answer.status_code for answer in answers] == [204, 204, 204]
    opened, left = told()
    assert (opened.name, opened.conversation_id, opened.inbox_id) == ("Anna", conversation.pk, conversation.inbox_id)
    assert left == Sign(user_id=anna.pk, tab="desk1")


@pytest.mark.parametrize("role", [Role.OBSERVER, Role.LEAD, Role.ADMIN])
def test_whoever_may_look_is_somebody_who_looks(told: Told, client: Client, role: Role) -> None:
    client.force_login(make.user(role=role))

    answer = client.post(f"/conversations/{make.conversation().pk}/attendance/", headers=TAB)

    assert answer.status_code == 204
    assert len(told()) == 1


def test_nobody_tells_anything_of_a_conversation_that_they_may_not_see(told: Told, hers: Client, anna: User) -> None:
    secret, gone = make.conversation(), make.conversation(inbox_id=make.inbox("shop@a.example").pk)
    make.inbox().open_for([make.team("Pay")], by=make.admin())
    gone.trash(DeletionReason.MISTAKE, by=anna)

    for pk in (secret.pk, gone.pk, 999_999):
        assert hers.post(f"/conversations/{pk}/attendance/", headers=TAB).status_code == 404
        assert hers.delete(f"/conversations/{pk}/attendance/", headers=TAB).status_code == 404
        assert hers.post(f"/conversations/{pk}/drafts/note/", {"text": "Hidden"}, headers=TAB).status_code == 404
    assert told() == []


def test_a_page_of_what_was_merged_is_told_nothing_behind_its_reader(told: Told, hers: Client, anna: User) -> None:
    old, new = make.conversation(), make.conversation()
    merging.merge(old, new, by=anna)

    assert hers.post(f"/conversations/{old.pk}/attendance/", headers=TAB).status_code == 404

    assert told() == []
    assert "merged" not in hers.get(f"/conversations/{new.pk}/").content.decode().split('id="toasts"')[1]


def test_a_draft_tells_how_it_begins_and_what_was_sent_that_nothing_is_written(told: Told, hers: Client) -> None:
    conversation = make.conversation()
    draft = f"/conversations/{conversation.pk}/drafts/note/"

    hers.post(draft, {"text": "Ask the *depot* first"}, headers=TAB)
    hers.post(f"/conversations/{conversation.pk}/messages/", {"mode": "note", "text": "Ask the *depot* first"})
    # A browser that is slow delivers the draft after the note.
    hers.post(draft, {"text": "Ask the *depot* first"}, headers=TAB)
    hers.post(draft, {"text": ""}, headers=TAB)

    assert [(sign.mode, sign.words) for sign in told()] == [("note", "Ask the depot first"), ("note", ""), ("note", "")]
