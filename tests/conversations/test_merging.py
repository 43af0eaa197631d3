"""Conversations are merged by hand and taken apart again, and nothing that anybody wrote or decided is lost."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from samovar.accounts.models import User
from samovar.conversations import deriving, drafting, joining, merging, undoing
from samovar.conversations.errors import CannotRegroup, MergedAway
from samovar.conversations.models import (
    Conversation,
    ConversationLink,
    ConversationRedirect,
    Draft,
    Message,
    Regrouping,
)
from samovar.conversations.models.deleting import DeletionReason
from samovar.conversations.models.delivering import Fate
from samovar.conversations.models.prioritising import Priority
from samovar.events.models import Event
from tests import make

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def olga() -> User:
    return make.agent("olga")


@pytest.fixture
def desk() -> Conversation:
    return make.conversation("The desk has a scratch", subject="Desk", at=NOON)


@pytest.fixture
def lamp() -> Conversation:
    return make.conversation("And the lamp is dark", subject="Lamp", at=NOON + timedelta(hours=1))


def texts(conversation: Conversation) -> list[str]:
    return [one.text for one in Message.objects.filter(conversation=conversation).order_by("created_at", "pk")]


def kinds(conversation: Conversation) -> list[str]:
    return list(Event.objects.filter(conversation_id=conversation.pk).order_by("pk").values_list("kind", flat=True))


def row(conversation: Conversation) -> Conversation:
    return Conversation.objects.get(pk=conversation.pk)


def is_seen(conversation: Conversation, by: User) -> bool:
    return Conversation.objects.all().visible_to(by).filter(pk=conversation.pk).exists()


def test_what_is_merged_stands_in_one_thread_and_leaves_no_row_behind(
    desk: Conversation, lamp: Conversation, olga: User
) -> None:
    names = set(Message.objects.values_list("external_id", flat=True))

    merging.merge(lamp, desk, by=olga)

    assert texts(desk) == ["The desk has a scratch", "And the lamp is dark"]
    assert not is_seen(lamp, olga)
    assert ConversationRedirect.objects.get(old_id=lamp.pk).conversation == desk
    assert set(Message.objects.values_list("external_id", flat=True)) == names
    assert kinds(desk)[-1] == "ConversationMerged"
    assert kinds(lamp)[-1] == "ConversationMergedAway"
    assert (row(desk).message_count, row(desk).preview) == (2, "And the lamp is dark")


def test_undoing_puts_back_what_went_and_nothing_else(desk: Conversation, lamp: Conversation, olga: User) -> None:
    lamp.tag(make.tag("Light"), by=olga)
    before = [vars(row(one)) for one in (desk, lamp)]
    done = merging.merge(lamp, desk, by=olga)
    row(desk).add_note("I look after both", by=olga)

    undoing.undo(done, by=olga)
    undoing.undo(done, by=olga)

    assert texts(desk) == ["The desk has a scratch", "I look after both"]
    assert texts(lamp) == ["And the lamp is dark"]
    assert not ConversationRedirect.objects.exists()
    assert [tag.name for tag in lamp.tags.all()] == ["Light"]
    assert not desk.tags.exists()
    same = ("opened_at", "waiting_since", "resolved_at", "preview", "first_response_at", "last_message_at")
    assert [[vars(row(one))[name] for name in same] for one in (desk, lamp)] == [
        [old[name] for name in same] for old in before
    ]
    assert list(deriving.differences([desk.pk, lamp.pk])) == []


# How a late answer says what it answers, of a letter of ours: each rule of placing that leads back.
WAYS_BACK: dict[str, Callable[[Message, int], dict[str, Any]]] = {
    "reply-address": lambda letter, old: {"signed_conversation": old},
    "our-message-id": lambda letter, old: {"answered_messages": (letter.pk,)},
    "stored-message-id": lambda letter, old: {"named_ids": ("first-lamp@mail.example",)},
    "body-marker": lambda letter, old: {"marked_conversation": old},
    "subject-tag": lambda letter, old: {"tagged_conversation": old},
}


@pytest.mark.parametrize("rule", WAYS_BACK)
def test_a_late_answer_follows_a_merge_and_goes_back_with_it(rule: str, desk: Conversation, olga: User) -> None:
    lamp = make.conversation("Dark", subject="Lamp", external_id="first-lamp@mail.example")
    letter = lamp.reply("Try another bulb", by=olga)
    done = merging.merge(lamp, desk, by=olga)

    late = make.received("It helped", subject="Lamp", **WAYS_BACK[rule](letter, lamp.pk))

    message = Message.objects.get(pk=late.message_id)
    assert (message.conversation_id, message.rule) == (desk.pk, rule)
    undoing.undo(done, by=olga)
    assert late.message_id in lamp.messages.values_list("pk", flat=True) or rule == "subject-tag"
    again = make.received("Thanks", subject="Lamp", **WAYS_BACK[rule](letter, lamp.pk))
    assert again.conversation_id == lamp.pk


def test_a_chain_of_merges_is_followed_to_its_end_and_undone_in_any_order(
    desk: Conversation, lamp: Conversation, olga: User
) -> None:
    chair = make.conversation("A chair too", subject="Chair", external_id="chair@mail.example")
    first = merging.merge(chair, lamp, by=olga)
    second = merging.merge(row(lamp), desk, by=olga)

    late = make.received("Which chair?", subject="Chair", named_ids=("chair@mail.example",))

    assert late.conversation_id == desk.pk
    assert dict(ConversationRedirect.objects.values_list("old_id", "conversation")) == {
        chair.pk: desk.pk,
        lamp.pk: desk.pk,
    }
    undoing.undo(first, by=olga)
    assert texts(chair) == ["A chair too", "Which chair?"]
    assert texts(desk) == ["The desk has a scratch", "And the lamp is dark"]
    undoing.undo(second, by=olga)
    assert texts(lamp) == ["And the lamp is dark"]
    assert list(deriving.differences([desk.pk, lamp.pk, chair.pk])) == []


def test_undoing_the_last_merge_of_a_chain_leads_the_first_number_to_its_own_again(
    desk: Conversation, lamp: Conversation, olga: User
) -> None:
    chair = make.conversation("A chair too", subject="Chair")
    merging.merge(chair, lamp, by=olga)
    second = merging.merge(row(lamp), desk, by=olga)

    undoing.undo(second, by=olga)

    assert dict(ConversationRedirect.objects.values_list("old_id", "conversation")) == {chair.pk: lamp.pk}
    assert texts(lamp) == ["And the lamp is dark", "A chair too"]


def test_who_waits_keeps_waiting_though_we_have_answered_something_else_since(
    desk: Conversation, lamp: Conversation, olga: User
) -> None:
    desk.reply("A new one comes", by=olga)
    desk.resolve(by=olga)

    done = merging.merge(lamp, desk, by=olga)

    assert row(desk).resolved_at is None
    assert row(desk).waiting_since == lamp.waiting_since
    assert list(deriving.differences([desk.pk])) == []
    undoing.undo(done, by=olga)
    assert row(desk).resolved_at is not None
    assert row(lamp).waiting_since == lamp.waiting_since
    assert list(deriving.differences([desk.pk, lamp.pk])) == []


def test_who_answers_and_how_urgent_it_is_comes_along_and_goes_back(
    desk: Conversation, lamp: Conversation, olga: User
) -> None:
    lamp.assign(to=olga, by=olga)
    lamp.prioritise(Priority.URGENT, by=olga)
    until = timezone.now() + timedelta(days=2)
    desk.snooze(until, by=olga)

    done = merging.merge(lamp, desk, by=olga)

    merged = row(desk)
    assert (merged.assignee, merged.priority, merged.snoozed_until) == (olga, 2, None)
    undoing.undo(done, by=olga)
    parted = row(desk)
    assert (parted.assignee, parted.priority, parted.snoozed_until) == (None, 0, until)
    assert list(deriving.differences([desk.pk, lamp.pk])) == []


def test_drafts_of_both_are_kept_and_those_of_one_person_are_joined(
    desk: Conversation, lamp: Conversation, olga: User
) -> None:
    boris = make.agent("boris")
    drafting.keep(desk, "reply", "Dear Elena", by=olga)
    drafting.keep(lamp, "reply", "The bulb", by=olga)
    drafting.keep(lamp, "note", "Ask the shop", by=boris)
    file = drafting.attach(lamp, "reply", ("bulb.pdf", "application/pdf", b"%PDF"), by=olga)

    done = merging.merge(lamp, desk, by=olga)

    kept = {(one.user, one.mode): one for one in Draft.objects.filter(conversation=desk)}
    assert kept[olga, "reply"].text == "Dear Elena\n\nThe bulb"
    assert list(kept[olga, "reply"].files.all()) == [file]
    assert kept[boris, "note"].text == "Ask the shop"
    undoing.undo(done, by=olga)
    assert Draft.objects.get(conversation=desk).text == "Dear Elena"
    own = Draft.objects.get(conversation=lamp, user=olga)
    assert (own.text, list(own.files.all())) == ("The bulb", [file])


def test_links_sides_and_followers_come_along(desk: Conversation, lamp: Conversation, olga: User) -> None:
    other, follower = make.conversation("Another"), make.conversation("A third")
    joining.link(lamp, [other, desk])
    Conversation.objects.filter(pk=follower.pk).update(follows=lamp)
    Conversation.objects.filter(pk=desk.pk).update(follows=lamp)

    done = merging.merge(lamp, desk, by=olga)

    linked = ConversationLink.objects.filter(conversation=desk.pk, other=other.pk)
    assert linked.exists()
    assert row(follower).follows == desk
    assert row(desk).follows == row(lamp)
    undoing.undo(done, by=olga)
    assert not linked.exists()
    assert row(follower).follows == row(lamp)


def refusals() -> dict[str, Callable[[Conversation, User], None]]:
    def deleted(one: Conversation, by: User) -> None:
        one.trash(DeletionReason.MISTAKE, by=by)

    def of_another(one: Conversation, by: User) -> None:
        Conversation.objects.filter(pk=one.pk).update(customer=make.customer("Boris"))

    def erased(one: Conversation, by: User) -> None:
        type(one.customer).objects.filter(pk=one.customer_id).update(erased_at=timezone.now())

    def side(one: Conversation, by: User) -> None:
        Conversation.objects.filter(pk=one.pk).update(parent=make.conversation("Main"))

    def spam(one: Conversation, by: User) -> None:
        Conversation.objects.filter(pk=one.pk).update(kind="spam")

    def unreadable(one: Conversation, by: User) -> None:
        Conversation.objects.filter(pk=one.pk).update(kind="unreadable")

    return {
        "was deleted": deleted,
        "two customers": of_another,
        "was erased": erased,
        "stays apart": side,
        "is spam": spam,
        "could not be read": unreadable,
    }


@pytest.mark.parametrize("words", refusals())
def test_what_may_not_be_one_is_refused_in_words(
    words: str, desk: Conversation, lamp: Conversation, olga: User
) -> None:
    refusals()[words](lamp, olga)

    with pytest.raises(CannotRegroup, match=words):
        merging.merge(lamp, desk, by=olga)

    assert not Regrouping.objects.exists()


def test_nothing_is_merged_with_itself_or_twice(desk: Conversation, lamp: Conversation, olga: User) -> None:
    with pytest.raises(CannotRegroup):
        merging.merge(desk, row(desk), by=olga)
    merging.merge(lamp, desk, by=olga)
    with pytest.raises(MergedAway):
        merging.merge(lamp, desk, by=olga)
    with pytest.raises(MergedAway):
        merging.merge(desk, lamp, by=olga)


def test_what_was_erased_meanwhile_stays_together(desk: Conversation, lamp: Conversation, olga: User) -> None:
    done = merging.merge(lamp, desk, by=olga)
    row(desk).trash(DeletionReason.MISTAKE, by=olga)

    with pytest.raises(CannotRegroup):
        undoing.undo(done, by=olga)

    assert texts(desk) == ["The desk has a scratch", "And the lamp is dark"]


def test_nothing_is_decided_about_what_was_merged_away(desk: Conversation, lamp: Conversation, olga: User) -> None:
    letter = lamp.reply("Try another bulb", by=olga)
    lamp.snooze(timezone.now() + timedelta(days=1), by=olga)
    merging.merge(lamp, desk, by=olga)

    for act in (lambda: lamp.resolve(by=olga), lambda: lamp.reply("Hello", by=olga), lambda: lamp.assign(olga, olga)):
        with pytest.raises(MergedAway):
            act()
    letter.note_fate(Fate(handed_over_at=timezone.now()), timezone.now())
    assert kinds(desk)[-1] == "MessageSent"
    assert not Conversation.objects.due_to_wake(timezone.now() + timedelta(days=3)).exists()


def test_what_is_settled_wakes_nothing(desk: Conversation, lamp: Conversation, olga: User) -> None:
    for one in (desk, lamp):
        one.resolve(by=olga)

    merging.merge(lamp, desk, by=olga)

    assert row(desk).resolved_at is not None
    assert row(desk).waiting_since is None


def test_a_draft_that_was_sent_since_is_not_written_anew(desk: Conversation, lamp: Conversation, olga: User) -> None:
    for one in (desk, lamp):
        drafting.keep(one, "reply", f"About {one.subject}", by=olga)
    done = merging.merge(lamp, desk, by=olga)
    Draft.objects.get(conversation=desk).delete()

    undoing.undo(done, by=olga)

    assert [draft.text for draft in Draft.objects.all()] == ["About Lamp"]


def test_what_somebody_has_typed_since_stays_whole(desk: Conversation, lamp: Conversation, olga: User) -> None:
    for one in (desk, lamp):
        drafting.keep(one, "reply", f"About {one.subject}", by=olga)
    done = merging.merge(lamp, desk, by=olga)
    drafting.keep(desk, "reply", "About Desk\n\nAbout Lamp, and more", by=olga)

    undoing.undo(done, by=olga)

    assert Draft.objects.get(conversation=desk).text == "About Desk\n\nAbout Lamp, and more"
