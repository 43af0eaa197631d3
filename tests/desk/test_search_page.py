"""The page of the search and the palette."""

import html
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from samovar.accounts.context import own_places
from samovar.accounts.models import Role, User
from samovar.conversations.models import Conversation, Message
from samovar.conversations.models.deleting import DeletionReason
from samovar.desk.menu import settings_of
from tests import make

pytestmark = pytest.mark.django_db

PALETTE = {"HX-Request": "true", "HX-Target": "palette-results"}
MORE = {"HX-Request": "true", "HX-Target": "more"}
# What not everybody may open.
FOR_LEADERS = {"Mailboxes": "/mailboxes/", "Audit log": "/audit/", "Retention": "/retention/", "Macros": "/macros/"}


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


def in_closed_inbox() -> Conversation:
    """A conversation in an inbox that is open to a team of nobody here."""
    pay = make.inbox("pay@aurora.example")
    pay.open_for([make.team("Pay")], by=make.admin("anna"))
    return make.conversation("A sofa in the closed inbox.", inbox_id=pay.pk, sender=make.sender("eve@mail.example"))


def deleted() -> Conversation:
    """A conversation that somebody has deleted."""
    conversation = make.conversation("A sofa in the bin.", sender=make.sender("eve@mail.example"))
    conversation.trash(DeletionReason.MISTAKE, by=make.agent("oleg"))
    return conversation


def say_again(conversation: Conversation, times: int) -> None:
    """Let the first message of a conversation come many times more, each a second later."""
    first = conversation.messages.earliest("created_at")
    told = {"conversation": conversation, "inbox_id": first.inbox_id, "direction": "in"}
    told |= {"text": first.text, "numbers": first.numbers}
    moments = (first.created_at + timedelta(seconds=number + 1) for number in range(times))
    Message.objects.bulk_create(Message(**told, sent_at=at, created_at=at) for at in moments)


@pytest.mark.parametrize("out_of_sight", [in_closed_inbox, deleted])
@pytest.mark.parametrize("headers", [{}, PALETTE], ids=["page", "palette"])
def test_newer_messages_that_nobody_shows_me_hide_none_of_mine(
    client: Client, olga: User, out_of_sight: Callable[[], Conversation], headers: dict[str, str]
) -> None:
    mine = make.conversation("A sofa for me.")
    say_again(out_of_sight(), 250)

    text = client.get("/search/?q=sofa", headers=headers).content.decode()

    assert re.findall(r'href="/conversations/(\d+)/"', text) == [str(mine.pk)]


@pytest.mark.parametrize("asked", ["sofa", "20418"])
@pytest.mark.parametrize("out_of_sight", [in_closed_inbox, deleted])
def test_the_mark_of_the_next_page_tells_nothing_of_what_nobody_shows_me(
    client: Client, olga: User, out_of_sight: Callable[[], Conversation], asked: str
) -> None:
    conversation = out_of_sight()
    Message.objects.filter(conversation=conversation).update(text="A sofa, order 20418", numbers="20418")
    say_again(conversation, 250)

    assert "after=" not in client.get("/search/", {"q": asked}, headers=MORE).content.decode()


def test_what_is_open_to_a_team_is_found_by_its_members_and_by_administrators(client: Client, olga: User) -> None:
    conversation = in_closed_inbox()
    found = []

    for user in (olga, make.admin("anton"), make.user(role=Role.OBSERVER)):
        client.force_login(user)
        found.append(f"/conversations/{conversation.pk}/" in client.get("/search/?q=sofa").content.decode())

    assert found == [False, True, False]


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


def test_the_palette_understands_people_and_macros_typed_in_the_other_layout(client: Client, olga: User) -> None:
    conversation = make.conversation(sender=make.sender("elena@mail.example", "Елена Соколова"))
    make.macro("Елена просит подождать", "A moment.")
    here = {**PALETTE, "HX-Current-URL": f"http://testserver{conversation.get_absolute_url()}"}

    text = client.get("/search/?q=tktyf", headers=here).content.decode()

    assert f'href="/customers/{conversation.customer_id}/"' in text
    assert "Apply: Елена просит подождать" in text


