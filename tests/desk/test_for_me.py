"""The page "For me": what one was told, what one may see of it now, and what one has seen."""

from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from samovar.accounts.models import Notification, User
from samovar.conversations import queries
from samovar.conversations.models import Conversation, Inbox, Reminder
from samovar.conversations.models.promise import PromiseKind
from samovar.conversations.notices import PAGE, words
from tests import make
from tests.reactions import run_later_reactions

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def olga(client: Client) -> User:
    """An agent who is signed in."""
    user = make.agent("olga")
    client.force_login(user)
    return user


@pytest.fixture
def elena() -> User:
    """A colleague who writes notes."""
    return make.agent("elena")


def named(author: User, number: int = 1) -> list[Conversation]:
    """Let a colleague name Olga in so many conversations."""
    found = [
        make.conversation(sender=make.sender(f"customer{one}@mail.example", f"Customer {one}"), subject=f"Matter {one}")
        for one in range(number)
    ]
    for conversation in found:
        conversation.add_note("@Olga, have you seen <this>?", by=author)
    run_later_reactions()
    return found


def page(client: Client, query: str = "") -> str:
    """Return the page as it is read."""
    answer = client.get(f"/for-me/{query}")
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def test_it_says_who_names_me_where_and_with_which_words(client: Client, olga: User, elena: User) -> None:
    [conversation] = named(elena)

    shown = page(client)

    assert "Elena names you in a note" in shown
    assert f'href="{conversation.get_absolute_url()}"' in shown
    assert "have you seen <this>?" in shown
    assert queries.counts(olga)["for-me"] == queries.unseen_notices(olga) == 1


def test_what_one_may_not_see_any_more_is_neither_shown_nor_counted(client: Client, olga: User, elena: User) -> None:
    [conversation] = named(elena)
    Inbox.objects.get(pk=conversation.inbox_id).open_for([make.team("Care", elena)], by=make.admin())

    assert "Matter 0" not in page(client, "?all")
    assert queries.counts(olga)["for-me"] == 0


def test_opening_the_conversation_is_seeing_what_was_told_of_it(client: Client, olga: User, elena: User) -> None:
    first, second = named(elena, 2)

    client.get(first.get_absolute_url())

    [left] = Notification.objects.unseen_by(olga)
    assert left.conversation_id == second.pk
    client.get(second.get_absolute_url(), headers={"X-Ahead": "1"})
    assert Notification.objects.unseen_by(olga).exists()
    client.post(f"{second.get_absolute_url()}reading/", {"version": "0"})
    assert not Notification.objects.unseen_by(olga).exists()
    assert "Matter 0" not in page(client)
    assert "Matter 0" in page(client, "?all")


def test_marking_all_as_seen_can_be_taken_back(client: Client, olga: User, elena: User) -> None:
    named(elena, 2)

    shown = client.post("/for-me/seen/", follow=True).content.decode()
    assert "Nothing new for you" in shown
    undo = unescape(shown.split('action="/for-me/seen/?undo=')[1].split('"')[0])
    client.post(f"/for-me/seen/?undo={undo}")

    assert Notification.objects.unseen_by(olga).count() == 2
    for nonsense in ("x", "2026-13-45T00:00", "2026-01-01"):
        assert client.post("/for-me/seen/", query_params={"undo": nonsense}).status_code == 302


def test_the_page_goes_on_and_asks_no_more_however_long_it_is(
    client: Client, olga: User, elena: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    named(elena, PAGE + 2)
    client.get("/for-me/")

    with django_assert_max_num_queries(12):
        first = page(client)
    after = first.split("?after=")[1].split('"')[0]
    rest = client.get(f"/for-me/?after={after}", headers={**HTMX, "HX-Target": "more"}).content.decode()

    assert first.count('class="told"') == PAGE
    assert rest.count('class="told"') == 2
    assert "Show more" not in rest


def test_who_waits_for_me_stands_first(client: Client, olga: User) -> None:
    mine = make.conversation()
    mine.assign(olga, by=olga)

    assert "They wait for me" in page(client)
    mine.reply("It is on its way.", by=olga)
    assert "They wait for me" not in page(client)


def test_an_open_page_asks_how_much_is_new(client: Client, olga: User, elena: User) -> None:
    named(elena)

    assert "data-count='for-me']\">1</span>" in client.get("/for-me/count/").content.decode()


@pytest.mark.parametrize(
    ("kind", "count", "said"),
    [
        ("mention", 1, "Ann names you in a note"),
        ("mention", 2, "2 notes name you"),
        ("assigned", 1, "Ann gives it to you"),
        ("answer", 1, "1 new message"),
        ("answer", 3, "3 new messages"),
        ("note", 1, "A note by Ann"),
        ("note", 2, "2 new notes"),
        ("undelivered", 2, "2 messages of yours are not delivered"),
        ("of a later version", 1, "Something new"),
    ],
)
def test_several_of_one_kind_are_one_line(kind: str, count: int, said: str) -> None:
    assert words(kind, count, "Ann") == said


def test_watching_is_a_press_and_can_be_taken_back(client: Client, olga: User) -> None:
    conversation = make.conversation()

    answer = client.post(f"{conversation.get_absolute_url()}watching/", headers=HTMX).content.decode()
    assert "You are told what happens here" in answer
    assert "Watched by: Olga" in page_of(client, conversation)
    client.post(f"{conversation.get_absolute_url()}watching/?undo", headers=HTMX)
    assert "Watched by" not in page_of(client, conversation)


def page_of(client: Client, conversation: Conversation) -> str:
    """Return the page of a conversation."""
    return client.get(conversation.get_absolute_url()).content.decode()


def test_a_name_in_a_note_stands_out_in_the_thread(client: Client, olga: User, elena: User) -> None:
    [conversation] = named(elena)

    assert "<strong>@Olga</strong>, have you seen &lt;this&gt;?" in page_of(client, conversation)
    conversation.add_note("@Olga, and that?", by=elena)
    assert "<b>@Olga</b>, and that?" in page_of(client, conversation)


def test_what_i_promised_and_want_to_be_reminded_of_stands_there_with_the_nearest_first(
    client: Client, olga: User, elena: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    now = timezone.now()
    for number in range(3):
        conversation = make.conversation(sender=make.sender(f"c{number}@mail.example"), subject=f"Matter {number}")
        conversation.promise(PromiseKind.CALL, now + timedelta(hours=3 - number), by=olga)
        Reminder.objects.all().remind(olga, conversation, now + timedelta(hours=number + 1), f"Look {number}")
    conversation.promise(PromiseKind.ANSWER, now + timedelta(hours=1), by=elena)
    Reminder.objects.all().remind(elena, conversation, now + timedelta(hours=1), "Not mine")

    with django_assert_max_num_queries(14):
        shown = page(client)

    promised, reminded = shown.index("I promised"), shown.index("My reminders")
    assert [shown.index(f"Matter {number}", promised) for number in (2, 1, 0)] == sorted(
        shown.index(f"Matter {number}", promised) for number in (2, 1, 0)
    )
    assert shown.count(">Call back by phone<") == 3
    assert shown.index("Look 0") > reminded
    assert "Not mine" not in shown
    assert ">Answer<" not in shown
    assert f'href="{reverse("reminders")}"' in shown
