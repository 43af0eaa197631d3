"""What people were told of two conversations that were merged and parted leads to where it belongs again."""

import pytest

from samovar.accounts.models import Notice, Notification, User
from samovar.conversations import merging, notices, splitting, undoing
from samovar.conversations.models import Conversation, Inbox, Message
from samovar.lib import clock
from tests import make
from tests.reactions import run_later_reactions

pytestmark = pytest.mark.django_db
read = [0]


def react() -> None:
    read[0] = run_later_reactions(read[0])


@pytest.fixture
def olga() -> User:
    """Somebody who merges."""
    return make.agent("olga")


@pytest.fixture
def elena() -> User:
    """Somebody who is told."""
    return make.agent("elena")


@pytest.fixture
def pair() -> tuple[Conversation, Conversation]:
    """Two conversations with one customer, of which everybody concerned has been told."""
    found = make.conversation(subject="Desk"), make.conversation(subject="Lamp")
    react()
    return found


def told(user: User) -> list[tuple[str, int, int]]:
    """Return of what, where and how much somebody was told."""
    react()
    rows = Notification.objects.filter(user=user)
    return sorted((row.kind, row.conversation_id or 0, row.count) for row in rows)


def both_named_and_given(pair: tuple[Conversation, Conversation], elena: User, olga: User) -> None:
    for one in pair:
        one.add_note("@Elena look", by=olga)
        one.assign(elena, by=olga)


def test_each_has_its_own_again(pair: tuple[Conversation, Conversation], olga: User, elena: User) -> None:
    desk, lamp = pair
    both_named_and_given(pair, elena, olga)
    before = told(elena)
    assert len(before) == 4
    done = merging.merge(lamp, desk, by=olga)
    assert told(elena) == [("assigned", desk.pk, 1), ("mention", desk.pk, 2)]

    undoing.undo(done, by=olga)

    assert told(elena) == before
    react()
    assert told(elena) == before


def test_what_had_only_moved_goes_back_seen_or_not(
    pair: tuple[Conversation, Conversation], olga: User, elena: User
) -> None:
    desk, lamp = pair
    lamp.add_note("@Elena look", by=olga)
    lamp.assign(elena, by=olga)
    desk.assign(olga, by=olga)
    react()
    Notification.objects.filter(kind=Notice.MENTION).see(elena, clock.now())
    before = told(elena)
    done = merging.merge(lamp, desk, by=olga)
    assert {place for _kind, place, _count in told(elena)} == {desk.pk}
    # What was told since stays where it was said.
    desk.add_note("@Elena and this", by=olga)

    undoing.undo(done, by=olga)

    assert told(elena) == sorted([*before, ("mention", desk.pk, 1)])


def test_what_comes_back_joins_what_stands_there_by_then(
    pair: tuple[Conversation, Conversation], olga: User, elena: User
) -> None:
    desk, lamp = pair
    first = lamp.add_note("@Elena look", by=olga)
    react()
    done = merging.merge(lamp, desk, by=olga)
    react()
    undoing.undo(done, by=olga)
    second = lamp.add_note("@Elena and this", by=olga)

    [row] = Notification.objects.filter(user=elena) if told(elena) else []

    assert (row.conversation_id, sorted(row.message_ids)) == (lamp.pk, [first.pk, second.pk])


def test_undone_before_the_worker_came_nothing_moves(
    pair: tuple[Conversation, Conversation], olga: User, elena: User
) -> None:
    desk, lamp = pair
    lamp.assign(elena, by=olga)
    desk.assign(olga, by=olga)
    before = told(elena)

    undoing.undo(merging.merge(lamp, desk, by=olga), by=olga)

    assert told(elena) == before


def test_watchers_and_reminders_go_back_too(pair: tuple[Conversation, Conversation], olga: User, elena: User) -> None:
    desk, lamp = pair
    lamp.watch(by=elena)
    desk.watch(by=olga)
    done = merging.merge(lamp, desk, by=olga)
    assert desk.watchings.count() == 2

    undoing.undo(done, by=olga)

    assert [one.user for one in desk.watchings.all()] == [olga]
    assert [one.user for one in lamp.watchings.all()] == [elena]


def test_a_mention_leads_to_where_its_note_was_split_off(
    pair: tuple[Conversation, Conversation], olga: User, elena: User
) -> None:
    desk, _lamp = pair
    first = desk.add_note("@Elena look", by=olga)
    second = desk.add_note("@Elena and this", by=olga)
    asked = make.received("By the way, the shelf too", signed_conversation=desk.pk)
    react()
    Notification.objects.exclude(kind=Notice.MENTION).delete()
    assert told(elena) == [("mention", desk.pk, 2)]

    done = splitting.split(desk, [asked.message_id, second.pk], by=olga)

    assert told(elena) == sorted([("mention", desk.pk, 1), ("mention", done.target_id, 1)])
    shown = {line.conversation.pk: line.preview for line in notices.told(elena).lines if line.conversation}
    assert shown == {desk.pk: first.preview, done.target_id: second.preview}
    undoing.undo(done, by=olga)
    assert told(elena) == [("mention", desk.pk, 2)]


def test_what_was_told_of_a_message_goes_where_it_is_moved_and_only_who_sees_that_is_told(
    pair: tuple[Conversation, Conversation], olga: User, elena: User
) -> None:
    desk, lamp = pair
    desk.assign(elena, by=olga)
    react()
    Notification.objects.all().delete()
    asked = make.received("The PIN is 4711", signed_conversation=desk.pk)
    assert told(elena) == [("answer", desk.pk, 1)]
    done = splitting.move(Message.objects.get(pk=asked.message_id), lamp, by=olga)

    assert told(elena) == [("answer", lamp.pk, 1)]
    Conversation.objects.filter(pk=lamp.pk).update(inbox=closed_inbox(olga))
    assert notices.told(elena).lines == []
    Conversation.objects.filter(pk=lamp.pk).update(inbox=desk.inbox_id)
    undoing.undo(done, by=olga)
    assert told(elena) == [("answer", desk.pk, 1)]


def closed_inbox(member: User) -> Inbox:
    """An inbox that only one person sees."""
    inbox: Inbox = Inbox.objects.create(name="Pay")
    inbox.teams.add(make.team("Pay", member))
    return inbox
