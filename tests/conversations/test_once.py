"""What a browser sends again is done once; what others did meanwhile is told instead of being written over."""

import threading
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client

from samovar.accounts.models import User
from samovar.conversations import merging
from samovar.conversations.jobs import tidy_files
from samovar.conversations.models import Conversation, Message, Submission
from samovar.conversations.models.submission import KEPT_FOR
from samovar.events.models import Event
from samovar.lib import clock
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def olga(client: Client) -> User:
    """An agent who is signed in, whose answers leave at once."""
    olga = make.agent("olga")
    olga.change_ways(undo_seconds=0)
    client.force_login(olga)
    return olga


def send(client: Client, conversation: Conversation, number: str, act: str = "messages", **given: str) -> int:
    """Send something as an open page does; ``seen`` is the last event that its author knew of."""
    headers = {"X-Client-Id": number, "HX-Request": "true"}
    if seen := given.pop("seen_event", ""):
        headers["X-Seen-Event"] = seen
    return client.post(f"/conversations/{conversation.pk}/{act}/", given, headers=headers).status_code


def note(client: Client, conversation: Conversation, number: str, **given: str) -> int:
    return send(client, conversation, number, mode="note", text="He called.", **given)


def two_of_one() -> tuple[Conversation, Conversation]:
    sender = make.sender("denis@mail.example", "Denis Karpov")
    return make.conversation(sender=sender), make.conversation(sender=sender, external_id="two@mail.example")


def last_event() -> str:
    return str(Event.objects.order_by("-pk").values_list("pk", flat=True)[0])


def test_what_is_sent_twice_with_one_number_is_done_once(client: Client, olga: User) -> None:
    conversation, number = make.conversation(), str(uuid4())

    answers = [note(client, conversation, number) for _number in range(2)]

    assert answers == [200, 204]
    assert conversation.messages.filter(direction="note").count() == 1


def test_the_same_text_with_another_number_or_by_somebody_else_is_another(client: Client, olga: User) -> None:
    conversation, number = make.conversation(), str(uuid4())
    note(client, conversation, number)
    note(client, conversation, str(uuid4()))
    client.force_login(make.agent("igor"))
    note(client, conversation, number)

    assert conversation.messages.filter(direction="note").count() == 3


def test_what_was_refused_can_be_sent_again(client: Client, olga: User) -> None:
    conversation, number = make.conversation(), str(uuid4())

    assert send(client, conversation, number, mode="note", text="") == 422
    assert not Submission.objects.exists()
    assert note(client, conversation, number) == 200


@pytest.mark.parametrize("number", ["", "7", "not-a-number"])
def test_without_a_number_all_is_as_ever(client: Client, olga: User, number: str) -> None:
    conversation = make.conversation()

    assert [note(client, conversation, number) for _number in range(2)] == [200, 200]
    assert not Submission.objects.exists()


@pytest.mark.parametrize(
    ("act", "given"), [("resolution", {}), ("snooze", {"until": "tomorrow"}), ("assignment", {"assignee": ""})]
)
def test_what_was_decided_without_knowing_what_others_did_is_told(
    client: Client, olga: User, act: str, given: dict[str, str]
) -> None:
    conversation, igor = make.conversation(), make.agent("igor")
    seen = last_event()
    conversation.assign(to=igor, by=igor)

    assert send(client, conversation, str(uuid4()), act, seen_event=seen, **given) == 409

    conversation.refresh_from_db()
    assert (conversation.resolved_at, conversation.snoozed_until, conversation.assignee) == (None, None, igor)


def test_a_reply_waits_for_its_author_and_a_note_does_not(client: Client, olga: User) -> None:
    conversation, igor = make.conversation(), make.agent("igor")
    seen = last_event()
    conversation.resolve(by=igor)

    assert send(client, conversation, str(uuid4()), mode="reply", text="On Thursday.", seen_event=seen) == 409
    assert note(client, conversation, str(uuid4()), seen_event=seen) == 200


def test_what_was_decided_on_a_row_of_a_list_is_held_against_the_place_of_the_page(client: Client, olga: User) -> None:
    conversation, igor = make.conversation(), make.agent("igor")
    before = Event.objects.order_by("-tx", "-pk").first()
    conversation.assign(to=igor, by=igor)
    after = Event.objects.order_by("-tx", "-pk").first()
    assert before and after

    seen = f"{before.tx}-{before.pk}"
    assert send(client, conversation, str(uuid4()), "resolution", seen_event=seen) == 409
    seen = f"{after.tx}-{2**63 - 1}"
    assert send(client, conversation, str(uuid4()), "resolution", seen_event=seen) == 200


def test_a_reply_to_what_was_merged_meanwhile_becomes_a_draft_where_it_is_now(client: Client, olga: User) -> None:
    gone, kept = two_of_one()
    merging.merge(gone, kept, by=make.agent("igor"))

    assert send(client, gone, str(uuid4()), mode="reply", text="On Thursday.") == 200
    assert kept.drafts.get(user=olga).text == "On Thursday."
    assert not Message.objects.exclude(direction="in").exists()


@pytest.mark.parametrize("act", ["messages", "resolution"])
def test_what_waited_while_it_was_merged_stays_in_the_browser_which_says_so(
    client: Client, olga: User, act: str
) -> None:
    gone, kept = two_of_one()
    number, seen = str(uuid4()), last_event()
    merging.merge(gone, kept, by=make.agent("igor"))
    headers = {"X-Client-Id": number, "HX-Request": "true", "X-Seen-Event": seen}
    given = {"mode": "reply", "text": "On Thursday."}

    answer = client.post(f"/conversations/{gone.pk}/{act}/", given, headers=headers)

    assert (answer.status_code, answer["X-Merged-Into"]) == (422, str(kept.pk))
    assert f"#{gone.pk} was merged into #{kept.pk} meanwhile." in answer.content.decode()
    assert not kept.drafts.exists()
    assert not Message.objects.exclude(direction="in").exists()


def test_what_the_author_did_themselves_holds_nothing_up(client: Client, olga: User) -> None:
    conversation = make.conversation()
    seen = last_event()
    conversation.assign(to=olga, by=olga)

    assert send(client, conversation, str(uuid4()), "resolution", seen_event=seen) == 200


def test_nobody_learns_from_it_of_what_they_may_not_see(client: Client, olga: User) -> None:
    conversation = make.conversation()
    conversation.inbox.teams.add(make.team())

    assert send(client, conversation, str(uuid4()), "resolution", seen_event="1") == 404
    assert not Submission.objects.exists()


def test_numbers_are_forgotten_after_a_month(olga: User) -> None:
    old = Submission.objects.create(user=olga, client_id=uuid4(), at=clock.now() - 2 * KEPT_FOR)
    new = Submission.objects.create(user=olga, client_id=uuid4())

    tidy_files()

    assert list(Submission.objects.all()) == [new] != [old]


@pytest.mark.django_db(transaction=True)
def test_two_that_arrive_at_the_same_moment_are_done_once() -> None:
    olga, conversation, number = make.agent("olga"), make.conversation(), str(uuid4())
    answers: list[int] = []

    def press() -> None:
        client = Client()
        client.force_login(olga)
        answers.append(note(client, conversation, number))
        connection.close()

    threads = [threading.Thread(target=press) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == [200, 204, 204, 204]
    assert conversation.messages.filter(direction="note").count() == 1