@pytest.mark.parametrize("text", ["tktyf", "elena"])
def test_either_layout_takes_as_many_questions(
    client: Client, olga: User, text: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for name in ("Елена Соколова", "Elena Brandt"):
        make.customer(name)
    client.get("/search/?q=zzz", headers=PALETTE)
    with CaptureQueriesContext(connection) as plain:
        client.get("/search/?q=brandt", headers=PALETTE)

    with django_assert_num_queries(len(plain)):
        client.get(f"/search/?q={text}", headers=PALETTE)


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


def test_the_palette_knows_who_is_most_likely_the_same_person(client: Client, olga: User) -> None:
    first = make.conversation(sender=make.sender("elena@mail.example", "Elena Sokolova"))
    second = make.conversation(sender=make.sender("lena@mail.example", "Elena Sokolova"))
    asked = {
        "HX-Request": "true",
        "HX-Target": "palette-results",
        "HX-Current-URL": f"http://testserver{first.get_absolute_url()}",
    }

    page = client.get("/search/?q=mer", headers=asked).content.decode()

    assert page.index(f"/customers/{first.customer_id}/merging/{second.customer_id}/") < page.index("Merge this")


@pytest.mark.parametrize("role", Role)
def test_the_palette_leads_to_every_setting_of_the_menus_and_to_no_other(client: Client, role: Role) -> None:
    user = make.user(role=role)
    client.force_login(user)
    entries = [*settings_of(user), *own_places(user)]

    for entry in entries:
        text = client.get("/search/", {"q": entry.label}, headers=PALETTE).content.decode()
        assert f'href="{entry.url}"' in text, entry.label

    found = {name: client.get("/search/", {"q": name}, headers=PALETTE).content.decode() for name in FOR_LEADERS}
    shown = {name for name, address in FOR_LEADERS.items() if f'href="{address}"' in found[name]}
    assert shown == {entry.label for entry in entries} & set(FOR_LEADERS)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("dark theme", "/profile/#id_theme"),
        ("density", "/profile/#id_density"),
        ("compact", "/profile/#id_density"),
        ("comfortable", "/profile/#id_density"),
        ("signature", "/profile/#id_signature"),
        ("quiet hours", "/profile/#id_quiet_from"),
        ("undo send", "/profile/#id_undo_seconds"),
        ("what i am told", "/profile/notices/"),
        ("my keys", "/keys/"),
        ("my reminders", "/reminders/"),
        ("sign out", "/accounts/logout/"),
    ],
)
def test_the_palette_leads_to_what_one_sets_for_oneself(client: Client, olga: User, text: str, address: str) -> None:
    assert f'href="{address}"' in client.get("/search/", {"q": text}, headers=PALETTE).content.decode()
    assert client.get(address).status_code == 200


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("плотно", 'href="/profile/#id_density"'),
        ("просторно", 'href="/profile/#id_density"'),
        ("моя подпись", 'href="/profile/#id_signature"'),
        ("тихие часы", 'href="/profile/#id_quiet_from"'),
        ("отправить позже", 'data-presses="send-later"'),
    ],
)
def test_the_palette_is_asked_in_russian_too(client: Client, olga: User, text: str, found: str) -> None:
    olga.change_ways(language="ru")
    here = {**PALETTE, "HX-Current-URL": "http://testserver/conversations/5/"}

    assert found in client.get("/search/", {"q": text}, headers=here).content.decode()


@pytest.mark.parametrize(
    ("language", "text", "key"), [("ru", "jnkj;bnm", "S"), ("en", "куыщдму", "E"), ("en", "snooze", "S")]
)
def test_an_action_is_found_that_was_typed_in_the_other_layout(
    client: Client, olga: User, language: str, text: str, key: str
) -> None:
    olga.change_ways(language=language)
    here = {**PALETTE, "HX-Current-URL": "http://testserver/conversations/5/"}

    page = client.get("/search/", {"q": text}, headers=here).content.decode()

    assert re.findall(r'data-presses="([^"]+)"', page)[:1] == [key]


def test_the_dots_of_a_letter_need_not_be_typed(client: Client, olga: User) -> None:
    olga.change_ways(language="ru")

    assert "/profile/#id_theme" in client.get("/search/", {"q": "темная"}, headers=PALETTE).content.decode()
