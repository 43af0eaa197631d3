"""Messages from outside are stored once, in the right conversation."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from samovar.conversations import deriving
from samovar.conversations.inbound import UNREADABLE, InboundFile
from samovar.conversations.intake import receive, receive_all
from samovar.conversations.models import Conversation, ConversationRedirect, Message, Participant
from samovar.customers.models import Customer
from samovar.events.models import Event
from tests import make

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def kinds_of(conversation_id: int) -> list[str]:
    return list(Event.objects.filter(conversation_id=conversation_id).order_by("id").values_list("kind", flat=True))


def test_a_first_mail_makes_a_customer_and_a_conversation_that_waits() -> None:
    receipt = make.received("Where is my sofa?", at=NOON, subject="Sofa")

    conversation = Conversation.objects.get(pk=receipt.conversation_id)
    assert conversation.customer.name == "Elena Sokolova"
    assert conversation.waiting_since == conversation.last_message_at == NOON
    assert (conversation.preview, conversation.message_count, conversation.is_unread) == ("Where is my sofa?", 1, True)
    assert kinds_of(conversation.pk) == ["ConversationOpened", "MessageReceived"]
    assert receipt.has_opened


def test_the_same_mail_twice_changes_nothing() -> None:
    mail = make.inbound("Where is my sofa?")
    first = receive(mail)

    second = receive(mail)

    assert second.is_duplicate
    assert second.message_id == first.message_id
    assert Message.objects.count() == 1
    assert Event.objects.filter(kind="MessageReceived").count() == 1


def test_an_empty_batch_is_nothing() -> None:
    assert receive_all([]) == []


def test_the_same_mail_twice_in_one_batch_is_stored_once() -> None:
    mail = make.inbound("Where is my sofa?")

    first, second = receive_all([mail, mail])

    assert (first.is_duplicate, second.is_duplicate) == (False, True)
    assert Message.objects.count() == 1


def test_a_known_id_with_another_body_is_kept_beside_the_first() -> None:
    make.received("First body", external_id="same@mail.example")

    make.received("Another body", external_id="same@mail.example")

    assert sorted(Message.objects.values_list("dup_no", flat=True)) == [0, 1]


def test_an_answer_to_a_known_mail_joins_its_conversation() -> None:
    first = make.received("Where is my sofa?", external_id="a@mail.example")

    second = make.received("Any news?", named_ids=("a@mail.example",), subject="Re: A scratched desk")

    assert second.conversation_id == first.conversation_id
    assert Message.objects.get(pk=second.message_id).rule == "stored-message-id"


def test_two_answers_to_a_mail_that_we_never_saw_meet_in_one_conversation() -> None:
    first = make.received("I agree", named_ids=("root@mail.example",))
    second = make.received("So do I", named_ids=("root@mail.example",))

    assert first.conversation_id == second.conversation_id


def test_an_answer_in_the_same_batch_finds_the_mail_before_it() -> None:
    first, second = receive_all(
        [
            make.inbound("Where is my sofa?", external_id="a@mail.example"),
            make.inbound("Any news?", named_ids=("a@mail.example",)),
        ]
    )

    assert first.conversation_id == second.conversation_id
    assert Conversation.objects.get().message_count == 2


def test_an_answer_to_our_own_message_joins_its_conversation() -> None:
    conversation = make.conversation()
    reply = conversation.reply("On its way", by=make.agent("olga"))

    receipt = make.received("Thank you", answered_messages=(reply.pk,))

    assert receipt.conversation_id == conversation.pk


def test_a_signed_address_wins_over_the_ids_and_follows_a_merge() -> None:
    other, target = make.conversation(external_id="a@mail.example"), make.conversation()
    ConversationRedirect.objects.create(old_id=777, conversation=target)

    receipt = make.received("Hello again", signed_conversation=777, named_ids=("a@mail.example",))

    assert receipt.conversation_id == target.pk != other.pk


def test_a_new_subject_opens_a_new_conversation_that_follows_the_old() -> None:
    old = make.conversation(external_id="a@mail.example", subject="Sofa")

    receipt = make.received("Another matter", named_ids=("a@mail.example",), subject="Invoice for chairs")

    conversation = Conversation.objects.get(pk=receipt.conversation_id)
    assert conversation.follows == old != conversation


def test_an_answer_to_what_was_closed_long_ago_opens_a_new_conversation() -> None:
    old = make.conversation(external_id="a@mail.example")
    Conversation.objects.filter(pk=old.pk).update(resolved_at=timezone.now() - timedelta(days=31))

    receipt = make.received("Broken again", named_ids=("a@mail.example",), is_live=True)

    assert Conversation.objects.get(pk=receipt.conversation_id).follows == old


def test_an_archive_keeps_its_threads_whenever_they_were_closed_here() -> None:
    old = make.conversation(external_id="a@mail.example")
    Conversation.objects.filter(pk=old.pk).update(resolved_at=timezone.now() - timedelta(days=31))

    assert make.received("Broken again", named_ids=("a@mail.example",)).conversation_id == old.pk


def test_a_mail_known_in_another_inbox_is_linked_and_not_appended() -> None:
    other = make.inbox("sales@aurora.example")
    old = make.conversation(external_id="a@mail.example", inbox_id=other.pk)

    receipt = make.received("Hello", named_ids=("a@mail.example",))

    assert Conversation.objects.get(pk=receipt.conversation_id).follows == old


def test_a_stranger_who_answers_is_noted_and_not_admitted() -> None:
    conversation = make.conversation(external_id="a@mail.example")

    make.received("Me too", named_ids=("a@mail.example",), sender=make.sender("stranger@mail.example", "Stranger"))

    [participant] = Participant.objects.filter(conversation=conversation)
    assert participant.identity is not None
    assert participant.identity.value == participant.address == "stranger@mail.example"
    assert participant.admitted_at is None


def test_a_person_writing_again_reopens_a_resolved_conversation() -> None:
    conversation = make.conversation(external_id="a@mail.example")
    conversation.resolve(by=make.agent("olga"))

    make.received("Not yet", named_ids=("a@mail.example",))

    conversation.refresh_from_db()
    assert conversation.resolved_at is None
    assert conversation.waiting_since is not None
    assert kinds_of(conversation.pk)[-2:] == ["MessageReceived", "ConversationReopened"]


def test_an_automatic_answer_reopens_nothing_and_waits_for_nobody() -> None:
    conversation = make.conversation(external_id="a@mail.example")
    conversation.resolve(by=make.agent("olga"))

    make.received("I am away", named_ids=("a@mail.example",), mail_class="auto-reply")

    conversation.refresh_from_db()
    assert conversation.resolved_at is not None
    assert conversation.waiting_since is None
    assert conversation.message_count == 2


def test_a_message_wakes_a_snoozed_conversation() -> None:
    conversation = make.conversation(external_id="a@mail.example")
    conversation.snooze(timezone.now() + timedelta(days=1), by=make.agent("olga"))

    make.received("Hello?", named_ids=("a@mail.example",))

    conversation.refresh_from_db()
    assert conversation.snoozed_until is None


def test_mail_of_machines_stands_in_the_automatic_view() -> None:
    conversation = make.conversation("Backup finished", mail_class="auto-generated")

    assert list(Conversation.objects.all().automatic()) == [conversation]
    assert not Conversation.objects.all().needs_reply()


def test_a_mail_that_could_not_be_read_has_a_place_of_its_own() -> None:
    conversation = make.conversation("", mail_class=UNREADABLE)

    assert list(Conversation.objects.all().unreadable()) == [conversation]


def test_mail_out_of_order_does_not_undo_an_answer() -> None:
    conversation = make.conversation(external_id="a@mail.example", at=timezone.now() - timedelta(hours=2))
    conversation.reply("Here you are", by=make.agent("olga"))

    make.received("Late mail", named_ids=("a@mail.example",), at=timezone.now() - timedelta(hours=1))

    conversation.refresh_from_db()
    assert conversation.waiting_since is None
    assert conversation.preview == "Here you are"


def test_files_are_kept_once_whoever_sends_them() -> None:
    photo = InboundFile(name="scratch.jpg", media_type="image/jpeg", content=b"JPEG" * 100_000)

    first = make.received("Look", files=(photo,))
    second = make.received("Look again", files=(photo,))

    [one] = Message.objects.get(pk=first.message_id).attachments.all()
    [two] = Message.objects.get(pk=second.message_id).attachments.all()
    assert one.file == two.file
    assert one.file.read() == photo.content


def test_one_person_in_one_batch_becomes_one_customer() -> None:
    receive_all([make.inbound(f"Message {number}") for number in range(20)])

    assert Customer.objects.count() == 1


def test_mail_that_lay_on_the_server_while_we_settled_brings_the_conversation_back() -> None:
    olga, now = make.agent("olga"), timezone.now()
    conversation = make.conversation(external_id="a@mail.example", at=now - timedelta(hours=1), is_live=True)
    conversation.reply("Here you are", by=olga)
    conversation.resolve(by=olga)

    make.received("It is broken", named_ids=("a@mail.example",), at=now - timedelta(minutes=20), is_live=True)

    assert list(Conversation.objects.all().needs_reply()) == [conversation]
    conversation.refresh_from_db()
    assert conversation.waiting_since == now - timedelta(minutes=20)
    assert kinds_of(conversation.pk)[-2:] == ["MessageReceived", "ConversationReopened"]
    assert list(deriving.differences([conversation.pk])) == []


def test_late_mail_ends_a_snooze_and_still_waits_after_it_was_settled_and_taken_up_unanswered() -> None:
    olga, now = make.agent("olga"), timezone.now()
    conversation = make.conversation(external_id="a@mail.example", at=now - timedelta(hours=1))
    conversation.reply("Here you are", by=olga)
    conversation.snooze(now + timedelta(days=1), by=olga)

    make.received("It is broken", named_ids=("a@mail.example",), at=now - timedelta(minutes=20), is_live=True)
    conversation.resolve(by=olga)
    conversation.reopen(by=olga)

    assert list(Conversation.objects.all().needs_reply()) == [conversation]
    assert list(deriving.differences([conversation.pk])) == []


def test_old_mail_that_a_mailbox_brings_along_undoes_nothing() -> None:
    now, olga = timezone.now(), make.agent("olga")
    conversation = make.conversation(external_id="a@mail.example", at=now - timedelta(days=90))
    conversation.reply("Here you are", by=olga)
    conversation.resolve(by=olga)

    make.received("Once upon a time", named_ids=("a@mail.example",), at=now - timedelta(days=60), is_live=True)

    conversation.refresh_from_db()
    assert conversation.resolved_at is not None and conversation.waiting_since is None
    assert list(deriving.differences([conversation.pk])) == []


def test_a_mail_that_answers_what_was_joined_in_its_own_batch_finds_it() -> None:
    make.conversation("First", external_id="a@mail.example", at=NOON)
    younger = make.conversation("Second", external_id="b@mail.example", at=NOON + timedelta(hours=1))
    told = younger.confirm("Thank you.", "We have received your message", "elena@mail.example")

    both, after = receive_all(
        [
            make.inbound("Both", named_ids=("a@mail.example", "b@mail.example")),
            make.inbound("And this", answered_messages=(told.pk,)),
        ]
    )

    assert both.conversation_id == after.conversation_id == Conversation.objects.get().pk


def test_what_is_joined_takes_nothing_along_that_stands_elsewhere() -> None:
    for name in ("a@mail.example", "b@mail.example"):
        make.conversation("One matter", external_id=name, at=NOON)
    elsewhere = make.conversation("Another", external_id="c@mail.example", sender=make.sender("igor@mail.example"))

    both, after = receive_all(
        [
            make.inbound("Both", named_ids=("a@mail.example", "b@mail.example")),
            make.inbound("Mine", named_ids=("c@mail.example",), sender=make.sender("igor@mail.example")),
        ]
    )

    assert Conversation.objects.count() == 2
    assert after.conversation_id == elsewhere.pk != both.conversation_id


def test_a_mail_without_a_subject_joins_nothing_by_it() -> None:
    first = make.received("One", subject="", joins_by_subject=timedelta(days=7))
    second = make.received("Two", subject="", joins_by_subject=timedelta(days=7))

    assert first.conversation_id != second.conversation_id
