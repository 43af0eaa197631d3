"""Bringing in an expert: asked, answered, and gone; what they can read, and for how long."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from samovar.accounts.models import Role, User
from samovar.conversations import consulting, merging, opening, releasing
from samovar.conversations.consulting import Asked, Asking
from samovar.conversations.drafting import Typed, keep
from samovar.conversations.errors import AskedAlready, LeftAlready, NewerMessage, QuestionOver
from samovar.conversations.jobs import end_for_leaver, end_old_questions, tell_of_late_experts
from samovar.conversations.models import Consultation, Conversation, Draft, Message, PendingReply
from samovar.conversations.models.deleting import DeletionReason
from samovar.conversations.models.draft import DraftMode
from samovar.events.models import Event
from tests import make

pytestmark = pytest.mark.django_db


def oleg(role: str = Role.EXPERT) -> User:
    user = make.user("oleg", role=role)
    user.change_ways(undo_seconds=10)
    return user


def asked(conversation: Conversation, expert: User, by: User, **what: Any) -> Asked:
    wanted: dict[str, Any] = {"expert": expert, "question": "Is an oak top in stock?", **what}
    return consulting.ask(conversation, Asking(**wanted), by=by)


def ask(conversation: Conversation, expert: User, by: User, **what: Any) -> Consultation:
    return asked(conversation, expert, by, **what).consultation


def kinds(conversation: Conversation) -> list[str]:
    rows = Event.objects.filter(conversation_id=conversation.pk, kind__startswith="Expert").order_by("pk")
    return list(rows.values_list("kind", flat=True))


def reads(user: User) -> list[str]:
    return list(Message.objects.filter(consulting.readable(user)).order_by("pk").values_list("text", flat=True))


def reply(text: str, seen_id: int | None = None) -> Typed:
    return Typed(mode=DraftMode.REPLY, text=text, seen_id=seen_id)


def test_an_expert_answers_with_a_note_and_has_left() -> None:
    conversation, elena, expert = make.conversation(), make.agent("elena"), oleg()
    question = ask(conversation, expert, elena)
    keep(conversation, DraftMode.NOTE, "Two are", by=expert)

    note = consulting.answer(question, "Two are left.", by=expert)

    assert (note.direction, note.author, question.answer) == ("note", expert, note)
    assert not Conversation.objects.all().asked_of(expert).exists()
    assert not Draft.objects.filter(user=expert).exists()
    assert kinds(conversation) == ["ExpertAsked", "ExpertAnswered"]
    with pytest.raises(QuestionOver):
        consulting.answer(question, "And one more.", by=expert)


def test_an_expert_reads_one_conversation_and_of_its_notes_those_since() -> None:
    conversation, elena, expert = make.conversation("The top is scratched."), make.agent("elena"), oleg()
    make.conversation("Another matter of hers.", subject="Another")
    conversation.add_note("She is difficult.", by=elena)
    question = ask(conversation, expert, elena)
    conversation.add_note("She needs it by Friday.", by=elena)

    assert reads(expert) == ["The top is scratched.", "She needs it by Friday."]
    assert [one.message.text for one in consulting.thread(question)] == reads(expert)
    assert not Conversation.objects.all().visible_to(expert).exists()

    consulting.answer(question, "Two are left.", by=expert)

    assert reads(expert) == []


@pytest.mark.parametrize("role", [Role.EXPERT, Role.OBSERVER, Role.AGENT])
def test_whoever_loses_the_question_loses_what_it_opened_whatever_their_role(role: str) -> None:
    conversation, elena, expert = make.conversation("The top is scratched."), make.agent("elena"), oleg(role)
    make.inbox().open_for([make.team()], by=make.admin())
    question = ask(conversation, expert, elena)
    assert reads(expert) == ["The top is scratched."]

    expert.change_role(Role.EXPERT, by=make.admin("anna"))
    assert reads(expert) == ["The top is scratched."]
    question.withdraw(by=elena)

    assert reads(expert) == []


def test_what_is_deleted_is_closed_to_the_expert_too() -> None:
    conversation, elena, expert = make.conversation(), make.agent("elena"), oleg()
    question = ask(conversation, expert, elena)

    conversation.trash(DeletionReason.MISTAKE, by=elena)

    assert reads(expert) == []
    with pytest.raises(QuestionOver):
        consulting.answer(question, "Two are left.", by=expert)


def test_the_same_question_twice_is_one_and_another_agent_is_told_what_is_asked() -> None:
    conversation, elena, igor, expert = make.conversation(), make.agent("elena"), make.agent("igor"), oleg()

    first, again = ask(conversation, expert, elena), ask(conversation, expert, elena)
    with pytest.raises(AskedAlready, match="Elena.*oak top"):
        ask(conversation, expert, igor, question="Is it in stock?")

    assert first == again
    assert Consultation.objects.count() == 1


def test_who_has_answered_can_be_asked_again() -> None:
    conversation, elena, expert = make.conversation(), make.agent("elena"), oleg()
    consulting.answer(ask(conversation, expert, elena), "Two are left.", by=expert)

    question = ask(conversation, expert, elena, question="Which colour?")

    assert question.is_open
    assert reads(expert)[-1:] != ["Two are left."]


def test_asking_is_withdrawn_and_withdrawing_is_taken_back() -> None:
    conversation, elena, expert = make.conversation(), make.agent("elena"), oleg()
    question = ask(conversation, expert, elena)

    question.withdraw(by=elena)
    question.withdraw(by=elena)
    assert (question.ending, reads(expert)) == ("withdrawn", [])
    question.reopen(by=elena)
    question.reopen(by=elena)

    assert question.is_open
    assert kinds(conversation) == ["ExpertAsked", "ExpertWithdrawn", "ExpertReopened"]


def test_nothing_is_reopened_for_who_was_asked_again_or_has_left() -> None:
    conversation, elena, expert = make.conversation(), make.agent("elena"), oleg()
    first = ask(conversation, expert, elena)
    first.withdraw(by=elena)
    second = ask(conversation, expert, elena)
    first.reopen(by=elena)
    assert not first.is_open
    second.withdraw(by=elena)
    expert.deactivate(by=make.admin())

    second.reopen(by=elena)

    assert not second.is_open


def test_an_expert_hands_back_with_a_line_that_stands_at_the_head() -> None:
    conversation, elena, expert = make.conversation(), make.agent("elena"), oleg()
    question = ask(conversation, expert, elena)

    consulting.hand_back(question, "Two tops are held\nuntil 13:00.", by=expert)

    [shown] = opening.opened(elena, conversation.pk).experts
    assert (shown.words, shown.expert.name) == ("Two tops are held until 13:00.", "Oleg")
    assert kinds(conversation)[-1] == "ExpertHandedBack"


def test_an_expert_says_that_they_cannot_help() -> None:
    conversation, elena, expert = make.conversation(), make.agent("elena"), oleg()
    question = ask(conversation, expert, elena)

    consulting.decline(question, "Ask Boris.", by=expert)

    assert (question.ending, question.words) == ("declined", "Ask Boris.")
    assert opening.opened(elena, conversation.pk).experts == []


def test_only_who_may_writes_to_the_customer() -> None:
    conversation, elena, expert = make.conversation(), make.agent("elena"), oleg()
    question = ask(conversation, expert, elena)

    with pytest.raises(QuestionOver):
        consulting.reply(question, reply("Two are left."), by=expert)

    assert question.is_open
    assert not PendingReply.objects.exists()


def test_the_answer_of_an_expert_leaves_like_any_other_though_they_have_left() -> None:
    conversation, elena, expert = make.conversation(), make.agent("elena"), oleg()
    question = ask(conversation, expert, elena, may_write=True)

    row = consulting.reply(question, reply("Two are left."), by=expert)
    assert reads(expert) == []
    PendingReply.objects.update(due_at=timezone.now())
    releasing.release(row.pk)

    sent = conversation.messages.get(direction="out")
    assert (sent.text, sent.author) == ("Two are left.", expert)


def test_an_expert_who_is_not_let_write_any_more_has_their_answer_held() -> None:
    conversation, elena, expert = make.conversation(), make.agent("elena"), oleg()
    question = ask(conversation, expert, elena, may_write=True)
    row = consulting.reply(question, reply("Two are left."), by=expert)
    Consultation.objects.update(may_write=False)
    PendingReply.objects.update(due_at=timezone.now())

    releasing.release(row.pk)

    assert PendingReply.objects.get().held == "hidden"


def test_an_expert_without_time_to_think_better_of_it_sends_at_once() -> None:
    conversation, elena, expert = make.conversation(), make.agent("elena"), oleg()
    expert.change_ways(undo_seconds=0)
    question = ask(conversation, expert, elena, may_write=True)

    sent = consulting.reply(question, reply("Two are left."), by=expert)

    assert isinstance(sent, Message)
    assert not question.is_open


def test_what_was_written_meanwhile_holds_the_answer_of_an_expert() -> None:
    conversation, elena, expert = make.conversation(), make.agent("elena"), oleg()
    question = ask(conversation, expert, elena, may_write=True)
    seen = conversation.messages.get().pk
    conversation.reply("We look into it.", by=elena)

    with pytest.raises(NewerMessage):
        consulting.reply(question, reply("Two are left.", seen), by=expert)

    assert Consultation.objects.get().is_open


def test_an_answer_to_the_customer_is_taken_back_while_it_has_not_left() -> None:
    conversation, elena, expert = make.conversation(), make.agent("elena"), oleg()
    question = ask(conversation, expert, elena, may_write=True)
    consulting.reply(question, reply("Two are left."), by=expert)

    consulting.take_back(question, by=expert)
    consulting.take_back(question, by=expert)

    assert question.is_open
    assert Draft.objects.get(user=expert).text == "Two are left."
    assert not PendingReply.objects.exists()


def test_an_answer_that_has_left_is_not_taken_back() -> None:
    conversation, elena, expert = make.conversation(), make.agent("elena"), oleg()
    question = ask(conversation, expert, elena, may_write=True)
    row = consulting.reply(question, reply("Two are left."), by=expert)
    PendingReply.objects.update(due_at=timezone.now())
    releasing.release(row.pk)

    with pytest.raises(LeftAlready):
        consulting.take_back(question, by=expert)


@pytest.mark.parametrize("verb", [consulting.answer, consulting.hand_back, consulting.decline])
def test_what_an_expert_has_said_to_the_team_is_taken_back_for_some_minutes(verb: Any) -> None:
    conversation, elena, expert = make.conversation("Hello"), make.agent("elena"), oleg()
    question = ask(conversation, expert, elena)
    verb(question, "Two are left.", by=expert)

    consulting.take_back(question, by=expert)

    assert question.is_open
    assert Draft.objects.get(user=expert).text == "Two are left."
    assert "Two are left." not in reads(expert)
    verb(question, "Two are left.", by=expert)
    Consultation.objects.update(ended_at=timezone.now() - timedelta(minutes=11))
    with pytest.raises(LeftAlready):
        consulting.take_back(question, by=expert)


def test_leaving_without_a_word_is_taken_back_too() -> None:
    conversation, elena, expert = make.conversation(), make.agent("elena"), oleg()
    question = ask(conversation, expert, elena)
    consulting.decline(question, "", by=expert)

    consulting.take_back(question, by=expert)

    assert question.is_open
    assert not Draft.objects.filter(user=expert).exists()


def test_what_is_answered_in_time_is_never_late() -> None:
    conversation, elena, expert = make.conversation(), make.agent("elena"), oleg()
    question = ask(conversation, expert, elena, due_at=timezone.now() + timedelta(hours=1))
    question.tell_when_late()
    consulting.answer(question, "Two are left.", by=expert)

    question.tell_when_late()

    assert "ExpertLate" not in kinds(conversation)


def test_the_customer_is_told_who_answers_in_their_language_and_only_if_it_is_wished() -> None:
    conversation, elena, expert = make.conversation(), make.agent("elena"), oleg()
    conversation.customer.language = "ru"
    conversation.customer.save(update_fields=["language"])
    elena.change_ways(undo_seconds=10)
    keep(conversation, DraftMode.REPLY, "What I was typing", by=elena)
    ask(conversation, make.user("boris"), elena)
    assert not PendingReply.objects.exists()

    found = asked(conversation, expert, elena, may_write=True, is_told=True)

    assert found.pending is not None
    assert "ответит" in found.pending.text
    assert Draft.objects.get(user=elena).text == "What I was typing"
    consulting.withdraw(found.consultation, by=elena, pending_id=found.pending.pk)
    assert not PendingReply.objects.exists()


def test_who_takes_nothing_back_tells_the_customer_at_once_and_nobody_takes_back_for_others() -> None:
    conversation, elena, igor = make.conversation(), make.agent("elena"), make.agent("igor")
    elena.change_ways(undo_seconds=0)
    igor.change_ways(undo_seconds=10)
    assert asked(conversation, oleg(), elena, is_told=True).pending is None
    assert conversation.messages.filter(direction="out").count() == 1
    found = asked(conversation, make.user("boris"), igor, is_told=True)
    assert found.pending is not None

    consulting.withdraw(found.consultation, by=elena, pending_id=found.pending.pk)

    assert PendingReply.objects.exists()


def test_it_is_told_once_that_no_answer_came_in_time() -> None:
    conversation, elena, expert = make.conversation(), make.agent("elena"), oleg()
    ask(conversation, expert, elena, due_at=timezone.now() + timedelta(hours=1))
    tell_of_late_experts()
    assert kinds(conversation) == ["ExpertAsked"]
    Consultation.objects.update(due_at=timezone.now() - timedelta(minutes=1))

    tell_of_late_experts()
    tell_of_late_experts()

    assert kinds(conversation) == ["ExpertAsked", "ExpertLate"]
    assert [one.is_late for one in opening.opened(elena, conversation.pk).experts] == [True]


def test_a_question_that_nobody_answers_is_over_after_a_week() -> None:
    conversation, elena, expert = make.conversation(), make.agent("elena"), oleg()
    question, later = ask(conversation, expert, elena), ask(make.conversation(), expert, elena)
    Consultation.objects.filter(pk=question.pk).update(asked_at=timezone.now() - timedelta(days=8))

    end_old_questions()
    end_old_questions()

    question.refresh_from_db()
    later.refresh_from_db()
    assert (question.ending, later.is_open) == ("lapsed", True)
    assert kinds(conversation) == ["ExpertAsked", "ExpertLapsed"]


def test_the_questions_to_a_leaver_are_over() -> None:
    conversation, elena, expert = make.conversation(), make.agent("elena"), oleg()
    question = ask(conversation, expert, elena)

    end_for_leaver(expert.pk)
    question.lapse()

    question.refresh_from_db()
    assert question.ending == "lapsed"


def test_a_question_goes_along_when_conversations_are_merged_and_back() -> None:
    first, elena, expert = make.conversation("The top is scratched."), make.agent("elena"), oleg()
    second = make.conversation("And a leg, too.", subject="A leg")
    question = ask(first, expert, elena)

    done = merging.merge(first, second, by=elena)
    assert reads(expert) == ["The top is scratched.", "And a leg, too."]
    merging.undo(done, by=elena)
    consulting.answer(question, "Two are left.", by=expert)

    assert first.messages.filter(text="Two are left.").exists()


def test_what_is_asked_of_somebody_stands_in_the_order_in_which_it_is_wanted() -> None:
    elena, expert, now = make.agent("elena"), oleg(), timezone.now()
    later = ask(make.conversation(), expert, elena)
    soon = ask(make.conversation(), expert, elena, due_at=now + timedelta(hours=1))
    ask(make.conversation(), make.user("boris"), elena)
    seen_before = soon.seen_at
    soon.see()

    assert consulting.asked_of(expert) == [soon, later]
    soon.refresh_from_db()
    assert seen_before is None
    assert soon.seen_at is not None
    assert soon.get_absolute_url() == f"/asked/{soon.pk}/"
    assert str(soon) == f"{expert.pk} about {soon.conversation_id}"
