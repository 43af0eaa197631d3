"""Setting a cause and marking an idea at the addresses of a conversation: said, seen, taken back, refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.utils.translation import override

from samovar.accounts.models import Role, User
from samovar.conversations import deriving, threads
from samovar.conversations.models import Conversation
from samovar.events.models import Event
from tests import make

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def olga(client: Client) -> User:
    """An agent who is signed in."""
    user = make.agent("olga")
    client.force_login(user)
    return user


def post(client: Client, conversation: Conversation, what: str, **given: object) -> Answer:
    return client.post(f"/conversations/{conversation.pk}/{what}/", given, headers=HTMX)


def undo(client: Client, answer: Answer) -> None:
    address = answer.content.decode().split('action="')[1].split('"')[0].replace("&amp;", "&")
    assert client.post(address, headers=HTMX).status_code == 200


def fresh(conversation: Conversation) -> Conversation:
    return Conversation.objects.get(pk=conversation.pk)


def test_setting_a_cause_is_said_seen_everywhere_and_can_be_taken_back(client: Client, olga: User) -> None:
    conversation, damaged, late = make.conversation(), make.cause("Damaged"), make.cause("Late")
    post(client, conversation, "cause", cause=late.pk)

    answer = post(client, conversation, "cause", cause=damaged.pk)

    assert "Cause: Damaged" in answer.content.decode()
    page = client.get(conversation.get_absolute_url()).content.decode()
    assert page.count('<span class="truncate">Damaged</span>') == 2, "in the head and in the row"
    undo(client, answer)
    assert fresh(conversation).cause == late
    gone = post(client, conversation, "cause", cause="")
    assert "It has no cause now" in gone.content.decode()
    undo(client, gone)
    assert fresh(conversation).cause == late


@pytest.mark.parametrize("given", [{}, {"cause": "77777777"}, {"cause": "x"}])
def test_what_is_no_cause_is_refused(client: Client, olga: User, given: dict[str, str]) -> None:
    conversation = make.conversation()

    assert post(client, conversation, "cause", **given).status_code == 422
    assert not Event.objects.filter(kind="ConversationCauseSet").exists()


def test_what_was_retired_while_the_menu_was_open_is_refused_in_words(client: Client, olga: User) -> None:
    conversation, cause = make.conversation(), make.cause("Damaged")
    cause.retire(by=make.lead())

    answer = post(client, conversation, "cause", cause=cause.pk)

    assert (answer.status_code, "Damaged was retired meanwhile" in answer.content.decode()) == (422, True)


def test_the_menu_offers_first_what_this_person_used_last(client: Client, olga: User) -> None:
    make.delivered_causes()
    praise, conversation = make.delivered_causes()["praise"], make.conversation()
    post(client, conversation, "cause", cause=praise.pk)
    other = make.conversation(subject="Another")

    page = client.get(f"/conversations/{other.pk}/cause/").content.decode()

    assert page.index("Praise") < page.index("Our service")
    assert "No cause is called so" in client.get(f"/conversations/{other.pk}/cause/?q=zzzz").content.decode()
    assert "No cause" in client.get(f"/conversations/{conversation.pk}/cause/").content.decode()


def test_the_line_about_resolving_asks_for_the_cause_unless_there_is_one(client: Client, olga: User) -> None:
    without, with_cause = make.conversation(), make.conversation(subject="Another")
    with_cause.set_cause(make.cause(), by=olga)

    assert "Cause?" in post(client, without, "resolution").content.decode()
    assert "Cause?" not in post(client, with_cause, "resolution").content.decode()
    sent = post(client, make.conversation(subject="A third"), "messages", mode="note", text="Done", then="resolve")
    assert "Sent and resolved: Elena Sokolova" in sent.content.decode()
    assert 'data-key="Shift+T"' in sent.content.decode()


def test_observers_see_the_cause_and_the_idea_and_set_neither(client: Client, olga: User) -> None:
    conversation = make.conversation()
    conversation.set_cause(make.cause("Damaged"), by=olga)
    conversation.note_idea(by=olga, title="A box with a handle")
    client.force_login(make.user("oleg", role=Role.OBSERVER))

    page = client.get(conversation.get_absolute_url()).content.decode()

    assert ("Damaged" in page, "A box with a handle" in page, 'data-key="T"' in page) == (True, True, False)
    assert post(client, conversation, "cause", cause="").status_code == 403
    assert post(client, conversation, "idea").status_code == 403


def test_the_history_tells_a_delivered_cause_in_the_language_of_the_reader(client: Client, olga: User) -> None:
    conversation = make.conversation()
    conversation.set_cause(make.delivered_causes()["delivery"], by=olga)
    conversation.set_cause(None, by=olga)
    olga.change_ways(language="ru")

    page = client.get(conversation.get_absolute_url()).content.decode()

    assert ("Причина: Доставка" in page, "Причина снята: Доставка" in page) == (True, True)
    with override("en"):
        [*_said, first, second] = threads.newest(conversation).entries
        assert isinstance(first, threads.Line)
        assert isinstance(second, threads.Line)
        assert (first.event.line, second.event.line) == ("Cause: Delivery", "Cause removed: Delivery")


def test_an_idea_is_its_customers_until_somebody_says_that_it_is_their_own(client: Client, olga: User) -> None:
    conversation = make.conversation()

    noted = post(client, conversation, "idea")
    assert "Marked as an idea: Elena Sokolova" in noted.content.decode()
    reworded = post(client, conversation, "idea", title=" A box  with a handle ")
    own = post(client, conversation, "idea", title="A box with a handle", is_own="1")
    assert "Marked as an idea: Olga" in own.content.decode()
    post(client, conversation, "idea", title="A box with a handle", is_own="1")

    rows = client.get("/?view=ideas").content.decode()
    assert ("A box with a handle" in rows, '<span class="truncate">Olga</span>' in rows) == (True, True)
    told = Event.objects.filter(kind__startswith="Idea").order_by("pk")
    assert [event.kind for event in told] == ["IdeaNoted", "IdeaReworded", "IdeaNoted"]
    undo(client, own)
    assert fresh(conversation).idea_author is None
    undo(client, reworded)
    assert fresh(conversation).idea_title == ""
    undo(client, noted)
    assert fresh(conversation).idea_at is None
    assert not list(deriving.differences([conversation.pk]))


def test_an_idea_that_is_none_can_be_brought_back_as_it_was(client: Client, olga: User) -> None:
    conversation = make.conversation()
    conversation.note_idea(by=olga, title="A box with a handle", author=olga)

    answer = client.delete(f"/conversations/{conversation.pk}/idea/", headers=HTMX)

    assert fresh(conversation).idea_at is None
    assert "No ideas yet" in client.get("/?view=ideas").content.decode()
    undo(client, answer)
    found = fresh(conversation)
    assert (found.idea_title, found.idea_author) == ("A box with a handle", olga)
    assert post(client, conversation, "idea", title="x" * 201).status_code == 422


def test_the_palette_offers_both_where_a_conversation_is_open(client: Client, olga: User) -> None:
    at = f"http://testserver{make.conversation().get_absolute_url()}"
    headers = {**HTMX, "HX-Target": "palette-results", "HX-Current-URL": at}

    assert 'data-presses="T"' in client.get("/search/?q=cause", headers=headers).content.decode()
    assert 'data-presses="idea"' in client.get("/search/?q=idea", headers=headers).content.decode()
