"""Two people decide about one conversation at the same moment: nothing is lost, and the second sees what happened."""

from collections.abc import Callable

import pytest
from django.test import Client

from samovar.accounts.models import User
from samovar.conversations.models import Cause, Conversation
from samovar.events.models import Event
from tests import make
from tests.beside import beside

pytestmark = pytest.mark.django_db(transaction=True)

OPEN_PAGE = {"HX-Request": "true", "HX-Current-URL": "http://testserver/"}


def page_of(user: User) -> Client:
    """Return a browser of somebody."""
    client = Client()
    client.force_login(user)
    return client


def second(first: Callable[[], object], of: Client, address: str, form: dict[str, object]) -> str:
    """Return what the second person is told, whose request comes while the first one's is not done yet."""
    return beside(first, lambda: of.post(address, form, headers=OPEN_PAGE).content.decode())


def kinds(conversation: Conversation) -> list[str]:
    """Return what happened, in order."""
    return list(Event.objects.filter(conversation_id=conversation.pk).order_by("pk").values_list("kind", flat=True))


@pytest.fixture
def anna() -> User:
    """Who comes first."""
    return make.agent("anna petrova")


@pytest.fixture
def oleg() -> User:
    """Who comes second."""
    return make.agent("oleg")


def test_who_resolves_second_is_told_who_did_and_cannot_undo_it_unawares(anna: User, oleg: User) -> None:
    conversation = make.conversation()

    told = second(
        lambda: conversation.resolve(by=anna), page_of(oleg), f"/conversations/{conversation.pk}/resolution/", {}
    )

    assert "Anna Petrova has resolved it already" in told
    assert "?undo" not in told
    assert kinds(conversation).count("ConversationResolved") == 1


def test_resolving_what_was_resolved_by_oneself_or_by_nobody_says_so(anna: User) -> None:
    own, by_itself = make.conversation(), make.conversation()
    own.resolve(by=anna)
    by_itself.resolve(by=None)
    page = page_of(anna)

    for one in (own, by_itself):
        answer = page.post(f"/conversations/{one.pk}/resolution/", headers=OPEN_PAGE)
        assert "It is resolved already" in answer.content.decode()


def test_who_assigns_second_is_told_whose_it_had_become_and_undoes_to_that(anna: User, oleg: User) -> None:
    conversation = make.conversation()
    address = f"/conversations/{conversation.pk}/assignment/"
    page = page_of(oleg)

    told = second(lambda: conversation.assign(anna, by=anna), page, address, {"assignee": oleg.pk})
    back = page.post(f"{address}?assignee={anna.pk}", headers=OPEN_PAGE)

    assert "Assigned to Oleg · Before: Anna Petrova" in told
    assert f"assignee={anna.pk}" in told
    assert back.status_code == 200
    conversation.refresh_from_db()
    assert conversation.assignee == anna


def test_two_who_take_it_at_once_both_learn_whose_it_is(anna: User, oleg: User) -> None:
    conversation = make.conversation()

    told = second(
        lambda: conversation.assign(oleg, by=anna),
        page_of(oleg),
        f"/conversations/{conversation.pk}/assignment/",
        {"assignee": oleg.pk},
    )

    assert "Assigned to Oleg" in told
    assert "Before" not in told
    assert kinds(conversation).count("ConversationAssigned") == 1


@pytest.mark.parametrize(
    "way",
    [{}, {"then": "resolve"}, {"then": "snooze tomorrow"}, {"then": "later tomorrow"}, {"step": "resolve:"}],
    ids=["reply", "and resolve", "and snooze", "later", "and the steps of a macro"],
)
@pytest.mark.parametrize("undo_seconds", [0, 10])
def test_whichever_way_the_second_answer_goes_the_first_is_shown_before(
    anna: User, oleg: User, way: dict[str, str], undo_seconds: int
) -> None:
    conversation = make.conversation()
    oleg.change_ways(undo_seconds=undo_seconds)
    seen = conversation.messages.latest("pk").pk
    form: dict[str, object] = {"mode": "reply", "text": "It leaves on Friday", "seen": seen, **way}

    told = second(
        lambda: conversation.reply("It leaves today", by=anna),
        page_of(oleg),
        f"/conversations/{conversation.pk}/messages/",
        form,
    )

    assert "Anna Petrova wrote while you typed</b>: It leaves today" in told
    assert [message.author for message in conversation.messages.filter(direction="out")] == [anna]
    conversation.refresh_from_db()
    assert (conversation.resolved_at, conversation.snoozed_until) == (None, None)


def test_two_notes_at_once_both_stand(anna: User, oleg: User) -> None:
    conversation = make.conversation()

    second(
        lambda: conversation.add_note("Ask the depot", by=anna),
        page_of(oleg),
        f"/conversations/{conversation.pk}/messages/",
        {"mode": "note", "text": "I ask the depot"},
    )

    assert [one.text for one in conversation.messages.filter(direction="note").order_by("pk")] == [
        "Ask the depot",
        "I ask the depot",
    ]


def test_of_two_causes_that_get_one_name_the_second_keeps_its_own() -> None:
    make.cause("Delivery")
    transport = make.cause("Transport")

    page = second(
        lambda: Cause.objects.create(name="Oak"),
        page_of(make.lead("lena")),
        f"/causes/{transport.pk}/",
        {"name": "oak"},
    )

    assert "Another one beside it is called so" in page
    assert Cause.objects.get(pk=transport.pk).name == "Transport"
