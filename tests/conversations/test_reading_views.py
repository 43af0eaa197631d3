"""Reading at the addresses of a conversation: news, what was before, messages in full, files."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from samovar.accounts.models import Role, User
from samovar.conversations import opening, threads
from samovar.conversations.models import Conversation
from samovar.customers.recognition import Sender
from tests import make

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def olga(client: Client) -> User:
    """An agent who is signed in."""
    user = make.agent("olga")
    client.force_login(user)
    return user


def test_news_bring_the_new_message_the_head_and_what_was_seen(client: Client, olga: User) -> None:
    conversation = make.conversation(external_id="a@mail.example")
    after = opening.opened(olga, conversation.pk).last_event_id
    newest = make.received("When does it come?", named_ids=("a@mail.example",)).message_id

    text = client.get(f"/conversations/{conversation.pk}/news/?after={after}", headers=HTMX).content.decode()

    assert f'id="m-{newest}"' in text
    assert 'id="head"' in text
    assert f'id="newest" value="{newest}"' in text
    assert "#announcer" in text
    assert "Elena Sokolova: When does it come?" in text


def test_somebody_without_a_name_does_not_pass_for_the_customer(client: Client, olga: User) -> None:
    conversation = make.conversation(external_id="a@mail.example")
    for address, words in (("mailer-daemon@mail.example", "It came back."), ("", "Nobody knows.")):
        kind = "email" if address else "external"
        stranger = Sender(kind, address, "", timezone.now(), mark="" if address else "x")
        make.received(words, sender=stranger, named_ids=("a@mail.example",), mail_class="bounce")

    thread = client.get(f"/conversations/{conversation.pk}/").content.decode()

    names = re.findall(r'<div class="message-who">\s*<b><bdi>([^<]*)</bdi></b>', thread)
    assert names == ["Elena Sokolova", "mailer-daemon@mail.example", "Unknown sender"]


@pytest.mark.parametrize("after", ["", "0", "x", "9" * 40])
def test_what_makes_no_sense_as_an_event_begins_from_the_first(client: Client, olga: User, after: str) -> None:
    conversation = make.conversation()

    assert client.get(f"/conversations/{conversation.pk}/news/", {"after": after}).status_code == 200


def test_no_news_are_an_empty_answer(client: Client, olga: User) -> None:
    conversation = make.conversation()
    after = opening.opened(olga, conversation.pk).last_event_id

    assert client.get(f"/conversations/{conversation.pk}/news/?after={after}", headers=HTMX).status_code == 204


def test_observers_get_news_without_the_editor(client: Client) -> None:
    conversation = make.conversation()
    client.force_login(make.user(role=Role.OBSERVER))

    text = client.get(f"/conversations/{conversation.pk}/news/?after=0", headers=HTMX).content.decode()

    assert 'id="newest"' not in text
    assert "resolution" not in text


def test_earlier_messages_come_page_by_page(client: Client, olga: User) -> None:
    begin = timezone.now() - timedelta(days=1)
    conversation = make.conversation("The first", at=begin, external_id="a@mail.example")
    for number in range(60):
        make.received(f"No. {number}", at=begin + timedelta(minutes=number + 1), named_ids=("a@mail.example",))
    before = threads.newest(conversation).before

    text = client.get(f"/conversations/{conversation.pk}/earlier/?before={before}", headers=HTMX).content.decode()

    assert "The first" in text
    assert text.count('class="message"') == 11
    assert "Earlier messages" not in text


def test_a_long_quote_is_fetched_when_it_is_unfolded(client: Client, olga: User) -> None:
    quote = "> what we said before " * 200
    text = f"Yes, please.\n\n{quote}"
    conversation = make.conversation(text, hidden=((14, len(text)),))
    message = conversation.messages.get()
    page = client.get(f"/conversations/{conversation.pk}/").content.decode()

    folded = client.get(f"/messages/{message.pk}/?part=quotes", headers=HTMX).content.decode()
    whole = client.get(f"/messages/{message.pk}/").content.decode()

    assert page.count("what we said before") < 60
    assert f"/messages/{message.pk}/?part=quotes" in page
    assert "Yes, please." not in folded
    assert folded.count("what we said before") == 200
    assert "<h1>A scratched desk</h1>" in whole
    assert "Yes, please." in whole


def test_a_long_text_is_cut_and_can_be_read_in_full(client: Client, olga: User) -> None:
    conversation = make.conversation("word " * 4000)
    message = conversation.messages.get()

    page = client.get(f"/conversations/{conversation.pk}/").content.decode()
    rest = client.get(f"/messages/{message.pk}/?part=text", headers=HTMX).content.decode()

    assert page.count("word ") < 2000
    assert "All of it" in page
    assert rest.count("word") == 4000


def test_reading_is_noted_once_by_those_who_answer(client: Client, olga: User) -> None:
    conversation = make.conversation()

    assert client.post(f"/conversations/{conversation.pk}/reading/").status_code == 204

    assert not Conversation.objects.get().is_unread


def test_what_came_after_the_page_was_made_stays_unread(client: Client, olga: User) -> None:
    conversation = make.conversation(external_id="first@mail.example")
    seen_before = Conversation.objects.get()
    make.received("And one more thing", named_ids=("first@mail.example",))

    seen_before.mark_read()
    client.post(f"/conversations/{conversation.pk}/reading/", {"version": seen_before.version})
    assert Conversation.objects.get().is_unread

    client.post(f"/conversations/{conversation.pk}/reading/", {"version": Conversation.objects.get().version})
    assert not Conversation.objects.get().is_unread
