"""A mail finds its conversation by the surest sign that it bears, and none leads it into a wrong one."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from django.utils import timezone

from samovar.conversations import admitting, deriving
from samovar.conversations.intake import receive_all
from samovar.conversations.models import (
    Conversation,
    ConversationLink,
    ConversationRedirect,
    Message,
    Participant,
    Reference,
)
from samovar.customers.models import Membership, Organisation
from samovar.events.models import Event
from tests import make

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
STRANGER = make.sender("stranger@mail.example", "Stranger", NOON)


def rule_of(message_id: int) -> str:
    return Message.objects.get(pk=message_id).rule


def test_an_original_that_comes_after_its_answer_joins_it() -> None:
    answer = make.received("I agree", named_ids=("root@mail.example",), external_id="answer@mail.example")

    original = make.received("What do you think?", external_id="root@mail.example")

    assert original.conversation_id == answer.conversation_id
    assert rule_of(original.message_id) == "stored-message-id"


def test_a_mark_of_ours_in_the_text_leads_back_even_after_a_merge() -> None:
    conversation = make.conversation()
    ConversationRedirect.objects.create(old_id=777, conversation=conversation)

    receipt = make.received("Here it is", marked_conversation=777)

    assert receipt.conversation_id == conversation.pk
    assert rule_of(receipt.message_id) == "body-marker"


def test_a_number_in_the_subject_is_believed_of_the_customer() -> None:
    conversation = make.conversation()

    receipt = make.received("About it", tagged_conversation=conversation.pk)

    assert receipt.conversation_id == conversation.pk
    assert rule_of(receipt.message_id) == "subject-tag"


def test_a_number_in_the_subject_is_believed_of_a_colleague() -> None:
    conversation, firm = make.conversation(), Organisation.objects.create(name="Vesna")
    colleague = make.customer("Igor", "igor@mail.example")
    for customer in (conversation.customer, colleague):
        Membership.objects.create(customer=customer, organisation=firm)

    receipt = make.received("Me too", tagged_conversation=conversation.pk, sender=make.sender("igor@mail.example"))

    assert receipt.conversation_id == conversation.pk


def test_a_number_in_the_subject_of_a_stranger_only_says_what_it_may_belong_to() -> None:
    conversation = make.conversation()

    receipt = make.received("Hello", tagged_conversation=conversation.pk, sender=STRANGER)

    opened = Conversation.objects.get(pk=receipt.conversation_id)
    assert opened.follows == conversation != opened


def test_a_number_that_nothing_has_is_no_sign() -> None:
    receipt = make.received("Hello", tagged_conversation=10**17, marked_conversation=2**63)

    assert receipt.has_opened
    assert rule_of(receipt.message_id) == ""


def test_the_subject_alone_counts_only_where_the_inbox_asks_for_it() -> None:
    first = make.received("My desk is scratched", at=NOON)

    apart = make.received("Any news?", at=NOON + timedelta(days=1))
    joined = make.received("Hello?", at=NOON + timedelta(days=2), joins_by_subject=timedelta(days=7))
    late = make.received("Again", at=NOON + timedelta(days=40), joins_by_subject=timedelta(days=7))
    other = make.received("Mine too", at=NOON + timedelta(days=2), joins_by_subject=timedelta(days=7), sender=STRANGER)

    assert len({first.conversation_id, apart.conversation_id, late.conversation_id, other.conversation_id}) == 4
    assert joined.conversation_id == apart.conversation_id
    assert rule_of(joined.message_id) == "same-subject"


def test_the_subject_finds_what_stands_before_it_in_the_same_batch() -> None:
    mails = [make.inbound(f"Mail {number}", joins_by_subject=timedelta(days=7)) for number in range(3)]

    assert len({receipt.conversation_id for receipt in receive_all(mails)}) == 1


def test_a_mail_that_answers_two_untouched_conversations_joins_them() -> None:
    older = make.conversation("First", external_id="a@mail.example", at=NOON)
    younger = make.conversation("Second", external_id="b@mail.example", at=NOON + timedelta(hours=1))

    receipt = make.received(
        "Both", named_ids=("b@mail.example", "a@mail.example"), at=NOON + timedelta(hours=2), external_id="c@x.example"
    )

    conversation = Conversation.objects.get()
    assert receipt.conversation_id == conversation.pk == older.pk
    assert conversation.message_count == 3
    assert ConversationRedirect.objects.get(old_id=younger.pk).conversation == older
    assert Event.objects.filter(kind="ConversationJoined", conversation_id=older.pk).count() == 1
    assert list(deriving.differences([older.pk])) == []
    # Whatever is known of the younger one leads to the older from now on.
    for names in (("b@mail.example",), ("c@x.example",)):
        assert make.received(f"And {names}", named_ids=names).conversation_id == older.pk
    assert make.received("Signed", signed_conversation=younger.pk).conversation_id == older.pk


def test_conversations_of_one_batch_are_joined_too() -> None:
    mails = [
        make.inbound("First", external_id="a@mail.example", at=NOON),
        make.inbound("Second", external_id="b@mail.example", at=NOON + timedelta(hours=1)),
        make.inbound("Both", named_ids=("b@mail.example", "a@mail.example"), at=NOON + timedelta(hours=2)),
        make.inbound("After", named_ids=("b@mail.example",), at=NOON + timedelta(hours=3)),
    ]

    receipts = receive_all(mails)

    conversation = Conversation.objects.get()
    assert conversation.message_count == 4
    assert {receipt.conversation_id for receipt in receipts[2:]} == {conversation.pk}
    assert list(deriving.differences([conversation.pk])) == []


@pytest.mark.parametrize("touch", ["assign", "note", "reply", "resolve"])
def test_what_somebody_has_touched_is_linked_and_stays_where_it_was(touch: str) -> None:
    olga = make.agent("olga")
    one = make.conversation("First", external_id="a@mail.example")
    two = make.conversation("Second", external_id="b@mail.example")
    verbs: dict[str, Callable[[], object]] = {
        "assign": partial(two.assign, to=olga, by=olga),
        "note": partial(two.add_note, "Seen", by=olga),
        "reply": partial(two.reply, "Hello", by=olga),
        "resolve": partial(two.resolve, by=olga),
    }
    verbs[touch]()

    make.received("Both", named_ids=("a@mail.example", "b@mail.example"))

    assert Conversation.objects.count() == 2
    link = ConversationLink.objects.get()
    assert {link.conversation_id, link.other_id} == {one.pk, two.pk}


def test_conversations_of_two_customers_are_never_joined() -> None:
    make.conversation("First", external_id="a@mail.example")
    make.conversation("Second", external_id="b@mail.example", sender=STRANGER)

    make.received("Both", named_ids=("a@mail.example", "b@mail.example"))

    assert Conversation.objects.count() == 2
    assert ConversationLink.objects.count() == 1


def test_a_link_of_a_joined_conversation_leads_to_the_one_it_went_into() -> None:
    make.conversation("First", external_id="a@mail.example", at=NOON)
    younger = make.conversation("Second", external_id="b@mail.example", at=NOON + timedelta(hours=1))
    other = make.conversation("Third", external_id="z@mail.example", sender=STRANGER)
    make.received("Linked", named_ids=("b@mail.example", "z@mail.example"))
    assert ConversationLink.objects.filter(conversation__in=[younger, other]).exists()

    make.received("Both", named_ids=("a@mail.example", "b@mail.example"))

    links = {(row.conversation_id, row.other_id) for row in ConversationLink.objects.all()}
    kept = Conversation.objects.exclude(pk=other.pk).get().pk
    assert links == {(min(kept, other.pk), max(kept, other.pk))}
    assert not Reference.objects.filter(conversation=younger.pk).exists()


def test_those_named_beside_the_customer_are_asked_about_and_get_nothing_until_then() -> None:
    conversation = make.conversation(named=(make.named("bob@mail.example", "Bob"), make.named("ELENA@mail.example")))

    bob = Participant.objects.get(conversation=conversation)
    assert (bob.address, bob.name, bob.role, bob.identity, bob.admitted_at) == (
        "bob@mail.example",
        "Bob",
        "named",
        None,
        None,
    )


def test_naming_somebody_twice_is_once_and_other_addresses_of_the_customer_are_nobody_else() -> None:
    conversation = make.conversation(external_id="a@mail.example")
    elena = conversation.customer
    elena.identities.create(kind="email", value="elena@work.example", shown="elena@work.example")
    both = (make.named("bob@mail.example"), make.named("elena@work.example"))

    for text in ("Once", "Twice"):
        make.received(text, named_ids=("a@mail.example",), named=both)

    assert [one.address for one in Participant.objects.filter(conversation=conversation)] == ["bob@mail.example"]


def test_whoever_is_admitted_takes_part_from_then_on() -> None:
    olga, conversation = make.agent("olga"), make.conversation(named=(make.named("bob@mail.example", "Bob"),))
    bob = conversation.participants.get()

    admitting.admit(bob, by=olga)
    admitting.admit(bob, by=olga)

    bob.refresh_from_db()
    assert bob.admitted_at is not None
    assert bob.identity is not None
    assert bob.identity.customer.name == "Bob"
    assert Event.objects.filter(kind="ParticipantAdmitted").count() == 1
    assert make.received(
        "Me", tagged_conversation=conversation.pk, sender=make.sender("bob@mail.example")
    ).has_opened is (False)


def test_whoever_is_declined_is_not_asked_about_again() -> None:
    olga, conversation = make.agent("olga"), make.conversation(named=(make.named("bob@mail.example"),))
    bob = conversation.participants.get()

    admitting.admit(bob, by=olga)
    admitting.decline(bob, by=olga)
    admitting.decline(bob, by=olga)
    make.received("Again", tagged_conversation=conversation.pk, named=(make.named("bob@mail.example"),))

    bob.refresh_from_db()
    assert (bob.admitted_at, bob.declined_at is not None) == (None, True)
    assert not conversation.participants.undecided().exists()
    assert Event.objects.filter(kind="ParticipantDeclined").count() == 1


def test_an_import_in_any_order_gives_the_same_conversations() -> None:
    """Four mails of one thread, each naming some of the others, in every order of arrival."""
    names = {"a": (), "b": ("a",), "c": ("a", "b"), "d": ("c",)}
    for seed in range(6):
        order = random.Random(seed).sample(sorted(names), 4)
        mails = [
            make.inbound(
                f"{seed} {name}",
                external_id=f"{seed}{name}@mail.example",
                named_ids=tuple(f"{seed}{other}@mail.example" for other in names[name]),
                subject=f"Thread {seed}",
            )
            for name in order
        ]
        for mail in mails:
            receive_all([mail])

        rows = Conversation.objects.filter(subject=f"Thread {seed}")
        assert [row.message_count for row in rows] == [4], order


def test_the_twentieth_conversation_in_two_hours_collects_what_comes_after() -> None:
    now = timezone.now()

    receipts = [make.received(f"Alarm {number}", at=now, is_live=True) for number in range(24)]

    assert len({receipt.conversation_id for receipt in receipts}) == 21
    assert len({receipt.conversation_id for receipt in receipts[20:]}) == 1
    assert Event.objects.filter(kind="LoopSuspected").count() == 1
    assert make.received("Another sender", at=now, is_live=True, sender=STRANGER).has_opened


def test_a_sender_of_whom_many_mails_are_expected_is_not_collected() -> None:
    inbox, now = make.inbox(), timezone.now()
    inbox.frequent_senders = "monitor@mail.example\nELENA@mail.example"
    inbox.save()

    receipts = [make.received(f"Alarm {number}", at=now, is_live=True) for number in range(23)]

    assert all(receipt.has_opened for receipt in receipts)


def test_a_flood_in_one_batch_is_collected_too() -> None:
    now = timezone.now()

    receive_all([make.inbound(f"Alarm {number}", at=now, is_live=True) for number in range(40)])

    assert Conversation.objects.count() == 21


def test_mail_brings_a_conversation_back_three_times_an_hour_at_most() -> None:
    olga = make.agent("olga")
    conversation = make.conversation(external_id="a@mail.example", is_live=True)
    for number in range(5):
        conversation.resolve(by=olga)
        make.received(f"Thanks {number}", named_ids=("a@mail.example",), is_live=True, at=timezone.now())

    conversation.refresh_from_db()
    assert conversation.resolved_at is not None
    assert conversation.message_count == 6
    assert list(deriving.differences([conversation.pk])) == []


def test_history_stands_resolved_and_waits_for_nobody() -> None:
    first = make.received("Old question", at=NOON, external_id="a@mail.example", is_history=True)
    make.received(
        "Old answer", at=NOON + timedelta(hours=1), named_ids=("a@mail.example",), is_history=True, is_sent=True
    )

    conversation = Conversation.objects.get(pk=first.conversation_id)
    assert conversation.resolved_at == NOON
    assert conversation.waiting_since is None
    assert conversation.first_response_at == NOON + timedelta(hours=1)
    assert not conversation.is_unread
    assert list(deriving.differences([conversation.pk])) == []
    assert [row.direction for row in conversation.messages.order_by("created_at")] == ["in", "out"]


def test_history_that_is_read_from_the_newest_on_begins_where_the_matter_began() -> None:
    newest = make.received(
        "Still broken",
        at=NOON + timedelta(days=2),
        subject="Re: Desk",
        external_id="b@mail.example",
        named_ids=("a@mail.example",),
        is_history=True,
    )
    make.received("It broke", at=NOON, subject="Desk", external_id="a@mail.example", is_history=True)

    conversation = Conversation.objects.get(pk=newest.conversation_id)
    assert (conversation.opened_at, conversation.subject) == (NOON, "Desk")
    assert (conversation.last_message_at, conversation.preview) == (NOON + timedelta(days=2), "Still broken")
    assert list(deriving.differences([conversation.pk])) == []


def test_an_answer_to_history_takes_the_matter_up() -> None:
    first = make.received("Old question", at=NOON, external_id="a@mail.example", is_history=True)

    make.received("Still broken", named_ids=("a@mail.example",), at=NOON + timedelta(days=3))

    conversation = Conversation.objects.get(pk=first.conversation_id)
    assert conversation.resolved_at is None
    assert conversation.waiting_since == NOON + timedelta(days=3)
    assert list(deriving.differences([conversation.pk])) == []


def test_what_we_answered_in_another_program_is_our_answer() -> None:
    conversation = make.conversation(external_id="a@mail.example", at=NOON)

    receipt = make.received(
        "Answered from a phone", named_ids=("a@mail.example",), at=NOON + timedelta(hours=1), is_sent=True
    )

    conversation.refresh_from_db()
    message = Message.objects.get(pk=receipt.message_id)
    assert (message.direction, message.author, message.handed_over_at is not None) == ("out", None, True)
    assert conversation.waiting_since is None
    assert conversation.last_outbound_at == NOON + timedelta(hours=1)
    received = Event.objects.filter(kind="MessageReceived", conversation_id=conversation.pk)
    assert [event.data["message_id"] for event in received] == [conversation.messages.earliest("pk").pk]
    assert list(deriving.differences([conversation.pk])) == []


def test_a_late_copy_of_our_answer_does_not_hide_what_came_after_it() -> None:
    conversation = make.conversation(external_id="a@mail.example", at=NOON)
    make.received("And another thing", named_ids=("a@mail.example",), at=NOON + timedelta(hours=2))

    make.received("The first thing", named_ids=("a@mail.example",), at=NOON + timedelta(hours=1), is_sent=True)

    conversation.refresh_from_db()
    assert conversation.waiting_since == NOON + timedelta(hours=2)
    assert list(deriving.differences([conversation.pk])) == []


def test_our_own_mail_that_comes_back_is_no_second_message() -> None:
    conversation = make.conversation()
    reply = conversation.reply("On its way", by=make.agent("olga"))

    for number in range(50):
        us = make.sender("help@aurora.example")
        receipt = make.received(f"Echo {number}", external_id=f"{number}@x.example", own_message=reply.pk, sender=us)
        assert (receipt.is_duplicate, receipt.message_id) == (True, reply.pk)

    assert Message.objects.count() == 2


def test_an_answer_of_ours_that_reaches_another_inbox_of_ours_is_news_there() -> None:
    reply = make.conversation().reply("For the shop", by=make.agent("olga"))
    shop = make.inbox("shop@aurora.example")

    receipt = make.received("For the shop", own_message=reply.pk, inbox_id=shop.pk)
    copy = make.received("For the shop", own_message=reply.pk, inbox_id=shop.pk, is_sent=True)

    assert receipt.has_opened
    assert copy.is_duplicate
