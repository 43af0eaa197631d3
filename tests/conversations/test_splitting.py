"""Messages are split off or moved by hand, what answers them is read where they stand, and all of it is undone."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from samovar.accounts.models import User
from samovar.conversations import admitting, deriving, merging, splitting, undoing
from samovar.conversations.errors import CannotRegroup, MergedAway
from samovar.conversations.models import Conversation, Message, Participant
from tests import make
from tests.conversations.test_merging import kinds, row, texts

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def olga() -> User:
    return make.agent("olga")


@pytest.fixture
def desk() -> Conversation:
    """A conversation in which two matters came together."""
    found = make.conversation("A scratch", subject="Desk", external_id="desk@mail.example", at=NOON)
    later = {"subject": "Desk", "named_ids": ("desk@mail.example",), "at": NOON + timedelta(hours=1)}
    make.received("And the lamp is dark", external_id="lamp@mail.example", **later)
    return row(found)


@pytest.fixture
def sofa() -> Conversation:
    return make.conversation("The sofa is late", subject="Sofa", at=NOON - timedelta(days=1))


def about_lamp() -> Message:
    return Message.objects.get(external_id="lamp@mail.example")


def test_what_is_split_off_is_a_conversation_of_its_own(desk: Conversation, olga: User) -> None:
    desk.assign(to=olga, by=olga)

    fresh = splitting.split(desk, [about_lamp().pk], by=olga, subject="Lamp").target

    assert (texts(desk), texts(fresh)) == (["A scratch"], ["And the lamp is dark"])
    fresh = row(fresh)
    assert (fresh.customer, fresh.inbox, fresh.subject) == (desk.customer, desk.inbox, "Lamp")
    assert (fresh.follows, fresh.assignee, fresh.waiting_since) == (desk, olga, about_lamp().created_at)
    assert "ConversationSplit" in kinds(desk)
    assert kinds(fresh)[:2] == ["ConversationOpened", "ConversationSplitOff"]
    assert list(deriving.differences([desk.pk, fresh.pk])) == []


def test_what_is_split_off_stays_with_the_team(desk: Conversation, olga: User) -> None:
    team = make.team()
    desk.give_to_team(team, by=olga)

    assert row(splitting.split(desk, [about_lamp().pk], by=olga, subject="Lamp").target).team == team


@pytest.mark.parametrize("has_address", [False, True])
def test_an_answer_to_what_was_split_off_is_read_there(desk: Conversation, olga: User, has_address: bool) -> None:
    letter = desk.reply("About the lamp", by=olga)
    fresh = splitting.split(desk, [about_lamp().pk, letter.pk], by=olga).target
    # The address that was signed for the old one goes along in each answer to the letter.
    signed = {"signed_conversation": desk.pk} if has_address else {}

    by_letter = make.received("Thanks", subject="Desk", answered_messages=(letter.pk,), **signed)
    by_mail = make.received("Me again", subject="Desk", named_ids=("lamp@mail.example", "desk@mail.example"), **signed)
    by_other = make.received("The scratch", subject="Desk", named_ids=("desk@mail.example",), **signed)

    assert by_letter.conversation_id == by_mail.conversation_id == fresh.pk
    assert by_other.conversation_id == desk.pk


def test_undoing_a_split_brings_all_back_with_what_was_said_since(desk: Conversation, olga: User) -> None:
    done = splitting.split(desk, [about_lamp().pk], by=olga)
    fresh = row(done.target)
    fresh.reply("Try another bulb", by=olga)

    undoing.undo(done, by=olga)
    undoing.undo(done, by=olga)

    assert texts(desk) == ["A scratch", "And the lamp is dark", "Try another bulb"]
    assert make.received("It helped", subject="Desk", signed_conversation=fresh.pk).conversation_id == desk.pk
    assert row(fresh).merged_at is not None


def test_what_was_split_off_and_merged_elsewhere_is_not_torn_out(
    desk: Conversation, sofa: Conversation, olga: User
) -> None:
    done = splitting.split(desk, [about_lamp().pk], by=olga)
    merging.merge(row(done.target), sofa, by=olga)

    with pytest.raises(MergedAway):
        undoing.undo(done, by=olga)


def test_a_stranger_among_the_messages_gets_a_conversation_of_their_own(desk: Conversation, olga: User) -> None:
    stranger = make.sender("mallory@mail.example", "Mallory")
    written = make.received("I too", sender=stranger, signed_conversation=desk.pk)

    fresh = row(splitting.split(desk, [written.message_id], by=olga).target)

    assert fresh.customer.name == "Mallory"
    assert not fresh.participants.exists()


def test_those_who_were_let_in_take_part_in_what_is_new_and_wait_elsewhere(
    desk: Conversation, sofa: Conversation, olga: User
) -> None:
    bob = make.named("bob@mail.example", "Bob")
    copied = make.received(
        "See also", signed_conversation=desk.pk, named=(bob,), recipients={"cc": [["Bob", "bob@mail.example"]]}
    )
    admitting.admit(Participant.objects.get(address="bob@mail.example"), by=olga)
    message = Message.objects.get(pk=copied.message_id)

    done = splitting.move(message, sofa, by=olga)
    assert sofa.participants.get(address="bob@mail.example").admitted_at is None
    undoing.undo(done, by=olga)
    fresh = splitting.split(desk, [message.pk], by=olga).target

    assert fresh.participants.get(address="bob@mail.example").admitted_at is not None


def test_a_message_is_moved_with_its_answers_and_goes_back_with_them(
    desk: Conversation, sofa: Conversation, olga: User
) -> None:
    splitting_from = row(desk)

    done = splitting.move(about_lamp(), sofa, by=olga)
    late = make.received("Still dark", subject="Desk", named_ids=("lamp@mail.example",), signed_conversation=desk.pk)

    assert texts(sofa) == ["The sofa is late", "And the lamp is dark", "Still dark"]
    assert texts(desk) == ["A scratch"]
    assert (kinds(desk)[-1], "MessageMoved" in kinds(sofa)) == ("MessageMovedAway", True)
    assert list(deriving.differences([desk.pk, sofa.pk])) == []
    undoing.undo(done, by=olga)
    undoing.undo(done, by=olga)
    assert texts(sofa) == ["The sofa is late"]
    assert late.message_id in desk.messages.values_list("pk", flat=True)
    assert row(desk).message_count == splitting_from.message_count + 1
    assert list(deriving.differences([desk.pk, sofa.pk])) == []


def test_moving_what_waits_into_something_settled_takes_that_up_again(
    desk: Conversation, sofa: Conversation, olga: User
) -> None:
    sofa.reply("It comes on Monday", by=olga)
    sofa.resolve(by=olga)

    done = splitting.move(about_lamp(), row(sofa), by=olga)

    assert row(sofa).waiting_since == about_lamp().created_at
    assert row(sofa).resolved_at is None
    undoing.undo(done, by=olga)
    assert row(sofa).resolved_at is not None


def test_what_was_answered_already_wakes_nobody_by_being_moved(
    desk: Conversation, sofa: Conversation, olga: User
) -> None:
    desk.reply("Try another bulb", by=olga)
    sofa.resolve(by=olga)

    splitting.move(about_lamp(), row(sofa), by=olga)

    assert row(sofa).resolved_at is not None


def test_what_would_leave_nothing_behind_is_refused(desk: Conversation, sofa: Conversation, olga: User) -> None:
    note = desk.add_note("Two matters", by=olga)
    own = list(desk.messages.values_list("pk", flat=True))

    for chosen in ([], [note.pk], own, [pk for pk in own if pk != note.pk], list(sofa.messages.values_list("pk"))[0]):
        with pytest.raises(CannotRegroup):
            splitting.split(desk, chosen, by=olga)
    with pytest.raises(CannotRegroup):
        splitting.move(sofa.messages.get(), desk, by=olga)
    with pytest.raises(CannotRegroup):
        splitting.move(about_lamp(), desk, by=olga)

    assert Conversation.objects.count() == 2


def test_what_was_moved_on_is_not_moved_back_from_there(desk: Conversation, sofa: Conversation, olga: User) -> None:
    chair = make.conversation("A chair", subject="Chair")
    done = splitting.move(about_lamp(), sofa, by=olga)
    splitting.move(about_lamp(), chair, by=olga)

    with pytest.raises(CannotRegroup):
        undoing.undo(done, by=olga)

    assert "And the lamp is dark" in texts(chair)


def test_moving_is_undone_though_both_were_merged_elsewhere(desk: Conversation, sofa: Conversation, olga: User) -> None:
    done = splitting.move(about_lamp(), sofa, by=olga)
    chair = make.conversation("A chair", subject="Chair", at=timezone.now())
    merging.merge(row(sofa), chair, by=olga)

    undoing.undo(done, by=olga)

    assert texts(desk) == ["A scratch", "And the lamp is dark"]
    assert list(deriving.differences([desk.pk, chair.pk])) == []
