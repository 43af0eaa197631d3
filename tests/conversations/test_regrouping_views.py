"""The pages on which conversations are merged and messages moved, and what an open page of the old one is told."""

from collections.abc import Callable
from http import HTTPStatus

import pytest
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from samovar.accounts.models import Role, User
from samovar.conversations import joining, merging, removing, splitting, threads
from samovar.conversations.models import Conversation, Draft, Message, Regrouping
from samovar.conversations.models.deleting import DeletionReason
from samovar.events.models import Event
from tests import make
from tests.conversations.test_merging import row, texts

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
Counted = Callable[[int], CaptureQueriesContext]


@pytest.fixture
def olga() -> User:
    return make.agent("olga")


@pytest.fixture
def page(client: Client, olga: User) -> Client:
    client.force_login(olga)
    return client


@pytest.fixture
def desk() -> Conversation:
    return make.conversation("The desk has a scratch", subject="Desk")


@pytest.fixture
def lamp() -> Conversation:
    return make.conversation("And the lamp is dark", subject="Lamp", external_id="lamp@mail.example")


def closed_to_olga() -> Conversation:
    """A conversation of the same customer in an inbox that is open to another team."""
    pay = make.inbox("pay@aurora.example")
    found = make.conversation("My salary", subject="Salary", inbox_id=pay.pk)
    pay.open_for([make.team("Pay", make.agent("oleg"))], by=make.admin())
    return found


def preview(one: Conversation, other: Conversation) -> str:
    return reverse("conversation_merging_preview", args=[one.pk, other.pk])


def text(client: Client, address: str, **given: str | int) -> str:
    return client.get(address, given).content.decode()


def test_the_likeliest_conversations_stand_first(page: Client, desk: Conversation, lamp: Conversation) -> None:
    make.conversation("Something else", subject="Newest")
    joining.link(desk, [lamp])
    make.conversation("I am Boris", subject="Stranger", sender=make.sender("boris@mail.example", "Boris"))
    address = reverse("conversation_merging", args=[desk.pk])

    shown = text(page, address)

    assert shown.index("Lamp") < shown.index("Newest")
    assert "One mail answers both" in shown
    assert "Stranger" not in shown
    assert "Stranger" in text(page, address, q="Boris")
    assert "Lamp" in text(page, address, q=f"#{lamp.pk}")
    assert "Newest" not in text(page, address, q="lamp")
    assert "No conversation like that" in text(page, address, q="nothing of the kind")


def test_merging_is_chosen_previewed_done_and_undone(page: Client, desk: Conversation, lamp: Conversation) -> None:
    assert f'value="{desk.pk}" checked' in text(page, preview(lamp, desk))

    answer = page.post(preview(lamp, desk), {"stays": str(lamp.pk)})

    assert answer["Location"] == lamp.get_absolute_url()
    thread = text(page, lamp.get_absolute_url())
    done = Regrouping.objects.get()
    assert thread.count(reverse("regrouping_undoing", args=[done.pk])) == 2
    assert page.get(desk.get_absolute_url())["Location"] == lamp.get_absolute_url()
    assert f"Undo: #{desk.pk}" in text(page, reverse("conversation_merging", args=[lamp.pk]))
    back = page.post(reverse("regrouping_undoing", args=[done.pk]))
    assert back["Location"] == desk.get_absolute_url()
    assert texts(desk) == ["The desk has a scratch"]
    assert reverse("regrouping_undoing", args=[done.pk]) not in text(page, lamp.get_absolute_url())


def test_two_customers_are_refused_with_the_way_to_make_them_one(page: Client, desk: Conversation) -> None:
    stranger = make.conversation("I am Boris", sender=make.sender("boris@mail.example", "Boris"))

    shown = page.post(preview(desk, stranger))

    assert shown.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "neither may read what was said to the other" in shown.content.decode()
    way = reverse("merging_preview", args=[desk.customer_id, stranger.customer_id])
    assert way in text(page, preview(desk, stranger))
    assert not Regrouping.objects.exists()


def test_who_gets_the_answers_from_which_inbox_is_said_before(page: Client, desk: Conversation) -> None:
    other = make.conversation("To the shop", inbox_id=make.inbox("shop@aurora.example").pk)

    assert "They stand in two inboxes" in text(page, preview(desk, other))


