"""One customer's talk goes on upward in the thread: conversation above conversation, as far as the reader may see."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from samovar.accounts.models import User
from samovar.conversations.models import Conversation
from tests import make

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
Counted = Callable[[int], CaptureQueriesContext]


@pytest.fixture
def page(client: Client) -> Client:
    client.force_login(make.agent("olga"))
    return client


def talk(subject: str, day: int, **given: Any) -> Conversation:
    return make.conversation(f"About the {subject}", subject=subject, at=NOON + timedelta(days=day), **given)


def above(client: Client, opened: Conversation, of: Conversation, before: str = "") -> str:
    given: dict[str, str | int] = {"of": of.pk, "before": before}
    return client.get(reverse("earlier", args=[opened.pk]), given).content.decode()


def offer(opened: Conversation, of: Conversation) -> str:
    return f"{reverse('earlier', args=[opened.pk])}?of={of.pk}"


def test_each_conversation_leads_to_the_one_before_it(page: Client) -> None:
    lamp, desk, sofa = (talk(subject, day) for day, subject in enumerate(("lamp", "desk", "sofa")))

    assert offer(sofa, desk) in page.get(sofa.get_absolute_url()).content.decode()
    shown = above(page, sofa, desk)
    assert offer(sofa, lamp) in shown
    assert "About the desk" in shown
    assert shown.count("entries-divider") == 1
    last = above(page, sofa, lamp)
    assert "About the lamp" in last
    assert "data-upward" not in last


def test_without_scripts_a_link_leads_to_it(page: Client) -> None:
    lamp, desk = talk("lamp", 0), talk("desk", 1)

    assert f'href="{lamp.get_absolute_url()}"' in page.get(desk.get_absolute_url()).content.decode()


def test_a_long_one_comes_page_by_page_under_one_divider(page: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("samovar.conversations.threads.MESSAGES", 2)
    lamp = talk("lamp", -9)
    for number in range(3):
        make.received(f"Again {number}", signed_conversation=lamp.pk, at=NOON + timedelta(hours=number - 200))
    desk = talk("desk", 1)

    first = above(page, desk, lamp)
    before = first.partition("before=")[2].partition('"')[0]
    second = above(page, desk, lamp, before)

    assert "Again 2" in first
    assert "entries-divider" in first
    assert f"of={lamp.pk}&amp;before=" in first
    assert "About the lamp" in second
    assert "entries-divider" not in second


def test_what_is_out_of_sight_spam_or_of_others_stands_above_nothing(page: Client) -> None:
    pay = make.inbox("pay@aurora.example")
    salary = talk("salary", 3, inbox_id=pay.pk)
    pay.open_for([make.team("Pay", make.agent("oleg"))], by=make.admin())
    junk, stranger = talk("junk", 4), talk("stranger", 5, sender=make.sender("eve@mail.example", "Eve"))
    Conversation.objects.filter(pk=junk.pk).update(kind="spam")
    lamp, desk = talk("lamp", 1), talk("desk", 6)
    merged = talk("chair", 5)
    Conversation.objects.filter(pk=merged.pk).update(merged_at=NOON)

    assert offer(desk, lamp) in page.get(desk.get_absolute_url()).content.decode()
    address = reverse("earlier", args=[desk.pk])
    for hidden in (salary, stranger, merged):
        assert page.get(address, {"of": hidden.pk}).status_code == 404


def test_nothing_of_the_customer_stands_above_a_side_conversation(page: Client, client: Client) -> None:
    talk("lamp", 0)
    main, side = talk("desk", 1), talk("desk outside", 2)
    Conversation.objects.filter(pk=side.pk).update(parent=main)

    assert "data-upward" not in page.get(side.get_absolute_url()).content.decode()
    assert "data-upward" not in page.get(reverse("earlier", args=[side.pk])).content.decode()
    assert page.get(reverse("earlier", args=[main.pk]), {"of": side.pk}).status_code == 404


@pytest.mark.parametrize("many", [1, 12])
def test_it_takes_as_many_queries_however_much_was_said(
    page: Client, many: int, django_assert_num_queries: Counted
) -> None:
    talks = [talk(f"lamp {day}", day) for day in range(many)]
    desk = talk("desk", 99)
    above(page, desk, talks[-1])

    with django_assert_num_queries(8):
        above(page, desk, talks[-1])


def test_notes_and_menus_are_those_of_their_own_conversation(page: Client) -> None:
    lamp, desk = talk("lamp", 0), talk("desk", 1)
    olga = User.objects.get(name="Olga")
    lamp.add_note("She was upset", by=olga)

    shown = above(page, desk, lamp)

    assert 'data-from="note"' in shown
    assert reverse("moving", args=[lamp.pk]) in shown
