"""The same promise to many customers: made once each, and taken back only where nobody did anything about it."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from samovar.conversations.bulk_promises import value_of
from samovar.conversations.models import Conversation, Promise
from samovar.conversations.models.promise import PromiseKind
from samovar.customers import erasure
from samovar.events.models import Event
from tests import make
from tests.conversations.test_bulk_runs import reasons, run, several, undone

pytestmark = pytest.mark.django_db


@pytest.fixture
def due_at() -> datetime:
    """A moment to come."""
    return timezone.now() + timedelta(days=1)


def call(due_at: datetime) -> tuple[str, str]:
    return "promise", value_of(due_at, PromiseKind.CALL, "About the | leg")


def test_each_customer_is_promised_it_by_whoever_wanted_it_and_it_is_taken_back(due_at: datetime) -> None:
    olga, some = make.agent("olga"), several()

    did = run(olga, some, call(due_at))

    assert (did.done, did.skipped) == (3, 0)
    made = Promise.objects.all().open()
    told = set(made.values_list("kind", "due_at", "owner", "made_by", "what"))
    assert told == {(PromiseKind.CALL, due_at, olga.pk, olga.pk, "About the | leg")}
    assert set(made.values_list("conversation", flat=True)) == {one.pk for one in some}
    assert set(Conversation.objects.values_list("promise_due_at", flat=True)) == {due_at}
    assert (undone(did, olga).undone, made.count()) == (3, 0)
    assert set(Conversation.objects.values_list("promise_due_at", flat=True)) == {None}
    assert Event.objects.filter(kind="PromiseWithdrawn").count() == 3


def test_what_was_promised_before_just_so_is_promised_once_and_stays(due_at: datetime) -> None:
    olga, some = make.agent("olga"), several(2)
    some[0].promise(PromiseKind.CALL, due_at, by=olga, what="About the | leg")

    did = run(olga, some, call(due_at))

    assert reasons(did) == {some[0].pk: ("s", "same"), some[1].pk: ("d", "")}
    assert undone(did, olga).undone == 1
    assert Promise.objects.all().open().get().conversation_id == some[0].pk


def test_what_was_kept_moved_or_given_to_somebody_since_is_left_as_it_is(due_at: datetime) -> None:
    olga, ivan, some = make.agent("olga"), make.agent("ivan"), several(4)
    did = run(olga, some, call(due_at))
    kept, moved, given = (Promise.objects.get(conversation=one) for one in some[:3])
    kept.keep(by=olga)
    moved.move(due_at + timedelta(hours=1), by=olga)
    given.hand_over(ivan, by=olga)

    back = undone(did, olga)

    assert (back.undone, back.kept) == (1, 3)
    assert {reason for _state, reason in reasons(did).values()} == {"", "changed"}
    assert Promise.objects.all().open().count() == 2


def test_what_cannot_be_promised_any_more_says_why(due_at: datetime) -> None:
    olga, some = make.agent("olga"), several(2)
    erasure.erase(some[1].customer, "asked", by=make.admin())

    assert reasons(run(olga, some, call(due_at)))[some[1].pk][0] == "s"
    assert reasons(run(olga, some[:1], call(timezone.now() - timedelta(hours=1)))) == {some[0].pk: ("s", "past")}
