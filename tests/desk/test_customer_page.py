"""The page of a customer: who they are, what is open, one history."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from samovar.accounts.models import Role, User
from samovar.customers import timeline
from samovar.customers.models import Customer
from samovar.events.models import Event
from samovar.lib import clock
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def olga(client: Client) -> User:
    """An agent who is signed in."""
    user = make.agent("olga")
    client.force_login(user)
    return user


def test_shows_addresses_what_is_open_and_one_history(client: Client, olga: User) -> None:
    conversation = make.conversation("Where is my desk?")
    make.phone(conversation.customer, "+7 900 000-00-00")
    conversation.reply("On its way", by=olga)

    text = client.get(f"/customers/{conversation.customer_id}/").content.decode()

    for words in ("elena@mail.example", "+7 900 000-00-00", "Wrote to us", "Where is my desk?", "We answered"):
        assert words in text
    assert text.count(f'href="/conversations/{conversation.pk}/"') == 3


def test_who_waits_for_an_answer_is_what_to_do_next(client: Client, olga: User) -> None:
    waiting = make.conversation("One", external_id="1@mail.example")
    answered = make.conversation("Two", subject="A sofa", external_id="2@mail.example")
    answered.reply("Done", by=olga)

    text = client.get(f"/customers/{waiting.customer_id}/").content.decode()

    assert "Answer “A scratched desk”" in text
    assert text.index("Answer “A scratched desk”") < text.index("customer's turn")
    for conversation in (waiting, answered):
        conversation.resolve(by=olga)
    assert "Nothing is open" in client.get(f"/customers/{waiting.customer_id}/").content.decode()


def test_a_history_is_read_page_by_page(client: Client, olga: User) -> None:
    begin = timezone.now() - timedelta(days=400)
    conversation = make.conversation(at=begin)
    for number in range(timeline.PAGE + 20):
        with clock.standing_at(begin + timedelta(days=number)):
            conversation.add_note(f"Note {number}.", by=olga)
    total = Event.objects.filter(customer_id=conversation.customer_id, kind__in=["NoteAdded"]).count()
    address = f"/customers/{conversation.customer_id}/"

    first = client.get(f"{address}?topic=talk").content.decode()
    more = first.split('class="history-more" hx-get="')[1].split('"')[0].replace("&amp;", "&")
    second = client.get(more, headers={"HX-Request": "true"}).content.decode()

    assert first.count("<p>Note ") + second.count("<p>Note ") == total
    assert "Earlier</h3>" in first
    # The heading stands above already.
    assert "Earlier</h3>" not in second
    assert "history-more" not in second


def test_a_history_is_filtered_by_its_topics(client: Client, olga: User) -> None:
    conversation = make.conversation()
    conversation.assign(to=olga, by=olga)
    address = f"/customers/{conversation.customer_id}/history/"

    found = {
        topic: client.get(f"{address}?topic={topic}").content.decode() for topic in ("", "talk", "work", "facts", "x")
    }

    assert "Wrote to us" in found["talk"]
    assert "Taken by Olga" in found["work"]
    assert "Became a customer" in found["facts"]
    assert "Wrote to us" not in found["work"] + found["facts"]
    assert all(words in found[""] and words in found["x"] for words in ("Wrote to us", "Taken by Olga"))


def test_who_was_merged_is_found_at_the_other_card(client: Client, olga: User) -> None:
    elena, twin = make.customer("Elena"), make.customer("E. Sokolova")
    Customer.objects.filter(pk=twin.pk).update(merged_into=elena)

    assert client.get(f"/customers/{twin.pk}/").headers["Location"] == f"/customers/{elena.pk}/"


def test_an_outside_expert_finds_nobody(client: Client) -> None:
    customer = make.customer()
    client.force_login(make.user(role=Role.EXPERT))

    assert client.get(f"/customers/{customer.pk}/").status_code == 404
    assert client.get(f"/customers/{customer.pk}/history/").status_code == 404
    assert "Elena" not in client.get("/customers/").content.decode()


def test_an_observer_changes_nothing(client: Client) -> None:
    customer = make.customer()
    client.force_login(make.user(role=Role.OBSERVER))

    assert f"/customers/{customer.pk}/details/" not in client.get(f"/customers/{customer.pk}/").content.decode()
    assert client.post(f"/customers/{customer.pk}/details/", {"name": "X"}).status_code == 403


@pytest.mark.parametrize(
    ("came_from", "back"),
    [
        ("http://testserver/?view=mine", "/?view=mine"),
        ("http://testserver/conversations/7/?view=mine", "/conversations/7/?view=mine"),
        ("http://testserver/customers/?q=elena", "/customers/?q=elena"),
        ("http://testserver/customers/7/details/", "/customers/"),
        ("http://testserver/nowhere/", "/customers/"),
        ("https://elsewhere.example/?view=mine", "/"),
        ("", "/customers/"),
    ],
)
def test_the_way_back_leads_to_the_list_one_came_from(client: Client, olga: User, came_from: str, back: str) -> None:
    page = client.get(f"/customers/{make.customer().pk}/", headers={"Referer": came_from} if came_from else {})

    assert f'href="{back}" data-key="Escape"' in page.content.decode()
