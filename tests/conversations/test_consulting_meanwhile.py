"""What has ended a question to an expert is undone by whoever has ended it, and by nobody else."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from samovar.accounts.models import Role, User
from samovar.conversations import consulting
from samovar.conversations.consulting import Asking
from samovar.conversations.errors import AskedAlready, LeftAlready
from samovar.conversations.models import Consultation, PendingReply
from samovar.events.models import Event
from tests import make
from tests.questions import consultation

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def oleg() -> User:
    """An expert."""
    return make.user("oleg", role=Role.EXPERT)


@pytest.fixture
def elena() -> User:
    """An agent who brings experts in."""
    return make.agent("elena")


def pressed(user: User, question: Consultation, more: str = "") -> tuple[int, str]:
    """Press "Ask no more", or what undoes it."""
    client = Client()
    client.force_login(user)
    answer = client.post(reverse("consultation_withdrawal", args=[question.pk]) + more, headers=HTMX)
    return answer.status_code, answer.content.decode()


@pytest.mark.parametrize("ended", [lambda question, by: question.withdraw(by), lambda question, _by: question.lapse()])
def test_nobody_lets_themselves_back_in(oleg: User, elena: User, ended: Callable[[Consultation, User], object]) -> None:
    question = consultation(oleg, elena)
    ended(question, elena)
    client = Client()
    client.force_login(oleg)

    with pytest.raises(LeftAlready):
        consulting.take_back(question, by=oleg)
    answer = client.post(reverse("consultation_taking_back", args=[question.pk]), follow=True)

    shown = answer.content.decode()
    assert "scratched" not in shown
    assert "It cannot be taken back any more." in shown
    assert not Consultation.objects.get().is_open
    assert not Event.objects.filter(kind="ExpertReopened").exists()


@pytest.mark.parametrize("verb", [consulting.answer, consulting.hand_back, consulting.decline])
def test_who_asks_no_more_hears_that_the_expert_was_faster(
    oleg: User, elena: User, verb: Callable[[Consultation, str, User], object]
) -> None:
    question = consultation(oleg, elena)
    verb(question, "Two are left.", oleg)
    before = Consultation.objects.values().get()

    status, said = pressed(elena, question)
    undone, told = pressed(elena, question, "?undo")

    assert (status, undone) == (422, 422)
    for one in (said, told):
        assert "Oleg has answered meanwhile." in one
        assert "?undo" not in one
        assert "is asked" not in one
    assert Consultation.objects.values().get() == before


def test_who_asks_no_more_after_a_week_hears_that_it_is_over(oleg: User, elena: User) -> None:
    question = consultation(oleg, elena)
    question.lapse()

    assert "The question is over meanwhile." in pressed(elena, question)[1]
    assert "The question is over meanwhile." in pressed(elena, question, "?undo")[1]
    assert Consultation.objects.get().ending == "lapsed"


def test_of_two_who_ask_no_more_both_read_so_and_of_two_who_undo_it(oleg: User, elena: User) -> None:
    question = consultation(oleg, elena)

    for user in (elena, make.agent("igor")):
        assert "Oleg is asked no more" in pressed(user, question)[1]
    for user in (elena, make.agent("boris")):
        assert "Oleg is asked" in pressed(user, question, "?undo")[1]

    assert Consultation.objects.get().is_open
    assert Event.objects.filter(kind="ExpertReopened").count() == 1


def test_what_tells_the_customer_leaves_when_the_expert_was_faster(oleg: User, elena: User) -> None:
    elena.change_ways(undo_seconds=10)
    asking = Asking(expert=oleg, question="Is it in stock?", is_told=True)
    asked = consulting.ask(make.conversation(), asking, by=elena)
    assert asked.pending is not None
    consulting.answer(asked.consultation, "Two are left.", by=oleg)

    assert not consulting.withdraw(asked.consultation, by=elena, pending_id=asked.pending.pk)

    # It is as true as before, and has its own way back.
    assert PendingReply.objects.get() == asked.pending


@pytest.mark.parametrize("differently", [{"may_write": True}, {"due_at": timezone.now() + timedelta(hours=2)}])
def test_the_same_question_meant_in_another_way_is_not_said_to_be_asked(
    elena: User, oleg: User, differently: dict[str, Any]
) -> None:
    conversation = make.conversation()
    consulting.ask(conversation, Asking(expert=oleg, question="Is it in stock?"), by=elena)

    with pytest.raises(AskedAlready, match="Is it in stock"):
        consulting.ask(conversation, Asking(expert=oleg, question="Is it in stock?", **differently), by=elena)

    found = Consultation.objects.get()
    assert (found.may_write, found.due_at) == (False, None)
