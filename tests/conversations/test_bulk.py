"""The bulk path writes the same rows and the same history as our verbs, one by one."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from django.db import connection, transaction

from samovar.channels.models import Delivery
from samovar.conversations import deriving, stories
from samovar.conversations.bulk import write_stories
from samovar.conversations.models import Conversation, Message
from samovar.conversations.stories import Received, Replied, Sent, Story
from samovar.customers.models import Customer
from samovar.events.models import Event
from tests import make
from tests.conversations import by_verbs, inventing, rows

pytestmark = pytest.mark.django_db
ACTS = (stories.Received, stories.Replied, stories.Sent, stories.Failed, stories.Noted, stories.Assigned,
        stories.Tagged, stories.Untagged, stories.Explained, stories.Snoozed, stories.Woken, stories.Resolved,
        stories.Reopened, stories.Read)  # fmt: skip


def _undone(tell: Callable[[Sequence[Story]], Any], told: Sequence[Story]) -> tuple[Any, list[rows.Row]]:
    """Return all rows and the log after ``tell``, and leave the database as it was."""
    with transaction.atomic():
        tell(told)
        found = rows.everything(), rows.history()
        transaction.set_rollback(True)
    return found


@pytest.mark.parametrize("seed", range(3))
def test_told_in_bulk_every_row_and_every_event_is_the_same_as_by_verbs(seed: int) -> None:
    told = inventing.invent(Random(seed), inventing.cast(), count=40)

    by_verb, history_by_verb = _undone(by_verbs.tell, told)
    in_bulk, history_in_bulk = _undone(write_stories, told)

    for table, expected in by_verb.items():
        assert in_bulk[table] == expected, table
    assert rows.of_customers(history_in_bulk) == rows.of_customers(history_by_verb)
    assert _without_cards(history_in_bulk) == _without_cards(history_by_verb)
    assert sum(map(len, in_bulk.values())) > 400


def _without_cards(history: list[rows.Row]) -> list[rows.Row]:
    """Leave out that somebody became known: a batch says it of all at its beginning."""
    return [event for event in history if event["kind"] != "CustomerAdded"]


def test_the_stories_of_the_comparison_use_every_act_and_every_kind_of_event() -> None:
    cast = inventing.cast()
    told = [story for seed in range(3) for story in inventing.invent(Random(seed), cast, count=40)]
    assert {type(act) for story in told for act in story.acts} == set(ACTS)


def test_what_the_bulk_path_keeps_on_the_rows_follows_from_what_happened() -> None:
    write_stories(inventing.invent(Random(7), inventing.cast(), count=60))

    assert not [found for piece in deriving.batches() for found in deriving.differences(piece)]


def test_told_again_nothing_changes() -> None:
    told = inventing.invent(Random(1), inventing.cast(), count=20)
    first = write_stories(told)
    before = rows.everything(), rows.history()

    again = write_stories(told)

    assert (rows.everything(), rows.history()) == before
    assert [receipt.conversation_id for receipt in again] == [receipt.conversation_id for receipt in first]
    assert all(receipt.is_duplicate for receipt in again)


def test_the_same_story_twice_in_one_batch_is_written_once() -> None:
    [story] = inventing.invent(Random(1), inventing.cast(), count=1)

    first, second = write_stories([story, replace(story)])

    assert (first.is_duplicate, second.is_duplicate) == (False, True)
    assert Conversation.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_batches_that_are_written_at_once_make_one_card_for_one_person() -> None:
    told = inventing.invent(Random(3), inventing.cast(), count=80)
    batches = [told[start::8] for start in range(8)]

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(_write_in_a_thread, batches))

    assert Conversation.objects.count() == 80
    assert Customer.objects.count() == len({mail.sender.key for story in told for mail in story.mails})


def _write_in_a_thread(batch: Sequence[Story]) -> None:
    try:
        write_stories(batch)
    finally:
        connection.close()


def test_a_story_that_fails_leaves_nothing_of_its_batch() -> None:
    good, bad = inventing.invent(Random(1), inventing.cast(), count=2)
    headless = Story(
        [act for act in bad.acts[:1] if not isinstance(act, Received)] or [Sent(at=inventing.START, reply=_reply())]
    )

    with pytest.raises(TypeError, match="begins with a message"):
        write_stories([good, headless])

    assert not Conversation.objects.exists()
    assert not Customer.objects.exists()
    assert not Event.objects.exists()


def _reply() -> Replied:
    return Replied(at=inventing.START, by=make.agent("anna"), text="Hello")


def test_a_reply_that_has_left_is_not_sent_again() -> None:
    inbound = make.inbound("Where is it?", at=inventing.START)
    left, waits = (Replied(at=inventing.START, by=make.agent(name), text=name) for name in ("anna", "olga"))

    write_stories([Story([Received(at=inbound.at, inbound=inbound), left, Sent(at=left.at, reply=left), waits])])

    written = {event.preview: event.data["is_to_be_sent"] for event in Event.objects.filter(kind="ReplyWritten")}
    assert written == {"anna": False, "olga": True}
    assert Message.objects.get(text="anna").handed_over_at == left.at
    assert Delivery.objects.get().message.text == "olga"


def test_a_message_that_its_source_puts_into_a_thread_says_so() -> None:
    first, second = make.inbound("Where is it?"), make.inbound("Never mind", subject="Another subject")

    write_stories([Story([Received(at=first.at, inbound=first), Received(at=second.at, inbound=second)])])

    assert list(Message.objects.order_by("id").values_list("rule", flat=True)) == ["", "told-by-its-source"]
