"""What people are told: whom a note names, who answers, who watches; nobody of what they did themselves."""

from datetime import timedelta
from typing import Any

import pytest

from samovar.accounts.models import News, Notice, Notification, Role, User
from samovar.conversations import merging
from samovar.conversations.models import Conversation, Inbox, Mention, Promise, Reminder
from samovar.conversations.models.deleting import DeletionReason
from samovar.conversations.models.promise import PromiseKind
from samovar.lib import clock
from tests import make
from tests.reactions import run_later_reactions

pytestmark = pytest.mark.django_db
# How far the log was read; its numbers only grow.
read = [0]


def opened(**given: Any) -> Conversation:
    """Open a conversation, of which everybody concerned has been told."""
    conversation = make.conversation(**given)
    read[0] = run_later_reactions(read[0])
    return conversation


@pytest.fixture
def olga() -> User:
    """An agent who writes."""
    return make.agent("olga petrova")


@pytest.fixture
def elena() -> User:
    """A colleague."""
    return make.agent("elena orlova")


def told(user: User) -> list[tuple[str, int]]:
    """Return what somebody was told, by kind and how much of it, once the reactions have run."""
    read[0] = run_later_reactions(read[0])
    return sorted((row.kind, row.count) for row in Notification.objects.filter(user=user))


def test_whom_a_note_names_is_told_and_watches_from_then_on(olga: User, elena: User) -> None:
    conversation = opened()

    conversation.add_note("@elena orlova, please look at it. @Olga Petrova is me.", by=olga)

    assert told(elena) == [("mention", 1)]
    assert told(olga) == []
    assert [one.user for one in conversation.watchings.all()] == [elena]


def test_of_two_names_that_begin_alike_the_longer_one_is_meant(olga: User) -> None:
    short, long = make.agent("elena"), make.agent("elena kim")

    note = make.conversation().add_note("(@Elena Kim) and mail@elena", by=olga)

    assert [mention.user for mention in Mention.objects.filter(message=note)] == [long]
    assert short != long


def test_who_may_not_see_the_conversation_is_not_told_even_when_named(olga: User, elena: User) -> None:
    conversation, expert = opened(), make.user("max", role=Role.EXPERT)
    Inbox.objects.get(pk=conversation.inbox_id).open_for([make.team("Care", olga)], by=make.admin())

    conversation.add_note("@Elena Orlova and @Max", by=olga)

    assert told(elena) == told(expert) == []
    assert not conversation.watchings.exists()


def test_who_was_named_but_lost_sight_before_the_worker_came_is_not_told(olga: User, elena: User) -> None:
    conversation = opened()
    conversation.add_note("@Elena Orlova", by=olga)

    Inbox.objects.get(pk=conversation.inbox_id).open_for([make.team("Care", olga)], by=make.admin())

    assert told(elena) == []


def test_who_answers_or_watches_is_told_in_one_line_a_conversation(olga: User, elena: User) -> None:
    conversation = opened()
    conversation.assign(elena, by=elena)
    conversation.watch(by=olga)
    for number in range(3):
        make.received(f"Hello? {number}", signed_conversation=conversation.pk)
    conversation.add_note("I call them.", by=olga)

    assert told(elena) == [("answer", 3), ("note", 1)]
    assert told(olga) == [("answer", 3)]


def test_somebody_is_told_what_they_were_given_but_not_what_they_took(olga: User, elena: User) -> None:
    given, taken = opened(), opened(sender=make.sender("denis@mail.example"))

    given.assign(elena, by=olga)
    taken.assign(elena, by=elena)

    assert told(elena) == [("assigned", 1)]


def test_the_author_is_told_that_a_message_is_lost(olga: User) -> None:
    reply = make.conversation().reply("We send a new one.", by=olga)

    reply.note_failed("No such address", clock.now())

    assert told(olga) == [("undelivered", 1)]


def test_what_is_deleted_or_long_ago_is_told_to_nobody(olga: User, elena: User) -> None:
    gone = opened()
    gone.add_note("@Elena Orlova", by=olga)
    gone.trash(DeletionReason.TRIAL, by=olga)
    past = opened(at=clock.now() - timedelta(days=9))
    past.watch(by=elena)
    make.received("Older.", signed_conversation=past.pk, at=clock.now() - timedelta(days=8))

    assert told(elena) == []


def test_watching_twice_is_once_and_ends_with_a_word(olga: User) -> None:
    conversation = opened()

    conversation.watch(by=olga)
    conversation.watch(by=olga)
    assert conversation.watchings.count() == 1
    conversation.unwatch(by=olga)
    conversation.unwatch(by=olga)

    make.received("Hello?", signed_conversation=conversation.pk)
    assert told(olga) == []


def test_what_was_told_of_a_merged_conversation_leads_to_where_it_is_now(olga: User, elena: User) -> None:
    first, second, third = opened(), opened(subject="Another"), opened(subject="A third")
    first.add_note("@Elena Orlova one", by=olga)
    second.add_note("@Elena Orlova two", by=olga)
    third.assign(elena, by=olga)
    assert told(elena) == [("assigned", 1), ("mention", 1), ("mention", 1)]

    merging.merge(second, first, by=olga)
    merging.merge(third, first, by=olga)

    assert told(elena) == [("assigned", 1), ("mention", 2)]
    assert {row.conversation_id for row in Notification.objects.filter(user=elena)} == {first.pk}


def news(conversation: Conversation, message_id: int | None = None) -> News:
    """Return a piece of news about a conversation."""
    return News(kind=Notice.NOTE, at=clock.now(), conversation_id=conversation.pk, message_id=message_id)


def test_what_was_seen_is_told_anew_and_undoing_keeps_the_newer_one(olga: User) -> None:
    conversation, rows = make.conversation(), Notification.objects.all()
    rows.tell(olga.pk, news(conversation, 1))
    moment = clock.now()
    assert rows.see(olga, moment) == 1
    assert rows.see(olga, clock.now()) == 0
    rows.tell(olga.pk, news(conversation, 2))
    rows.tell(olga.pk, news(conversation, 2))

    rows.unsee(olga, moment)

    [unseen] = rows.unseen_by(olga)
    assert unseen.message_ids == [2]
    rows.see(olga, later := clock.now())
    rows.unsee(olga, later)
    assert rows.unseen_by(olga).count() == 1


def test_what_was_seen_long_ago_is_forgotten(olga: User) -> None:
    rows = Notification.objects.all()
    rows.tell(olga.pk, news(make.conversation()))
    rows.see(olga, clock.now() - timedelta(days=91))

    rows.forget_old(clock.now())

    assert not rows.exists()


def test_who_keeps_a_promise_is_told_when_it_comes_due_and_whoever_made_it_is_not(olga: User, elena: User) -> None:
    conversation = opened()
    promise = conversation.promise(PromiseKind.CALL, clock.now() + timedelta(hours=2), by=olga, owner=elena)
    Promise.objects.update(due_at=clock.now() + timedelta(minutes=15))

    promise.announce_when_due()
    promise.announce_when_due()

    assert told(elena) == [("promise", 1)]
    assert told(olga) == []


def test_a_reminder_is_told_to_its_owner_alone(olga: User, elena: User) -> None:
    conversation = opened()
    conversation.watch(by=elena)
    reminder = Reminder.objects.all().remind(olga, conversation, clock.now() + timedelta(minutes=5), "Ask the courier")
    Reminder.objects.update(at=clock.now() - timedelta(seconds=1))

    reminder.tell_when_due()

    assert told(olga) == [("reminder", 1)]
    assert told(elena) == []
