"""The steps of macros: done through the verbs, taken back by steps."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from django.utils import timezone

from samovar.conversations import macro_steps
from samovar.conversations.macro_steps import Outcome, Step
from samovar.conversations.models import Conversation
from samovar.conversations.models.prioritising import Priority
from tests import make

pytestmark = pytest.mark.django_db


def state(conversation: Conversation) -> tuple[object, ...]:
    """Return all that steps can change."""
    now = Conversation.objects.get(pk=conversation.pk)
    tags = sorted(now.taggings.values_list("tag__name", flat=True))
    return now.assignee_id, now.priority, now.resolved_at is not None, now.snoozed_until, now.waiting_since, tags


def done(conversation: Conversation, steps: Sequence[Step]) -> Outcome:
    """Carry the steps out as olga."""
    return macro_steps.carry_out(conversation, steps, by=make.agent())


def steps_of_all_kinds() -> list[Step]:
    pavel = make.agent("pavel")
    return [
        Step("tag", str(make.tag("Refund").pk)),
        Step("untag", str(make.tag("Old").pk)),
        Step("priority", "2"),
        Step("assign", str(pavel.pk)),
        Step("snooze", "tomorrow"),
    ]


def test_all_steps_are_done_and_all_are_taken_back_at_once() -> None:
    conversation = make.conversation()
    conversation.tag(make.tag("Old"), by=make.agent())
    before = state(conversation)

    outcome = done(conversation, steps_of_all_kinds())

    assert list(outcome.said)[:4] == ["Tagged: Refund", "Tag removed: Old", "Urgent", "Assigned to Pavel"]
    assert state(conversation) != before
    done(conversation, macro_steps.read(step.code for step in outcome.back))
    assert state(conversation) == before


def test_a_cause_is_set_and_what_it_had_is_given_back_also_when_that_is_retired_since() -> None:
    conversation, late, damaged = make.conversation(), make.cause("Late"), make.cause("Damaged")
    conversation.set_cause(late, by=make.agent())
    late.retire(by=make.lead())

    outcome = done(conversation, [Step("cause", str(damaged.pk))])
    assert list(outcome.said) == ["Cause: Damaged"]
    assert list(done(conversation, [Step("cause", str(damaged.pk))]).back) == []

    again = done(conversation, macro_steps.read(step.code for step in outcome.back))
    assert (list(again.said), conversation.cause) == (["Cause: Late"], late)
    without = make.conversation("Another")
    bare = done(without, done(without, [Step("cause", str(damaged.pk))]).back)
    assert list(bare.said) == ["It has no cause now"]
    assert list(done(without, [Step("cause-again", "")]).back) == []


def test_a_cause_that_is_gone_or_retired_is_said() -> None:
    late = make.cause("Late")
    late.retire(by=make.lead())

    outcome = done(make.conversation(), [Step("cause", str(late.pk))])
    gone = done(make.conversation(), [Step("cause", "0")])

    assert list(outcome.missed) == ["the cause Late is retired"]
    assert list(gone.missed) == ["the cause is no longer there"]


def test_resolving_is_taken_back_with_the_snooze_that_it_ended() -> None:
    conversation = make.conversation()
    conversation.snooze(timezone.now() + timedelta(days=2), by=make.agent())
    before = state(conversation)

    outcome = done(conversation, [Step("resolve")])
    done(conversation, macro_steps.read(step.code for step in outcome.back))

    assert state(conversation) == before


def test_what_is_taken_back_can_be_done_again() -> None:
    conversation = make.conversation()
    first = done(conversation, [Step("resolve"), Step("assign", "")])
    after = state(conversation)

    second = done(conversation, macro_steps.read(step.code for step in first.back))
    done(conversation, macro_steps.read(step.code for step in second.back))

    assert state(conversation) == after


def test_waking_is_taken_back_too() -> None:
    conversation = make.conversation()
    conversation.snooze(timezone.now() + timedelta(days=2), by=make.agent())
    before = state(conversation)

    outcome = done(conversation, [Step("wake")])

    assert outcome.words == "Back in the list"
    done(conversation, outcome.back)
    assert state(conversation) == before


def test_what_somebody_else_has_done_already_is_not_taken_back() -> None:
    conversation, refund = make.conversation(), make.tag("Refund")
    conversation.tag(refund, by=make.agent())
    conversation.prioritise(Priority.HIGH, by=make.agent())
    conversation.resolve(by=make.agent())

    steps = [Step("tag", str(refund.pk)), Step("priority", "1"), Step("assign", ""), Step("resolve")]
    outcome = done(conversation, [*steps, Step("untag", str(make.tag("Old").pk))])

    assert not outcome.back
    assert not done(make.conversation(external_id="2@x"), [Step("reopen"), Step("wake")]).back


def test_snoozing_to_the_same_moment_is_nothing_to_take_back() -> None:
    conversation = make.conversation()
    until = timezone.now() + timedelta(days=2)
    conversation.snooze(until, by=make.agent())

    assert not done(conversation, [Step("snooze", until.isoformat())]).back


def test_whoever_applies_it_gets_it() -> None:
    conversation, olga = make.conversation(), make.agent("olga")

    macro_steps.carry_out(conversation, [Step("assign", "me")], by=olga)

    assert Conversation.objects.get(pk=conversation.pk).assignee == olga


def test_a_merged_tag_stands_as_the_other_one() -> None:
    money, refund, conversation = make.tag("Money"), make.tag("Refund"), make.conversation()
    money.merge(refund, by=make.lead())

    assert done(conversation, [Step("tag", str(money.pk))]).words == "Tagged: Refund"


def test_what_cannot_be_done_is_said_and_keeps_nothing_else_from_being_done() -> None:
    conversation, gone, old = make.conversation(), make.agent("gone"), make.tag("Old")
    gone.deactivate(by=make.admin())
    old.retire(by=make.lead())

    steps = [Step("tag", str(old.pk)), Step("tag", "987654"), Step("priority", "7"), Step("assign", str(gone.pk))]
    outcome = done(conversation, [*steps, Step("assign", "x"), Step("snooze", "x"), Step("resolve")])

    assert outcome.words == (
        "Resolved · Not done: the tag Old is retired · Not done: the tag is no longer there"
        " · Not done: there is no such priority · Not done: Gone answers customers no more"
        " · Not done: ? answers customers no more · Not done: there is no such moment"
    )


def test_nobody_is_given_what_stands_in_an_inbox_that_they_do_not_see() -> None:
    conversation, pavel = make.conversation(), make.agent("pavel")
    conversation.inbox.teams.set([make.team("Sales")])

    assert done(conversation, [Step("assign", str(pavel.pk))]).words == "Not done: Pavel does not see this inbox"


@pytest.mark.parametrize("until", ["2020-01-01T00:00:00+00:00", "2020-01-01T00:00:00"])
def test_nothing_is_put_off_into_the_past(until: str) -> None:
    assert "This moment has passed" in done(make.conversation(), [Step("snooze", until)]).words


def test_what_is_resolved_is_not_put_off() -> None:
    conversation = make.conversation()
    conversation.resolve(by=make.agent())

    assert done(conversation, [Step("snooze", "tomorrow")]).missed == ["it is resolved, so it cannot be snoozed"]


@pytest.mark.parametrize("value", macro_steps.SNOOZES)
def test_a_macro_puts_off_at_every_hour(value: str) -> None:
    assert done(make.conversation(), [Step("snooze", value)]).said


@pytest.mark.parametrize(
    ("codes", "read"),
    [
        (["resolve:", "tag:3"], ["tag:3", "resolve:"]),
        (["tag:3", "tag:4", "tag:3"], ["tag:3", "tag:4"]),
        (["assign:3", "assign:me"], ["assign:me"]),
        (["resolve:", "reopen:"], ["reopen:"]),
        (["delete:", "", "tag", "resolve"], ["tag:", "resolve:"]),
        ([f"tag:{'9' * 80}"], []),
        ([f"tag:{number}" for number in range(30)], [f"tag:{number}" for number in range(20)]),
    ],
)
def test_steps_are_read_in_the_order_in_which_they_are_done(codes: list[str], read: list[str]) -> None:
    assert [step.code for step in macro_steps.read(codes)] == read


def test_steps_are_called_by_what_they_are_about_now() -> None:
    money, refund, pavel = make.tag("Money"), make.tag("Refund"), make.agent("pavel")
    money.merge(refund, by=make.lead())
    kept = [["tag", str(money.pk)], ["assign", str(pavel.pk)], ["assign", "me"], ["assign", ""], ["priority", "2"]]
    kept += [["priority", "x"], ["snooze", "tomorrow"], ["resolve", ""], ["tag", "9" * 30], ["unheard-of", "1"]]

    labels = [step.label for step in macro_steps.named(kept)]

    assert labels[:4] == ["tag: Refund", "assign: Pavel", "assign: whoever applies it", "assign: nobody"]
    assert labels[4:] == ["priority: Urgent", "priority: x", "snooze: Tomorrow", "resolve", "tag: ?"]


def test_a_draft_keeps_steps_with_their_names() -> None:
    steps = [Step("tag", "3", "Refund"), Step("resolve")]

    assert macro_steps.from_draft(macro_steps.kept(steps)) == steps
    assert macro_steps.from_draft([["unheard-of", "", ""]]) == []
