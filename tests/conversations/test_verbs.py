"""What people do with a conversation happens once and leaves one line of history."""

from datetime import timedelta

import pytest
from django.utils import timezone

from samovar.conversations import signing
from samovar.conversations.errors import EmptyMessage, NewerMessage, SnoozeInThePast
from samovar.conversations.models import Attachment, Conversation, Message
from samovar.conversations.tokens import our_message
from samovar.events.models import Event
from tests import make

pytestmark = pytest.mark.django_db


def last_kind() -> str:
    return Event.objects.order_by("-id").values_list("kind", flat=True)[0]


def test_resolving_twice_writes_one_line_into_the_history() -> None:
    conversation, olga = make.conversation(), make.agent("olga")

    conversation.resolve(by=olga)
    conversation.resolve(by=olga)

    assert Event.objects.filter(kind="ConversationResolved").count() == 1
    assert conversation.waiting_since is None


def test_reopening_lets_the_customer_wait_since_they_wrote() -> None:
    conversation, olga = make.conversation(), make.agent("olga")
    wrote_at = conversation.waiting_since
    conversation.resolve(by=olga)

    conversation.reopen(by=olga)

    assert conversation.waiting_since == wrote_at


def test_reopening_after_our_answer_waits_for_nobody() -> None:
    conversation, olga = make.conversation(), make.agent("olga")
    conversation.reply("Done", by=olga)
    conversation.resolve(by=olga)

    conversation.reopen(by=olga)

    assert conversation.waiting_since is None


def test_a_reply_ends_the_waiting_and_keeps_the_first_answer() -> None:
    conversation, olga = make.conversation(), make.agent("olga")

    message = conversation.reply("On its way", by=olga)
    first = conversation.first_response_at
    conversation.reply("Arrived?", by=olga)

    assert conversation.first_response_at == first == message.created_at
    assert (conversation.waiting_since, conversation.preview, conversation.is_unread) == (None, "Arrived?", False)
    assert our_message(message.external_id, signing.keys()) == message.pk
    assert last_kind() == "ReplyWritten"


def test_a_reply_written_before_a_newer_message_was_seen_is_refused() -> None:
    conversation = make.conversation(external_id="a@mail.example")
    seen = conversation.messages.get().pk
    make.received("Never mind", named_ids=("a@mail.example",))

    with pytest.raises(NewerMessage):
        conversation.reply("On its way", by=make.agent("olga"), seen_id=seen)

    assert Message.objects.filter(direction="out").count() == 0


def test_what_its_author_wrote_since_is_no_news_and_what_a_colleague_wrote_is() -> None:
    conversation, olga, igor = make.conversation(), make.agent("olga"), make.agent("igor")
    seen = conversation.messages.get().pk
    conversation.reply("On Thursday.", by=olga, seen_id=seen)
    conversation.reply("Between two and six.", by=olga, seen_id=seen)
    conversation.add_note("He has moved house.", by=olga, seen_id=seen)

    with pytest.raises(NewerMessage):
        conversation.reply("On Friday.", by=igor, seen_id=seen)
    with pytest.raises(NewerMessage):
        conversation.add_note("Who answers?", by=igor, seen_id=seen)

    sent = conversation.messages.filter(direction="out").order_by("pk")
    assert list(sent.values_list("text", flat=True)) == ["On Thursday.", "Between two and six."]


def test_an_empty_reply_is_refused_and_a_file_alone_is_enough() -> None:
    conversation, olga = make.conversation(), make.agent("olga")
    with pytest.raises(EmptyMessage):
        conversation.reply("  ", by=olga)

    file = Attachment.objects.all().upload("plan.pdf", "application/pdf", b"%PDF", by=olga)
    message = conversation.reply("", by=olga, files=[file])

    assert [attachment.name for attachment in message.attachments.all()] == ["plan.pdf"]


def test_a_note_changes_nothing_about_whose_turn_it_is() -> None:
    conversation = make.conversation()
    waiting_since = conversation.waiting_since

    conversation.add_note("He is a regular", by=make.agent("olga"))

    assert conversation.waiting_since == waiting_since
    assert last_kind() == "NoteAdded"


def test_assigning_is_written_once_and_can_be_taken_back() -> None:
    conversation, olga = make.conversation(), make.agent("olga")

    conversation.assign(to=olga, by=olga)
    conversation.assign(to=olga, by=olga)
    conversation.assign(to=None, by=olga)

    assert Event.objects.filter(kind="ConversationAssigned").count() == 2
    assert list(Conversation.objects.all().unassigned()) == [conversation]


def test_a_snoozed_conversation_is_out_of_sight_until_it_wakes() -> None:
    conversation, olga = make.conversation(), make.agent("olga")

    conversation.snooze(timezone.now() + timedelta(hours=1), by=olga)
    assert not Conversation.objects.all().needs_reply()
    conversation.wake(by=olga)

    assert list(Conversation.objects.all().needs_reply()) == [conversation]


def test_nobody_snoozes_into_the_past() -> None:
    with pytest.raises(SnoozeInThePast):
        make.conversation().snooze(timezone.now() - timedelta(minutes=1), by=make.agent("olga"))


def test_a_tag_is_put_on_once_and_taken_off() -> None:
    conversation, olga, tag = make.conversation(), make.agent("olga"), make.tag("Refund")

    conversation.tag(tag, by=olga)
    conversation.tag(tag, by=olga)
    conversation.untag(tag, by=olga)

    assert list(Event.objects.filter(kind__contains="agged").order_by("id").values_list("kind", flat=True)) == [
        "ConversationTagged",
        "ConversationUntagged",
    ]