def test_messages_are_split_off_and_brought_back(page: Client, desk: Conversation) -> None:
    second = make.received("And the lamp is dark", signed_conversation=desk.pk, subject="Desk")
    address = reverse("moving", args=[desk.pk])
    assert f'value="{second.message_id}" checked' in text(page, address, message=second.message_id)

    answer = page.post(address, {"message": [second.message_id], "to": "", "subject": "Lamp"})

    fresh = Conversation.objects.latest("pk")
    assert (answer["Location"], fresh.subject) == (fresh.get_absolute_url(), "Lamp")
    page.post(reverse("regrouping_undoing", args=[Regrouping.objects.get().pk]))
    assert texts(desk) == ["The desk has a scratch", "And the lamp is dark"]


def test_a_message_is_moved_and_mistakes_are_told_with_what_was_chosen(
    page: Client, desk: Conversation, lamp: Conversation
) -> None:
    first, second = desk.messages.get().pk, make.received("Too", signed_conversation=desk.pk).message_id
    address = reverse("moving", args=[desk.pk])

    both = page.post(address, {"message": [first, second], "to": str(lamp.pk)})
    assert both.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert f'value="{first}" checked' in both.content.decode()
    none = page.post(address, {"to": ""})
    assert "Choose at least one message" in none.content.decode()
    page.post(address, {"message": [second], "to": str(lamp.pk)})

    assert texts(lamp) == ["And the lamp is dark", "Too"]


def test_what_is_sent_into_what_was_merged_meanwhile_is_kept_and_not_sent(
    page: Client, desk: Conversation, lamp: Conversation, olga: User
) -> None:
    merging.merge(lamp, desk, by=make.agent())
    typed = {"mode": "reply", "text": "Try another bulb"}

    for _twice in range(2):
        answer = page.post(reverse("messages", args=[lamp.pk]), typed, headers=HTMX)

    assert answer["HX-Redirect"] == desk.get_absolute_url()
    assert Draft.objects.get(conversation=desk, user=olga).text == "Try another bulb"
    assert "Your text is there" in text(page, desk.get_absolute_url())
    assert Message.objects.filter(direction="out").count() == 0


def test_of_two_who_merge_the_same_at_once_the_second_is_led_to_where_it_is(
    page: Client, desk: Conversation, lamp: Conversation
) -> None:
    oleg = Client()
    oleg.force_login(make.agent("oleg"))
    for who in (page, oleg):
        assert who.get(preview(lamp, desk)).status_code == HTTPStatus.OK

    first, second = (who.post(preview(lamp, desk)) for who in (page, oleg))
    other_way = oleg.post(preview(desk, lamp))

    assert first["Location"] == desk.get_absolute_url()
    assert second["Location"] == desk.get_absolute_url()
    assert other_way["Location"] == desk.get_absolute_url()
    assert Regrouping.objects.count() == 1
    assert "was merged into" in text(oleg, desk.get_absolute_url())
    undoing = reverse("regrouping_undoing", args=[Regrouping.objects.get().pk])
    for who in (page, oleg):
        who.post(undoing, headers=HTMX)
    assert row(lamp).merged_at is None
    assert Event.objects.filter(kind="MergeUndone", conversation_id=lamp.pk).count() == 1


def test_who_decides_about_what_was_merged_meanwhile_is_told(
    page: Client, desk: Conversation, lamp: Conversation
) -> None:
    merging.merge(lamp, desk, by=make.agent())
    resolve = reverse("resolution", args=[lamp.pk])

    plain, open_page = page.post(resolve), page.post(resolve, headers=HTMX)

    assert plain["Location"] == desk.get_absolute_url()
    assert "was merged into" in open_page.content.decode()
    assert row(desk).resolved_at is None
    assert page.get(reverse("print", args=[lamp.pk]))["Location"] == desk.get_absolute_url()


def test_an_open_page_of_it_is_led_on_and_keeps_what_is_typed(
    page: Client, desk: Conversation, lamp: Conversation
) -> None:
    merging.merge(lamp, desk, by=make.agent())

    news = page.get(reverse("news", args=[lamp.pk]), {"after": "0"}, headers=HTMX).content.decode()

    assert 'id="moved-on"' in news
    assert desk.get_absolute_url() in news
    assert 'id="entries"' not in news


def test_an_open_thread_is_drawn_anew_when_messages_come_or_go(
    page: Client, desk: Conversation, lamp: Conversation
) -> None:
    after = Event.objects.latest("pk").pk
    merging.merge(lamp, desk, by=make.agent())

    news = page.get(reverse("news", args=[desk.pk]), {"after": after}, headers=HTMX).content.decode()

    assert "innerHTML:#entries" in news
    assert "And the lamp is dark" in news


