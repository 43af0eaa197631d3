"""Whom is told what of questions to experts."""

from datetime import timedelta

import pytest
from django.utils import timezone

from samovar.accounts.models import Notification, Role, User
from samovar.conversations import consulting
from samovar.conversations.consulting import Asking
from samovar.conversations.jobs import end_for_leaver, tell_of_late_experts
from samovar.conversations.models import Consultation, Conversation
from samovar.conversations.notices import lines, visible
from tests import make
from tests.reactions import run_later_reactions

pytestmark = pytest.mark.django_db


@pytest.fixture
def elena() -> User:
    """Who asks."""
    return make.agent("elena")


@pytest.fixture
def oleg() -> User:
    """Who is asked."""
    return make.user("oleg", role=Role.EXPERT)


def ask(conversation: Conversation, expert: User, by: User) -> Consultation:
    return consulting.ask(conversation, Asking(expert=expert, question="In stock?"), by=by).consultation


def told(user: User) -> list[str]:
    """Return what somebody was told and sees, once the reactions have run."""
    run_later_reactions()
    return sorted(visible(user).values_list("kind", flat=True))


def test_the_expert_is_told_and_led_to_the_question_until_it_is_over(elena: User, oleg: User) -> None:
    question = ask(make.conversation(), oleg, elena)

    assert told(oleg) == ["asked"]
    [line] = lines(list(visible(oleg).with_names()))
    assert (line.words, line.address) == ("Elena brings you in as an expert", question.get_absolute_url())
    question.withdraw(by=elena)

    assert told(oleg) == []


def test_who_is_not_asked_any_more_is_not_told(elena: User, oleg: User) -> None:
    ask(make.conversation(), oleg, elena).withdraw(by=elena)

    run_later_reactions()

    assert not Notification.objects.filter(user=oleg).exists()


def test_whoever_asked_is_told_of_the_answer_once(elena: User, oleg: User) -> None:
    conversation = make.conversation()
    since = run_later_reactions()
    conversation.assign(elena, by=elena)
    question = ask(conversation, oleg, elena)
    consulting.answer(question, "Two are left.", by=oleg)

    run_later_reactions(since)
    [line] = lines(list(visible(elena).with_names()))
    assert (line.preview, line.address) == ("Two are left.", conversation.get_absolute_url())


def test_whoever_asked_is_told_that_it_is_late_and_that_the_expert_has_left(elena: User, oleg: User) -> None:
    ask(make.conversation(), oleg, elena)
    Consultation.objects.update(due_at=timezone.now() - timedelta(minutes=1))
    tell_of_late_experts()
    assert told(elena) == ["advice"]
    Notification.objects.all().delete()

    end_for_leaver(oleg.pk)
    assert Consultation.objects.get().ending == "lapsed"
    run_later_reactions()

    assert Notification.objects.filter(user=elena, kind="advice").exists()


def test_an_agent_who_is_asked_is_told_even_if_the_inbox_is_closed_to_them(elena: User) -> None:
    igor = make.agent("igor")
    conversation = make.conversation()
    make.inbox().open_for([make.team()], by=make.admin())
    ask(conversation, igor, elena)

    assert told(igor) == ["asked"]
