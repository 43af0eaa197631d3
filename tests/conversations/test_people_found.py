"""People are found in every menu as they are typed: with ё or е, and in whichever layout the keyboard stands."""

import re

import pytest
from django.test import Client

from samovar.accounts.models import User
from samovar.conversations import bulk_choices
from samovar.conversations.filters.of_work import AssigneeFilter
from samovar.conversations.models import Conversation
from samovar.lib import clock
from tests import make

pytestmark = pytest.mark.django_db
TYPED = ["фёдор", "федор", "ФЕДОР", "atljh", "a`ljh"]


@pytest.fixture
def olga(client: Client) -> User:
    """An agent who looks for colleagues."""
    olga = make.agent("olga")
    client.force_login(olga)
    return olga


@pytest.fixture
def conversation(olga: User) -> Conversation:
    """Something to give away, and somebody to give it to."""
    make.agent("Фёдор Зимин")
    make.agent("Anton")
    return make.conversation()


@pytest.mark.parametrize("typed", TYPED)
@pytest.mark.parametrize("menu", ["assignees", "colleagues", "experts"])
def test_in_the_menus_of_one_conversation(client: Client, conversation: Conversation, menu: str, typed: str) -> None:
    page = client.get(f"/conversations/{conversation.pk}/{menu}/", {"q": typed}).content.decode()

    assert "Фёдор Зимин" in page
    assert "Anton" not in page


@pytest.mark.parametrize("typed", TYPED)
def test_in_the_bar_and_in_the_filter(olga: User, conversation: Conversation, typed: str) -> None:
    assert [one.label for one in bulk_choices.people(typed, olga)] == ["Фёдор Зимин"]
    assert [name for _value, name in AssigneeFilter().offers(typed, olga)] == ["Фёдор Зимин"]


@pytest.mark.parametrize("menu", ["assignees", "colleagues", "experts"])
def test_who_is_called_as_it_was_typed_stands_first(client: Client, olga: User, menu: str) -> None:
    # The keys of "el" write "уд" in the Russian layout; who is found so stands behind, though one comes before by name.
    for name in ("Elena", "Удалов"):
        make.agent(name)
    address = f"/conversations/{make.conversation().pk}/{menu}/"

    latin, russian = (client.get(address, {"q": typed}).content.decode() for typed in ("el", "уд"))

    assert 0 < latin.index("Elena") < latin.index("Удалов")
    assert 0 < russian.index("Удалов") < russian.index("Elena")


@pytest.mark.parametrize("typed", ["el", "EL", "уд"])
def test_whose_name_begins_so_stands_before_whose_name_contains_it_though_they_are_away(
    client: Client, olga: User, typed: str
) -> None:
    for name in ("Pavel Orlov", "Daniel Fox", "Elena Petrova", "Maria El-Sayed"):
        make.agent(name)
    # They have just acted: they are here, and the others are away.
    User.objects.filter(name__in=["Pavel Orlov", "Maria El-Sayed"]).update(seen_at=clock.now())
    pavel = User.objects.get(name="Pavel Orlov")

    page = client.get(f"/conversations/{make.conversation().pk}/assignees/", {"q": typed}).content.decode()

    names = ["Maria El-Sayed", "Elena Petrova", "Pavel Orlov", "Daniel Fox"]
    assert sorted(names, key=page.index) == names
    assert [one.label for one in bulk_choices.people(typed, olga)] == names
    # Nor does whoever asks come before whom they mean.
    assert [one.label for one in bulk_choices.people(typed, pavel)] == names
    assert bulk_choices.people("", pavel)[0].label == "Pavel Orlov"


def test_a_word_begins_so_with_e_for_yo_too(olga: User) -> None:
    for name in ("Семён", "Пётр Ёлкин"):
        make.agent(name)

    assert [one.label for one in bulk_choices.people("е", olga)] == ["Пётр Ёлкин", "Семён"]
    assert [one.label for one in bulk_choices.people("t", olga)] == ["Пётр Ёлкин", "Семён"]


def test_a_tag_that_begins_so_stands_first_and_a_new_one_last(client: Client, olga: User) -> None:
    for name in ("Care", "Refund"):
        make.tag(name)
    conversation = make.conversation()

    page = client.get(f"/conversations/{conversation.pk}/tags/", {"q": "re"}).content.decode()

    names = ["Refund", "Care", "New tag “re”"]
    assert sorted(names, key=page.index) == names
    assert [one.label for one in bulk_choices.tags("re", olga)] == names
    assert [one.label for one in bulk_choices.tags("vip", olga)] == ["New tag “vip”"]


def test_a_tag_and_a_team_are_found_so_too(olga: User) -> None:
    make.tag("Счёт")
    make.team("Доставка", olga)

    assert "Счёт" in [one.label for one in bulk_choices.untags("счет", olga)]
    assert "Счёт" in [one.label for one in bulk_choices.untags("cxtn", olga)]
    assert [one.label for one in bulk_choices.people("ljcnfdrf", olga)] == ["Доставка"]


def test_a_team_that_begins_so_stands_before_people_in_whose_names_it_stands_somewhere(
    client: Client, olga: User
) -> None:
    make.agent("Rosalea Moss")
    for name in ("Wholesale", "Sales"):
        make.team(name)
    address = f"/conversations/{make.conversation().pk}/assignees/"

    pages = [client.get(address, {"q": typed}).content.decode() for typed in ("sale", "rosa")]

    assert [re.findall(r'<span class="truncate">([^<]+)', page) for page in pages] == [
        ["Sales", "Wholesale", "Rosalea Moss"],
        ["Rosalea Moss"],
    ]
