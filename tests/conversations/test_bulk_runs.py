"""Doing the same to many conversations: all of them, in batches, and back."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from samovar.accounts.models import Role, User
from samovar.conversations import bulk_runs
from samovar.conversations.bulk_runs import Wish
from samovar.conversations.bulk_steps import Pair
from samovar.conversations.models import BulkItem, BulkRun, Conversation
from samovar.conversations.models.deleting import DeletionReason
from samovar.conversations.models.prioritising import Priority
from samovar.lib import clock
from tests import make

pytestmark = pytest.mark.django_db


def several(number: int = 3) -> list[Conversation]:
    """Make so many conversations of different customers."""
    return [
        make.conversation(f"Message {place}", sender=make.sender(f"c{place}@mail.example", f"Customer {place}"))
        for place in range(number)
    ]


def begun(by: User, conversations: Sequence[Conversation], *steps: Pair) -> BulkRun:
    """Begin to do ``steps`` to conversations."""
    ids = [conversation.pk for conversation in conversations]
    return bulk_runs.begin(Wish(key=uuid4(), steps=steps, title="A title", source={"ids": ids}), by)[0]


def run(by: User, conversations: Sequence[Conversation], *steps: Pair) -> BulkRun:
    """Do ``steps`` to conversations."""
    return finished(begun(by, conversations, *steps))


def finished(run: BulkRun) -> BulkRun:
    """Go through all that is left."""
    assert bulk_runs.finish(run.pk)
    run.refresh_from_db()
    return run


def undone(run: BulkRun, by: User) -> BulkRun:
    """Take back what was done."""
    assert bulk_runs.undo(run, by)
    return finished(run)


def reasons(run: BulkRun) -> dict[int, tuple[str, str]]:
    """Return what became of each conversation, and why."""
    return {item.conversation_id: (item.state, item.reason) for item in run.items.all()}


def state(conversation: Conversation) -> tuple[object, ...]:
    """Return all that steps can change."""
    now = Conversation.objects.get(pk=conversation.pk)
    tags = sorted(now.taggings.values_list("tag__name", flat=True))
    settled = now.resolved_at is not None, now.deleted_at is not None, now.kind, now.waiting_since
    put_off = now.snoozed_until, now.wakes_on if now.snoozed_until else ""
    return now.assignee_id, now.team_id, now.priority, *settled, *put_off, now.is_unread, now.cause_id, tags


def steps_of_all_kinds() -> list[Pair]:
    return [
        ("assign", "me"),
        ("assign", str(make.agent("pavel").pk)),
        ("team", str(make.team("Desk", make.agent("ivan")).pk)),
        ("tag", str(make.tag("Refund").pk)),
        ("untag", str(make.tag("Old").pk)),
        ("priority", "2"),
        ("cause", str(make.cause().pk)),
        ("snooze", "tomorrow|reply"),
        ("snooze", "+2|more"),
        ("snooze", "next-week|nothing"),
        ("resolve", ""),
        ("spam", ""),
        ("delete", "trial"),
        ("read", ""),
    ]


@pytest.mark.parametrize("place", range(14))
def test_every_step_is_done_to_all_and_all_are_taken_back_as_they_were(place: int) -> None:
    step, olga, some = steps_of_all_kinds()[place], make.agent("olga"), several()
    for conversation in some:
        conversation.tag(make.tag("Old"), by=olga)
    before = [state(conversation) for conversation in some]

    did = run(olga, some, step)

    assert (did.total, did.done, did.skipped, did.failed) == (3, 3, 0, 0)
    after = [state(conversation) for conversation in some]
    assert all(one != other for one, other in zip(before, after, strict=True))
    back = undone(did, olga)
    assert (back.undone, back.kept, back.is_working) == (3, 0, False)
    assert [state(conversation) for conversation in some] == before


@pytest.mark.parametrize("step", [("reopen", ""), ("wake", ""), ("wanted", ""), ("unread", ""), ("assign", "")])
def test_what_takes_back_is_a_step_of_its_own_that_can_be_taken_back(step: Pair) -> None:
    olga, [conversation] = make.agent("olga"), several(1)
    opposite = {"reopen": "resolve", "wake": "snooze", "wanted": "spam", "unread": "read", "assign": "assign"}[step[0]]
    values = {"snooze": (timezone.now() + timedelta(days=2)).isoformat(), "assign": str(olga.pk)}
    run(olga, [conversation], (opposite, values.get(opposite, "")))
    before = state(conversation)

    did = run(olga, [conversation], step)

    assert did.done == 1
    assert state(conversation) != before
    undone(did, olga)
    assert state(conversation) == before


def test_what_was_so_already_is_left_and_not_taken_back() -> None:
    olga, some = make.agent("olga"), several()
    some[1].resolve(by=olga)

    did = run(olga, some, ("resolve", ""))

    assert (did.done, did.skipped) == (2, 1)
    assert reasons(did)[some[1].pk] == ("s", "same")
    undone(did, olga)
    assert [conversation.pk for conversation in Conversation.objects.all().resolved()] == [some[1].pk]


def test_what_somebody_changed_since_is_left_as_they_left_it() -> None:
    olga, pavel, some = make.agent("olga"), make.agent("pavel"), several()
    did = run(olga, some, ("assign", str(pavel.pk)))
    some[0].assign(to=olga, by=olga)

    back = undone(did, olga)

    assert (back.undone, back.kept) == (2, 1)
    assert reasons(back)[some[0].pk] == ("k", "changed")
    assert set(Conversation.objects.values_list("pk", "assignee")) == {
        (some[0].pk, olga.pk),
        (some[1].pk, None),
        (some[2].pk, None),
    }


def test_another_matter_that_changed_since_keeps_nothing_from_being_taken_back() -> None:
    olga, [conversation] = make.agent("olga"), several(1)
    did = run(olga, [conversation], ("assign", "me"))
    conversation.tag(make.tag("Refund"), by=olga)

    assert undone(did, olga).undone == 1


def test_it_can_be_undone_for_ten_minutes() -> None:
    olga = make.agent("olga")
    did = run(olga, several(), ("resolve", ""))

    with clock.standing_at(clock.now() + timedelta(minutes=11)):
        assert not bulk_runs.undo(did, olga)

    did.refresh_from_db()
    assert did.undo_asked_at is None


def test_what_cannot_be_done_says_why_for_each() -> None:
    olga, pavel, some = make.agent("olga"), make.agent("pavel"), several(4)
    some[0].trash(DeletionReason.TRIAL, by=olga)
    some[1].resolve(by=olga)
    did = run(olga, some, ("snooze", "tomorrow|more"))
    assert reasons(did) == {
        some[0].pk: ("s", "unseen"),
        some[1].pk: ("s", "resolved"),
        some[2].pk: ("d", ""),
        some[3].pk: ("d", ""),
    }

    make.inbox().open_for([make.team("Desk", olga)], by=make.admin())
    assert reasons(run(olga, some[2:3], ("assign", str(pavel.pk)))) == {some[2].pk: ("s", "closed")}
    User.objects.filter(pk=pavel.pk).update(role=Role.OBSERVER)
    assert reasons(run(olga, some[2:3], ("assign", str(pavel.pk)))) == {some[2].pk: ("s", "gone")}
    assert reasons(run(olga, some[2:3], ("tag", "0"))) == {some[2].pk: ("s", "gone")}
    assert reasons(run(olga, some[2:3], ("cause", "0"))) == {some[2].pk: ("s", "gone")}
    past = (timezone.now() - timedelta(days=1)).isoformat()
    assert reasons(run(olga, some[2:3], ("snooze", past))) == {some[2].pk: ("s", "past")}
    assert reasons(run(olga, some[2:3], ("snooze", "whenever"))) == {some[2].pk: ("s", "past")}


def test_whoever_loses_the_right_meanwhile_does_nothing_more() -> None:
    olga, some = make.agent("olga"), several()
    did = begun(olga, some, ("resolve", ""))
    User.objects.filter(pk=olga.pk).update(role=Role.OBSERVER)

    finished(did)

    assert (did.done, did.skipped) == (0, 3)
    assert {reason for _state, reason in reasons(did).values()} == {"rights"}
    assert not Conversation.objects.all().resolved().exists()


def test_an_inbox_that_was_closed_meanwhile_is_left_alone() -> None:
    olga, some = make.agent("olga"), several()
    did = begun(olga, some, ("resolve", ""))
    make.inbox().open_for([make.team("Others", make.agent("pavel"))], by=make.admin())

    finished(did)

    assert {reason for _state, reason in reasons(did).values()} == {"unseen"}


def test_of_the_steps_of_a_macro_one_that_cannot_be_done_keeps_no_other_back() -> None:
    olga, some = make.agent("olga"), several(2)
    some[0].resolve(by=olga)

    did = run(olga, some, ("snooze", "tomorrow"), ("priority", "2"))

    assert did.done == 2
    assert set(Conversation.objects.values_list("priority", flat=True)) == {Priority.URGENT}
    assert reasons(run(olga, some[:1], ("snooze", "tomorrow"), ("tag", "0"))) == {some[0].pk: ("s", "step")}


def test_the_same_key_is_the_same_run() -> None:
    olga, ids = make.agent("olga"), [conversation.pk for conversation in several()]
    wish = Wish(key=uuid4(), steps=[("resolve", "")], title="Resolved", source={"ids": ids})

    first, is_new = bulk_runs.begin(wish, olga)
    second, is_new_again = bulk_runs.begin(wish, olga)
    of_another, _ = bulk_runs.begin(wish, make.agent("pavel"))

    assert (first, is_new, is_new_again) == (second, True, False)
    assert of_another != first


def test_all_that_match_a_list_are_meant_wherever_its_pages_end() -> None:
    olga, some = make.agent("olga"), several(5)
    some[0].assign(to=olga, by=olga)
    wish = Wish(key=uuid4(), steps=[("priority", "1")], title="High", source={"query": "view=mine&after=1-2"})

    did = finished(bulk_runs.begin(wish, olga)[0])

    assert (did.total, reasons(did)) == (1, {some[0].pk: ("d", "")})
    # What was searched for may be the name of a customer.
    assert did.source == {}


def test_a_list_that_is_empty_by_then_is_over_at_once() -> None:
    wish = Wish(key=uuid4(), steps=[("resolve", "")], title="Resolved", source={"query": "view=mine"})

    did = finished(bulk_runs.begin(wish, make.agent("olga"))[0])

    assert (did.total, did.is_working, did.is_undoable) == (0, False, False)


def test_a_view_that_is_gone_by_then_means_nothing_and_not_another_list() -> None:
    several(2)
    wish = Wish(key=uuid4(), steps=[("resolve", "")], title="Resolved", source={"query": "view=gone"})

    did = finished(bulk_runs.begin(wish, make.agent("olga"))[0])

    assert (did.total, Conversation.objects.all().resolved().count()) == (0, 0)


def test_stopped_it_keeps_what_is_done_and_can_be_undone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_runs, "AT_ONCE", 2)
    monkeypatch.setattr(bulk_runs, "MOST_SECONDS", 0.0)
    olga, some = make.agent("olga"), several(5)
    did = begun(olga, some, ("resolve", ""))
    bulk_runs.advance(did.pk)
    bulk_runs.advance(did.pk)

    bulk_runs.stop(did)
    bulk_runs.stop(did)

    assert not bulk_runs.advance(did.pk)
    did.refresh_from_db()
    assert (did.done, Conversation.objects.all().resolved().count()) == (2, 2)
    assert undone(did, olga).undone == 2
    assert not Conversation.objects.all().resolved().exists()


def test_undoing_what_is_still_at_work_stops_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_runs, "AT_ONCE", 2)
    monkeypatch.setattr(bulk_runs, "MOST_SECONDS", 0.0)
    olga, some = make.agent("olga"), several(5)
    did = begun(olga, some, ("resolve", ""))
    bulk_runs.advance(did.pk)
    bulk_runs.advance(did.pk)

    undone(did, olga)

    assert not Conversation.objects.all().resolved().exists()
    assert (did.undone, did.total) == (2, 5)


@pytest.mark.parametrize("step", [("resolve", ""), ("spam", "")])
def test_a_batch_stops_before_it_holds_others_up(monkeypatch: pytest.MonkeyPatch, step: Pair) -> None:
    monkeypatch.setattr(bulk_runs, "MOST_SECONDS", 0.0)
    monkeypatch.setattr(bulk_runs, "AT_ONCE", 1 if step[0] == "resolve" else 3)
    did = begun(make.agent("olga"), several(3), step)
    bulk_runs.advance(did.pk)

    bulk_runs.advance(did.pk)

    did.refresh_from_db()
    assert did.done == 1
    assert finished(did).done == 3


def test_what_was_left_is_picked_up_and_what_is_old_is_forgotten() -> None:
    olga = make.agent("olga")
    left, over = begun(olga, several(), ("resolve", "")), run(olga, several(1), ("read", ""))
    assert bulk_runs.left_behind() == []

    with clock.standing_at(clock.now() + timedelta(minutes=2)):
        assert bulk_runs.left_behind() == [left.pk]
    assert not bulk_runs.forget_some(10)
    with clock.standing_at(clock.now() + timedelta(days=31)):
        while bulk_runs.forget_some(1):
            pass

    assert (BulkRun.objects.count(), BulkItem.objects.count()) == (0, 0)
    assert over.pk


def test_people_see_their_own_runs_and_who_leads_all() -> None:
    olga = make.agent("olga")
    did = run(olga, several(1), ("read", ""))

    seen = {
        user.name
        for user in (olga, make.agent("pavel"), make.lead("lena"), make.user(role=Role.OBSERVER))
        if BulkRun.objects.all().visible_to(user).filter(pk=did.pk).exists()
    }

    assert seen == {"Olga", "Lena"}
