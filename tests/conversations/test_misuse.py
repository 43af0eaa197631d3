"""What keeps order in the mail cannot be turned against somebody: nobody hides, joins or drowns another one's mail."""

import pytest

from samovar.conversations import admitting, opening
from samovar.conversations.intake import receive_all
from samovar.conversations.models import Conversation, ConversationLink, Message, Participant
from samovar.lib import clock
from tests import make

pytestmark = pytest.mark.django_db


def test_what_somebody_else_writes_under_an_id_of_ours_is_kept() -> None:
    ours = make.conversation().reply("On its way", by=make.agent())

    receipt = make.received("It never came", own_message=ours.pk, external_id=ours.external_id)

    assert not receipt.is_duplicate
    assert Message.objects.get(pk=receipt.message_id).text == "It never came"


@pytest.mark.parametrize(
    "ahead",
    [
        {"sender": make.sender("mallory@evil.example")},
        {"is_spam": True},
        {"mail_class": "auto-reply"},
        {"verdict": "failed"},
    ],
)
@pytest.mark.parametrize("is_in_one_batch", [True, False])
def test_a_copy_that_was_sent_ahead_hides_no_mail(ahead: dict[str, object], is_in_one_batch: bool) -> None:
    mails = [make.inbound("Help me", external_id="a@mail.example", **given) for given in (ahead, {}, {})]

    _copy, receipt, again = receive_all(mails) if is_in_one_batch else [receive_all([one])[0] for one in mails]

    assert not receipt.is_duplicate
    assert Conversation.objects.get(pk=receipt.conversation_id).waiting_since is not None
    assert (again.is_duplicate, again.message_id) == (True, receipt.message_id)


def test_a_copy_that_comes_by_a_list_later_is_no_second_message() -> None:
    make.received("Help me", external_id="a@mail.example")

    assert make.received("Help me", external_id="a@mail.example", mail_class="list").is_duplicate


def test_a_flood_in_one_inbox_does_not_take_the_mail_of_another_one() -> None:
    for number in range(21):
        make.received(f"Order {number}", subject=f"Order {number}", is_live=True)
    shop = make.inbox("shop@aurora.example")

    first, second = (make.received(text, subject=text, inbox_id=shop.pk, is_live=True) for text in ("One", "Two"))

    assert Conversation.objects.get(pk=first.conversation_id).inbox == shop
    assert second.conversation_id == first.conversation_id


def test_a_flood_under_somebodys_name_does_not_bury_what_they_write_themselves() -> None:
    for number in range(21):
        make.received(f"Order {number}", subject=f"Order {number}", is_live=True, verdict="failed")

    receipt = make.received("Mine", subject="Mine", is_live=True, verdict="verified")

    assert receipt.has_opened
    assert Message.objects.get(pk=receipt.message_id).rule == ""


def test_a_flood_of_verified_mail_is_one_too() -> None:
    receipts = [
        make.received(f"Order {number}", subject=f"Order {number}", is_live=True, verdict="verified")
        for number in range(22)
    ]

    assert receipts[-1].conversation_id == receipts[-2].conversation_id


def test_others_cannot_keep_the_customer_from_bringing_a_settled_matter_back() -> None:
    conversation, olga = make.conversation(external_id="a@mail.example"), make.agent("olga")
    stranger = make.sender("mallory@evil.example")
    for number in range(4):
        conversation.resolve(by=olga)
        make.received(f"Hello {number}", named_ids=("a@mail.example",), sender=stranger, is_live=True, at=clock.now())
        conversation.refresh_from_db()
    assert conversation.resolved_at is not None

    make.received("It is broken again", named_ids=("a@mail.example",), is_live=True, at=clock.now())

    conversation.refresh_from_db()
    assert conversation.resolved_at is None


def test_a_stranger_joins_nothing_of_somebody_else() -> None:
    conversations = [make.conversation(text, external_id=f"{text}@mail.example") for text in ("First", "Second")]

    make.received(
        "Both",
        named_ids=("Second@mail.example", "First@mail.example"),
        sender=make.sender("mallory@evil.example"),
        is_live=True,
    )

    assert Conversation.objects.filter(pk__in=[one.pk for one in conversations]).count() == 2
    assert ConversationLink.objects.count() == 1


def test_who_was_let_into_one_conversation_is_not_let_into_another_by_joining_them() -> None:
    make.conversation("First", external_id="a@mail.example")
    younger = make.conversation("Second", external_id="b@mail.example", named=(make.named("bob@mail.example"),))
    admitting.admit(Participant.objects.get(conversation=younger), by=make.agent())

    make.received("Both", named_ids=("a@mail.example", "b@mail.example"))

    assert Participant.objects.all().admitted().get().conversation == younger
    assert ConversationLink.objects.count() == 1


def test_nobody_fills_a_conversation_with_people_whom_they_invent() -> None:
    conversation = make.conversation(external_id="a@mail.example")
    stranger = make.sender("mallory@evil.example")

    for mail in range(10):
        invented = tuple(make.named(f"p{mail}-{number}@evil.example") for number in range(30))
        make.received(f"Hello {mail}", named_ids=("a@mail.example",), sender=stranger, named=invented)

    found = Participant.objects.filter(conversation=conversation)
    assert 90 < found.count() <= 100
    assert found.filter(role="writer").get().address == "mallory@evil.example"


def test_who_writes_is_not_hidden_behind_those_whom_somebody_names() -> None:
    invented = tuple(make.named(f"p{number}@evil.example") for number in range(30))
    conversation = make.conversation(external_id="a@mail.example", named=invented)

    make.received("Hello", named_ids=("a@mail.example",), sender=make.sender("bob@mail.example", "Bob"))

    shown = opening.opened(make.agent(), conversation.pk).outsiders
    assert shown[0]["shown"] == "Bob <bob@mail.example>"


def test_a_conversation_that_is_joined_with_what_it_follows_does_not_follow_itself() -> None:
    before = make.conversation("Before", external_id="x@mail.example")
    older, younger = (make.conversation(text, external_id=f"{text}@mail.example") for text in ("First", "Second"))
    Conversation.objects.filter(pk=older.pk).update(follows=younger)
    Conversation.objects.filter(pk=younger.pk).update(follows=before)

    make.received("Both", named_ids=("Second@mail.example", "First@mail.example"))

    assert Conversation.objects.exclude(pk=before.pk).get().follows == before
