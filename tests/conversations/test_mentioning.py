"""Naming colleagues in a note: who is offered, who is told."""

import pytest
from django.test import Client

from samovar.accounts.models import Role, User
from samovar.conversations import mentioning
from samovar.conversations.models import Conversation, Inbox
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def olga() -> User:
    """An agent who writes."""
    return make.agent("olga")


def offered(conversation: Conversation, author: User, letters: str) -> list[str]:
    """Return the names that the letters could mean."""
    return [person.name for person in mentioning.suggested(conversation, author, letters)]


@pytest.mark.parametrize(
    ("letters", "names"),
    [
        ("el", ["Elena Orlova", "Mikhail Elin"]),
        ("ELENA O", ["Elena Orlova"]),
        ("lena", []),
        ("пётр ким", ["Пётр Ким"]),
        ("пё", ["Пётр Ким"]),
        ("пе", ["Пётр Ким"]),
        ("%", []),
        ("", ["Elena Orlova", "Mikhail Elin", "Пётр Ким"]),
    ],
)
def test_whose_name_begins_so_comes_first(olga: User, letters: str, names: list[str]) -> None:
    for name in ("mikhail elin", "elena orlova", "пётр ким"):
        make.agent(name)

    assert offered(make.conversation(), olga, letters) == names


def test_only_those_who_see_the_conversation_are_offered(olga: User) -> None:
    member, _stranger, boss = make.agent("elena"), make.agent("elvira"), make.admin("ella")
    make.user("eli", role=Role.EXPERT)
    gone = make.agent("elmira")
    gone.deactivate(by=boss)
    conversation = make.conversation()
    Inbox.objects.get(pk=conversation.inbox_id).open_for([make.team("Care", olga, member)], by=boss)

    assert offered(conversation, olga, "el") == ["Elena", "Ella"]


def test_the_list_is_given_to_whoever_writes_there(client: Client, olga: User) -> None:
    make.agent("elena <b>")
    client.force_login(olga)

    page = client.get(f"/conversations/{make.conversation().pk}/colleagues/", {"q": "el"}).content.decode()

    assert 'data-inserts="@Elena &lt;B&gt; "' in page
