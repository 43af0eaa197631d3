"""How urgent a conversation is, its number, its link, and how it looks on paper."""

import pytest
from django.test import Client

from samovar.accounts.models import User
from samovar.conversations import deriving
from samovar.conversations.models import Conversation, ConversationRedirect
from samovar.conversations.models.message import Way
from samovar.conversations.models.prioritising import Priority
from samovar.events.models import Event
from samovar.lib import clock
from tests import make

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def olga(client: Client) -> User:
    """An agent who is signed in."""
    user = make.agent("olga")
    client.force_login(user)
    return user


def page(client: Client, conversation: Conversation) -> str:
    return client.get(conversation.get_absolute_url()).content.decode()


def test_what_is_urgent_says_so_in_its_row_its_head_and_its_history(client: Client, olga: User) -> None:
    conversation = make.conversation()
    assert "Urgent</span>" not in page(client, conversation)

    answer = client.post(f"/conversations/{conversation.pk}/priority/", {"priority": "2"}, headers=HTMX)

    conversation.refresh_from_db()
    assert conversation.priority == Priority.URGENT
    assert f"/conversations/{conversation.pk}/priority/?priority=0" in answer.content.decode()
    assert page(client, conversation).count("Urgent</span>") == 2
    assert Event.objects.get(kind="ConversationPrioritised").data["priority"] == 2
    assert not list(deriving.differences([conversation.pk]))


def test_saying_the_same_again_is_no_news_and_undo_takes_it_back(client: Client, olga: User) -> None:
    conversation = make.conversation()
    conversation.prioritise(Priority.LOW, by=olga)
    conversation.prioritise(Priority.LOW, by=olga)

    client.post(f"/conversations/{conversation.pk}/priority/?priority=0", headers=HTMX)

    conversation.refresh_from_db()
    assert conversation.priority == Priority.NORMAL
    told = Event.objects.filter(kind="ConversationPrioritised").order_by("pk")
    assert [event.data["priority"] for event in told] == [-1, 0]


@pytest.mark.parametrize("wrong", ["3", "", "high"])
def test_a_priority_that_there_is_not_is_refused(client: Client, olga: User, wrong: str) -> None:
    conversation = make.conversation()

    answer = client.post(f"/conversations/{conversation.pk}/priority/", {"priority": wrong}, headers=HTMX)

    assert answer.status_code == 422
    assert not Event.objects.filter(kind="ConversationPrioritised").exists()


def test_a_number_leads_to_its_conversation(client: Client, olga: User) -> None:
    conversation = make.conversation()

    assert client.get(f"/search/?q=%23{conversation.pk}").headers["Location"] == conversation.get_absolute_url()
    palette = client.get(f"/search/?q=%23{conversation.pk}", headers={**HTMX, "HX-Target": "palette-results"})
    assert f"#{conversation.pk} A scratched desk" in palette.content.decode()
    assert f"#{conversation.pk} <bdi>" in client.get(f"/search/?q={conversation.pk}").content.decode()
    assert client.get("/search/?q=%23999999").status_code == 200


def test_the_number_of_one_that_was_merged_leads_to_where_it_went(client: Client, olga: User) -> None:
    conversation = make.conversation()
    ConversationRedirect.objects.create(old_id=777_777, conversation=conversation)

    assert client.get("/search/?q=%23777777").headers["Location"] == conversation.get_absolute_url()


def test_a_number_tells_nothing_to_whoever_may_not_see_it(client: Client, olga: User) -> None:
    conversation = make.conversation()
    client.force_login(make.user("expert", role="expert"))

    assert client.get(f"/search/?q=%23{conversation.pk}").status_code == 200


def test_the_link_stands_under_the_number(client: Client, olga: User) -> None:
    conversation = make.conversation()

    assert f'href="{conversation.get_absolute_url()}" data-copies data-tells="link-copied"' in page(
        client, conversation
    )


def test_on_paper_stands_what_was_said_and_notes_only_when_asked(client: Client, olga: User) -> None:
    conversation = make.conversation("The desk came with a <b>scratch</b>.", files=())
    conversation.reply("A new one comes on Thursday.", by=olga)
    conversation.add_note("A regular", by=olga)
    conversation.log("He called about it.", Way.CALL, clock.now(), by=olga)
    address = f"/conversations/{conversation.pk}/print/"

    plain, full = client.get(address).content.decode(), client.get(f"{address}?notes").content.decode()

    assert "with a &lt;b&gt;scratch" in plain
    assert "A new one comes on Thursday." in plain
    assert f"#{conversation.pk}" in plain
    assert "A regular" not in plain
    assert 'class="nav' not in plain
    assert "A regular" in full
    assert "He called about it." in full
