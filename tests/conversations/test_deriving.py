"""What stands on a conversation's row can be told again from what happened."""

from datetime import timedelta

import pytest
from django.utils import timezone

from samovar.conversations.deriving import batches, differences, mend
from samovar.conversations.models import Conversation
from samovar.conversations.models.delivering import LATE, Fate, Trouble
from samovar.conversations.models.message import Way
from tests import make

pytestmark = pytest.mark.django_db


def lively_conversation() -> Conversation:
    olga, igor = make.agent("olga"), make.agent("igor")
    now = timezone.now()
    conversation = make.conversation("First", external_id="a@mail.example", at=now - timedelta(hours=5))
    conversation.assign(to=olga, by=olga)
    conversation.add_note("A note", by=olga)
    reply = conversation.reply("An answer", by=olga)
    reply.note_fate(Fate(troubles=(Trouble(state=LATE, why="The server does not answer."),)), now)
    conversation.snooze(now + timedelta(days=1), by=olga)
    make.received("Away", named_ids=("a@mail.example",), mail_class="auto-reply")
    conversation.resolve(by=igor)
    make.received("Late mail", named_ids=("a@mail.example",), at=now - timedelta(hours=4))
    make.received("Not yet", named_ids=("a@mail.example",))
    conversation.assign(to=igor, by=olga)
    return conversation


def test_the_row_agrees_with_what_happened() -> None:
    conversation = lively_conversation()

    assert list(differences([conversation.pk])) == []


def test_a_call_is_told_again_too() -> None:
    conversation = lively_conversation()
    conversation.log("She called about it.", Way.CALL, timezone.now(), by=make.agent())

    assert list(differences([conversation.pk])) == []


def test_a_wrong_row_is_seen_and_mended() -> None:
    conversation = lively_conversation()
    right = Conversation.objects.get(pk=conversation.pk)
    Conversation.objects.filter(pk=conversation.pk).update(message_count=99, waiting_since=None, assignee=None)

    assert {one.field for one in differences([conversation.pk])} == {"message_count", "waiting_since", "assignee_id"}
    assert mend([conversation.pk]) == 3
    mended = Conversation.objects.get(pk=conversation.pk)
    assert (mended.message_count, mended.waiting_since, mended.assignee) == (
        right.message_count,
        right.waiting_since,
        right.assignee,
    )


def test_all_conversations_are_looked_at_in_pieces() -> None:
    ids = [make.conversation(f"Message {number}").pk for number in range(3)]

    assert list(batches()) == [ids]
