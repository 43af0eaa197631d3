"""Promises: made, kept, moved, handed over, broken; and what two people at once make of them."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from samovar.accounts.models import User
from samovar.conversations import joining, merging
from samovar.conversations.deriving import differences, mend
from samovar.conversations.errors import CustomerErased
from samovar.conversations.jobs import announce_due_promises
from samovar.conversations.models import Conversation, Promise
from samovar.conversations.models.deleting import DeletionReason
from samovar.conversations.models.promise import Breach, PromiseKind, PromiseState
from samovar.customers import erasure
from samovar.events.models import Event
from samovar.lib import clock
from tests import make

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
# What is done with an open promise, and its name in the log.
DEEDS: dict[str, Callable[[Promise, User], None]] = {
    "PromiseKept": lambda promise, by: promise.keep(by),
    "PromiseBroken": lambda promise, by: promise.give_up(Breach.NO_TIME, by),
    "PromiseWithdrawn": lambda promise, by: promise.withdraw(by),
}


@pytest.fixture
def olga() -> User:
    """Who promises."""
    return make.agent("olga")


def promised(by: User, due_in: timedelta = HOUR, conversation: Conversation | None = None) -> Promise:
    """A call that is promised."""
    found = conversation or make.conversation()
    return found.promise(PromiseKind.CALL, timezone.now() + due_in, by=by)


def kinds() -> list[str]:
    """What the log says became of promises."""
    return list(Event.objects.filter(kind__startswith="Promise").order_by("pk").values_list("kind", flat=True))


def due(promise: Promise) -> datetime | None:
    """When the nearest promise of its conversation is due, as its row says; the row is true."""
    assert not list(differences([promise.conversation_id]))
    return Conversation.objects.get(pk=promise.conversation_id).promise_due_at


def test_who_promises_keeps_it_and_the_row_says_when(olga: User) -> None:
    promise = promised(olga)

    assert (promise.owner, promise.words, promise.state) == (olga, "Call back by phone", PromiseState.OPEN)
    assert due(promise) == promise.due_at
    [event] = Event.objects.filter(kind="PromiseMade")
    assert (event.customer_id, event.data["promise_id"]) == (promise.conversation.customer_id, promise.pk)


def test_the_same_promise_twice_is_one(olga: User) -> None:
    conversation, at = make.conversation(), timezone.now() + HOUR

    first = conversation.promise(PromiseKind.CALL, at, by=olga)

    assert conversation.promise(PromiseKind.CALL, at, by=olga) == first
    assert conversation.promise(PromiseKind.ANSWER, at, by=olga) != first
    first.keep(by=olga)
    assert conversation.promise(PromiseKind.CALL, at, by=olga) != first
    assert kinds().count("PromiseMade") == 3


@pytest.mark.parametrize("kind", DEEDS)
def test_it_ends_once_and_can_be_taken_up_again(olga: User, kind: str) -> None:
    promise = promised(olga)
    version = Conversation.objects.get(pk=promise.conversation_id).version

    DEEDS[kind](promise, olga)
    for other in DEEDS.values():
        other(promise, make.agent())

    assert due(promise) is None
    assert promise.ended_by == olga
    assert not promise.is_open
    assert Conversation.objects.get(pk=promise.conversation_id).version == version + 1
    promise.reopen(by=olga)
    promise.reopen(by=olga)
    assert due(promise) == promise.due_at
    assert promise.ended_by is None
    assert (promise.breach, promise.state) == ("", PromiseState.OPEN)
    assert kinds() == ["PromiseMade", kind, "PromiseReopened"]


@pytest.mark.parametrize(
    ("due_in", "kept_in", "state"),
    [
        (1, None, PromiseState.OPEN),
        (-1, None, PromiseState.LATE),
        (2, 1, PromiseState.KEPT),
        (1, 2, PromiseState.KEPT_LATE),
    ],
)
def test_its_state_is_the_same_to_python_and_to_the_database(
    olga: User, due_in: int, kept_in: int | None, state: PromiseState
) -> None:
    now = timezone.now()
    promise = promised(olga, due_in * HOUR)
    if kept_in:
        with clock.standing_at(now + kept_in * HOUR):
            promise.keep(by=olga)

    assert promise.state == state
    assert [one for one in PromiseState if Promise.objects.all().in_state(one, timezone.now())] == [state]
    if kept_in:
        assert Event.objects.get(kind="PromiseKept").data["is_late"] == (state == PromiseState.KEPT_LATE)


@pytest.mark.parametrize(("kind", "state"), [("PromiseBroken", "broken"), ("PromiseWithdrawn", "withdrawn")])
def test_what_was_not_kept_is_neither_late_nor_open(olga: User, kind: str, state: str) -> None:
    promise = promised(olga, -HOUR)
    DEEDS[kind](promise, olga)

    assert promise.state == state
    assert [one for one in PromiseState if Promise.objects.all().in_state(one, timezone.now())] == [state]


def test_a_moment_is_moved_and_the_log_knows_the_one_before(olga: User) -> None:
    promise = promised(olga)
    before, after = promise.due_at, timezone.now() + 3 * HOUR

    promise.move(after, by=olga)
    promise.move(after, by=olga)

    assert due(promise) == after
    assert promise.missed_at is None
    [event] = Event.objects.filter(kind="PromiseMoved")
    assert before is not None
    assert datetime.fromisoformat(event.data["due_before"]) == before


def test_a_new_date_does_not_mend_a_late_promise_and_undo_leaves_no_trace_on_it(olga: User) -> None:
    promise = promised(olga, -HOUR)
    before, after = promise.due_at, timezone.now() + HOUR
    assert before is not None

    promise.move(after, by=olga)
    assert (promise.missed_at, promise.state) == (before, PromiseState.OPEN)
    promise.move(after + HOUR, by=olga)
    promise.keep(by=olga)

    assert promise.state == PromiseState.KEPT_LATE
    assert Promise.objects.all().in_state(PromiseState.KEPT_LATE, timezone.now()).get() == promise
    promise.reopen(by=olga)
    promise.move_back(before, None, by=olga)
    promise.move_back(before, None, by=olga)
    assert (promise.due_at, promise.missed_at, promise.state) == (before, None, PromiseState.LATE)


def test_what_has_ended_is_neither_moved_nor_handed_over(olga: User) -> None:
    promise = promised(olga)
    promise.keep(by=olga)

    promise.move(timezone.now() + 5 * HOUR, by=olga)
    promise.move_back(timezone.now(), None, by=olga)
    promise.hand_over(make.agent("igor"), by=olga)

    assert kinds() == ["PromiseMade", "PromiseKept"]


def test_it_is_handed_over_once(olga: User) -> None:
    promise, igor = promised(olga), make.agent("igor")

    promise.hand_over(igor, by=olga)
    promise.hand_over(igor, by=olga)

    assert Promise.objects.get().owner == igor
    [event] = Event.objects.filter(kind="PromiseHandedOver")
    assert event.data["owner_name"] == "Igor"


def test_it_is_nobodys_when_whoever_keeps_it_has_left(olga: User) -> None:
    promise = promised(olga)

    assert promise.free(make.agent("igor"), by=None) is False
    assert promise.free(olga, by=None) is True
    assert promise.free(olga, by=None) is False

    assert (promise.owner, promise.left_by) == (None, olga)
    assert str(promise) == "Call back by phone"


def test_resolving_leaves_a_promise_open_and_the_nearest_of_several_counts(olga: User) -> None:
    late = promised(olga, 5 * HOUR)
    near = promised(olga, 2 * HOUR, late.conversation)
    step = late.conversation.add_step("Order a spare part", by=olga)
    late.conversation.resolve(by=olga)

    assert due(near) == near.due_at
    near.keep(by=olga)
    assert due(late) == late.due_at
    late.withdraw(by=olga)
    assert due(step) is None


def test_steps_stand_in_their_order_and_change_places(olga: User) -> None:
    conversation = make.conversation()
    steps = [conversation.add_step(what, by=olga) for what in ("One", "Two", "Three")]
    assert conversation.add_step(" Two ", by=olga) == steps[1]

    def order() -> list[str]:
        return list(conversation.promises.order_by("position").values_list("what", flat=True))

    steps[2].place(-1, by=olga)
    assert order() == ["One", "Three", "Two"]
    steps[2].place(-1, by=olga)
    steps[2].place(-1, by=olga)
    assert order() == ["Three", "One", "Two"]
    steps[1].place(1, by=olga)
    assert order() == ["Three", "One", "Two"]
    # What was thrown away is stepped over.
    steps[0].withdraw(by=olga)
    steps[1].place(-1, by=olga)
    assert [one for one in order() if one != "One"] == ["Two", "Three"]
    steps[0].place(1, by=olga)
    assert promised(olga).position is None
    promised(olga, 3 * HOUR).place(1, by=olga)


def test_nothing_is_promised_to_somebody_erased_and_what_was_is_forgotten(olga: User) -> None:
    promise = make.conversation().promise(PromiseKind.OTHER, timezone.now() + HOUR, by=olga, what="Bring Elena a desk")
    conversation = promise.conversation
    done = erasure.erase(conversation.customer, "asked", by=make.admin())
    erasure.carry_on(done.pk)

    promise.refresh_from_db()
    assert (promise.what, promise.is_open, due(promise)) == ("", False, None)
    assert promise.words == "Something else"
    conversation.customer.refresh_from_db()
    with pytest.raises(CustomerErased):
        conversation.promise(PromiseKind.CALL, timezone.now() + HOUR, by=olga)


def test_what_two_conversations_promise_stays_when_they_are_joined(olga: User) -> None:
    older, younger = make.conversation("One", subject="One"), make.conversation("Two", subject="Two")
    promise = promised(olga, conversation=younger)

    joining.join(younger, older)

    promise = Promise.objects.get(pk=promise.pk)
    assert promise.conversation == older
    assert due(promise) == promise.due_at
    Conversation.objects.filter(pk=older.pk).update(promise_due_at=None)
    mend([older.pk])
    assert due(promise) == promise.due_at


def test_a_promise_goes_along_when_conversations_are_merged_and_comes_back(olga: User) -> None:
    source, target = make.conversation("One", subject="One"), make.conversation("Two", subject="Two")
    promise = promised(olga, conversation=source)

    done = merging.merge(source, target, by=olga)
    promise.move(timezone.now() + 5 * HOUR, by=olga)
    assert (promise.conversation, due(promise)) == (target, promise.due_at)
    merging.undo(done, by=olga)

    promise.refresh_from_db()
    assert (promise.conversation, due(promise)) == (source, promise.due_at)
    assert Conversation.objects.get(pk=target.pk).promise_due_at is None


def announced(now: datetime) -> list[bool]:
    """Let the clock announce what is due at ``now``; return of each event so far whether it says late."""
    with clock.standing_at(now):
        announce_due_promises()
        announce_due_promises()
    return [event.data["is_late"] for event in Event.objects.filter(kind="PromiseDue").order_by("pk")]


def test_it_is_announced_once_before_and_once_when_late(olga: User) -> None:
    promise = promised(olga)
    assert promise.due_at is not None

    assert announced(promise.due_at - timedelta(minutes=21)) == []
    assert announced(promise.due_at - timedelta(minutes=20)) == [False]
    assert announced(promise.due_at - timedelta(minutes=1)) == [False]
    assert announced(promise.due_at) == [False, True]
    assert announced(promise.due_at + 9 * HOUR) == [False, True]
    assert Event.objects.filter(kind="PromiseDue").latest("pk").data["owner_id"] == olga.pk
    promise.move(promise.due_at + 20 * HOUR, by=olga)
    assert promise.due_at is not None
    assert announced(promise.due_at) == [False, True, True]


def test_nobody_is_told_of_what_they_have_just_promised_nor_of_what_is_done_or_deleted(olga: User) -> None:
    now = timezone.now()
    promised(olga, timedelta(minutes=10))
    promised(olga).keep(by=olga)
    promised(olga).conversation.trash(DeletionReason.TRIAL, by=olga)
    make.conversation().add_step("Some day", by=olga)

    assert announced(now) == []
    assert announced(now + 2 * HOUR) == [True]


def test_what_ended_while_the_clock_looked_is_not_announced(olga: User) -> None:
    promise = promised(olga)
    assert promise.due_at is not None
    promise.conversation.add_step("Some day", by=olga).announce_when_due()
    stale = Promise.objects.get(pk=promise.pk)
    promise.keep(by=olga)

    with clock.standing_at(promise.due_at):
        stale.announce_when_due()

    assert "PromiseDue" not in kinds()


def test_of_two_clocks_that_find_it_one_announces_it_and_none_what_was_moved_meanwhile(olga: User) -> None:
    promise, moved = promised(olga), promised(olga)
    assert promise.due_at is not None
    stale = Promise.objects.get(pk=promise.pk)
    moved.move(promise.due_at + HOUR, by=olga)

    with clock.standing_at(promise.due_at):
        for one in (promise, stale, moved):
            one.announce_when_due()

    assert kinds().count("PromiseDue") == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_who_keep_it_at_once_one_has_kept_it(olga: User) -> None:
    promise, igor = promised(olga), make.agent("igor")

    def keep(by: User) -> None:
        try:
            Promise.objects.get(pk=promise.pk).keep(by=by)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(keep, [olga, igor] * 3))

    promise.refresh_from_db()
    [event] = Event.objects.filter(kind="PromiseKept")
    assert event.actor_id == promise.ended_by_id
    assert due(promise) is None
