"""The page of the search and the palette."""

import html
import re

import pytest
from django.test import Client

from samovar.accounts.models import Role, User
from tests import make

pytestmark = pytest.mark.django_db

PALETTE = {"HX-Request": "true", "HX-Target": "palette-results"}


@pytest.fixture
def olga(client: Client) -> User:
    """An agent who is signed in."""
    user = make.agent("olga")
    client.force_login(user)
    return user


def test_people_and_conversations_are_found_with_the_words_marked(client: Client, olga: User) -> None:
    conversation = make.conversation("The desk came with a scratch.")

    text = client.get("/search/?q=desk").content.decode()
    person = client.get("/search/?q=sokolva").content.decode()

    assert f'href="/conversations/{conversation.pk}/"' in text
    assert "<mark>desk</mark>" in text
    assert f'href="/customers/{conversation.customer_id}/"' in person


@pytest.mark.parametrize("sign", ["#", "№", "№ ", "№\u00a0"])
def test_a_number_leads_to_its_conversation_in_both_languages(client: Client, olga: User, sign: str) -> None:
    conversation = make.conversation()

    assert client.get("/search/", {"q": f"{sign}{conversation.pk}"})["Location"] == conversation.get_absolute_url()


@pytest.mark.parametrize(("text", "words"), [("", "Find a person or what was said"), ("zzzzzz", "Nothing is found")])
def test_an_empty_page_says_what_to_do(client: Client, olga: User, text: str, words: str) -> None:
    assert words in client.get("/search/", {"q": text}).content.decode()


def test_what_was_found_is_shown_page_by_page_and_no_conversation_twice(client: Client, olga: User) -> None:
    opened = [make.conversation(f"A sofa {number}.", external_id=f"{number}@mail.example").pk for number in range(45)]
    for number in range(30):
        make.received("The sofa again.", named_ids=(f"{number % 3}@mail.example",))
    address, seen = "/search/?q=sofa", []

    while address:
        text = client.get(address, headers={"HX-Request": "true", "HX-Target": "more"}).content.decode()
        assert "<html" not in text
        seen.append([int(pk) for pk in re.findall(r'href="/conversations/(\d+)/"', text)])
        following = re.search(r'hx-get="([^"]+)"', text)
        address = html.unescape(following[1]) if following else ""

    assert [len(page) for page in seen] == [20, 20, 5]
    assert sorted(pk for page in seen for pk in page) == opened
    assert set(opened[:3]) <= set(seen[0])


@pytest.mark.parametrize("mark", ["x", "1.1", "9999999999999999.1"])
def test_a_page_may_be_asked_for_by_a_strange_mark(client: Client, olga: User, mark: str) -> None:
    make.conversation("A sofa.")

    assert client.get("/search/", {"q": "sofa", "after": mark}).status_code == 200


def test_the_palette_shows_what_was_open_last(client: Client, olga: User) -> None:
    first, second = make.conversation(subject="A desk"), make.conversation(subject="A sofa")
    for conversation in (first, second, first):
        client.get(f"/conversations/{conversation.pk}/")
    client.get(f"/conversations/{second.pk}/", headers={"X-Ahead": "1", "HX-Request": "true", "HX-Target": "thread"})

    text = client.get("/search/", headers=PALETTE).content.decode()

    assert text.index("A desk") < text.index("A sofa")
    assert text.count("A desk") == 1


@pytest.mark.parametrize("cookie", ["x", "1.2.3.4.5.6.7.8", f"{'9' * 30}", "-1", "1..2"])
def test_a_strange_cookie_breaks_nothing(client: Client, olga: User, cookie: str) -> None:
    client.cookies["recent"] = cookie

    assert client.get("/search/", headers=PALETTE).status_code == 200
    assert client.get(f"/conversations/{make.conversation().pk}/").status_code == 200


def test_the_palette_finds_and_leads_to_everything(client: Client, olga: User) -> None:
    conversation = make.conversation()

    text = client.get("/search/?q=elena", headers=PALETTE).content.decode()

    assert f'role="option" aria-selected="false" tabindex="-1" href="/customers/{conversation.customer_id}/"' in text
    assert 'href="/search/?q=elena"' in text
    assert "<html" not in text


def test_the_palette_teaches_the_keys_where_they_work(client: Client, olga: User) -> None:
    here = {**PALETTE, "HX-Current-URL": "http://testserver/conversations/5/"}

    assert 'data-presses="S"' in client.get("/search/?q=snoo", headers=here).content.decode()
    assert 'data-presses="S"' not in client.get("/search/?q=snoo", headers=PALETTE).content.decode()
    client.force_login(make.user(role=Role.OBSERVER))
    assert 'data-presses="S"' not in client.get("/search/?q=snoo", headers=here).content.decode()


def test_an_outside_expert_finds_no_conversations(client: Client) -> None:
    make.conversation("The desk came with a scratch.")
    client.force_login(make.user(role=Role.EXPERT))

    assert "<mark>" not in client.get("/search/?q=desk").content.decode()