def test_where_the_target_is_out_of_sight_the_old_number_leads_nowhere(
    page: Client, desk: Conversation, olga: User
) -> None:
    merging.merge(desk, closed_to_olga(), by=make.admin())

    for address in (desk.get_absolute_url(), reverse("news", args=[desk.pk]), reverse("resolution", args=[desk.pk])):
        assert page.get(address).status_code in (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED)
    assert page.post(reverse("resolution", args=[desk.pk])).status_code == HTTPStatus.NOT_FOUND
    assert page.post(reverse("messages", args=[desk.pk]), {"mode": "note"}).status_code == HTTPStatus.NOT_FOUND
    assert page.post(reverse("regrouping_undoing", args=[1])).status_code == HTTPStatus.NOT_FOUND
    undoing = reverse("regrouping_undoing", args=[Regrouping.objects.get().pk])
    assert page.post(undoing).status_code == HTTPStatus.NOT_FOUND


def test_nothing_is_merged_or_moved_into_what_is_out_of_sight(page: Client, desk: Conversation) -> None:
    salary = closed_to_olga()
    second = make.received("Too", signed_conversation=desk.pk).message_id

    assert page.post(preview(desk, salary)).status_code == HTTPStatus.NOT_FOUND
    moved = page.post(reverse("moving", args=[desk.pk]), {"message": [second], "to": str(salary.pk)})
    assert moved.status_code == HTTPStatus.NOT_FOUND
    assert not Regrouping.objects.exists()


@pytest.mark.parametrize("how", ["moved", "merged"])
def test_what_went_out_of_sight_is_told_neither_in_the_thread_nor_in_the_history(
    page: Client, desk: Conversation, olga: User, how: str
) -> None:
    after = Event.objects.latest("pk").pk
    secret = make.received("The code is 4711", signed_conversation=desk.pk).message_id
    salary = closed_to_olga()
    if how == "moved":
        splitting.move(Message.objects.get(pk=secret), salary, by=make.admin("ada"))
        assert "4711" not in text(page, reverse("news", args=[desk.pk]), after=after)
    else:
        merging.merge(row(desk), salary, by=make.admin("ada"))
    history = reverse("history", args=[desk.customer_id])

    assert "4711" not in text(page, history)
    page.force_login(make.user("root", role=Role.ADMIN))
    assert "4711" in text(page, history)


def test_what_is_told_of_a_moved_message_is_removed_with_it(desk: Conversation, lamp: Conversation, olga: User) -> None:
    secret = make.received("The code is 4711", signed_conversation=desk.pk).message_id
    splitting.move(Message.objects.get(pk=secret), lamp, by=olga)

    row(desk).trash(DeletionReason.MISTAKE, by=olga)
    removing.remove(desk.pk)
    told = Event.objects.filter(preview__contains="4711")
    assert told.exists()
    assert Message.objects.get(pk=secret).text == "The code is 4711"
    row(lamp).trash(DeletionReason.MISTAKE, by=olga)
    removing.remove(lamp.pk)

    assert not told.exists()
    assert Message.objects.get(pk=secret).text == ""


def test_what_was_merged_is_kept_as_long_as_what_it_was_merged_into(
    desk: Conversation, lamp: Conversation, olga: User
) -> None:
    merging.merge(lamp, desk, by=olga)

    row(desk).trash(DeletionReason.MISTAKE, by=olga)
    removing.remove(desk.pk)

    assert Message.objects.exclude(text="").count() == 0
    assert row(lamp).subject == ""


def test_a_thread_with_merges_takes_as_many_queries_as_one_without(
    desk: Conversation,
    lamp: Conversation,
    olga: User,
    django_assert_num_queries: Callable[[int], CaptureQueriesContext],
) -> None:
    merging.merge(lamp, desk, by=olga)
    merged = row(desk)

    with django_assert_num_queries(3):
        threads.newest(merged)


def test_the_palette_offers_to_merge_people_first(page: Client, desk: Conversation) -> None:
    headers = HTMX | {"HX-Target": "palette-results", "HX-Current-URL": f"http://testserver{desk.get_absolute_url()}"}

    shown = page.get(reverse("search"), {"q": "merge"}, headers=headers).content.decode()

    people, talks = reverse("merging", args=[desk.customer_id]), reverse("conversation_merging", args=[desk.pk])
    assert shown.index(people) < shown.index(talks)


def test_what_cannot_be_undone_any_more_says_why(page: Client, desk: Conversation, lamp: Conversation) -> None:
    done = merging.merge(lamp, desk, by=make.agent())
    row(desk).trash(DeletionReason.MISTAKE, by=make.agent())

    answer = page.post(reverse("regrouping_undoing", args=[done.pk]), follow=True)

    assert "was deleted or erased meanwhile" in [str(told) for told in answer.context["messages"]][0]
    assert texts(lamp) == []
