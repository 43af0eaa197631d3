"""Two drafts of one person become one when their conversations are merged: people and steps come along, and go back."""

import pytest

from samovar.accounts.models import User
from samovar.conversations import drafting, merging, undoing
from samovar.conversations.chips import Chip, from_kept
from samovar.conversations.models import Conversation, Draft, Regrouping
from samovar.conversations.recipients import Field, Person
from tests import make

pytestmark = pytest.mark.django_db
ELENA, BORIS, CARL = (Person(name, f"{name}@mail.example") for name in ("elena", "boris", "carl"))
TAG, CAUSE = ["tag", "7", "Refund"], ["cause", "3", "Delivery"]


@pytest.fixture
def olga() -> User:
    """Somebody who types in two conversations."""
    return make.agent("olga")


@pytest.fixture
def pair() -> tuple[Conversation, Conversation]:
    """Two conversations with one customer."""
    return make.conversation(subject="Desk"), make.conversation(subject="Lamp")


def typed(conversation: Conversation, by: User, people: list[Chip] | None, steps: list[list[str]]) -> None:
    """Keep a draft with these people and steps."""
    drafting.keep(conversation, "reply", f"About {conversation.subject}", by=by)
    if people is not None:
        drafting.keep_chips(conversation, people, 10**9, by=by)
    Draft.objects.filter(conversation=conversation).update(steps=steps)


def kept(conversation: Conversation) -> tuple[list[str] | None, list[list[str]]]:
    """Return to whom a draft goes, and what is done once it is sent."""
    draft = Draft.objects.get(conversation=conversation)
    return (None if draft.chips is None else [one.person.name for one in from_kept(draft.chips)], draft.steps)


def merged(pair: tuple[Conversation, Conversation], by: User) -> Regrouping:
    desk, lamp = pair
    return merging.merge(lamp, desk, by=by)


def test_people_and_steps_of_both_are_in_the_one_and_part_again(
    pair: tuple[Conversation, Conversation], olga: User
) -> None:
    typed(pair[0], olga, [Chip(Field.TO, ELENA), Chip(Field.CC, BORIS)], [TAG])
    typed(pair[1], olga, [Chip(Field.TO, ELENA), Chip(Field.BCC, CARL)], [TAG, CAUSE])

    done = merged(pair, olga)

    assert kept(pair[0]) == (["elena", "boris", "carl"], [TAG, CAUSE])
    assert from_kept(Draft.objects.get(conversation=pair[0]).chips)[2].field == Field.BCC
    undoing.undo(done, by=olga)
    assert kept(pair[0]) == (["elena", "boris"], [TAG])
    assert kept(pair[1]) == (["elena", "carl"], [TAG, CAUSE])


def test_where_nobody_had_chosen_people_the_choice_of_the_other_holds(
    pair: tuple[Conversation, Conversation], olga: User
) -> None:
    typed(pair[0], olga, None, [])
    typed(pair[1], olga, [Chip(Field.TO, BORIS)], [])

    done = merged(pair, olga)

    assert kept(pair[0]) == (["boris"], [])
    undoing.undo(done, by=olga)
    assert kept(pair[0]) == (None, [])
    assert kept(pair[1]) == (["boris"], [])


def test_whom_somebody_has_chosen_since_stays(pair: tuple[Conversation, Conversation], olga: User) -> None:
    typed(pair[0], olga, None, [])
    typed(pair[1], olga, [Chip(Field.TO, BORIS)], [])
    done = merged(pair, olga)
    drafting.keep_chips(pair[0], [Chip(Field.TO, BORIS), Chip(Field.CC, CARL)], 10**9, by=olga)

    undoing.undo(done, by=olga)

    assert kept(pair[0]) == (["boris", "carl"], [])


def test_a_draft_that_stood_in_one_alone_goes_along_whole(pair: tuple[Conversation, Conversation], olga: User) -> None:
    typed(pair[1], olga, [Chip(Field.TO, CARL)], [CAUSE])

    done = merged(pair, olga)

    assert kept(pair[0]) == (["carl"], [CAUSE])
    undoing.undo(done, by=olga)
    assert kept(pair[1]) == (["carl"], [CAUSE])


def test_without_people_in_either_it_goes_to_whom_it_goes_by_itself(
    pair: tuple[Conversation, Conversation], olga: User
) -> None:
    typed(pair[0], olga, [Chip(Field.TO, ELENA)], [])
    typed(pair[1], olga, None, [CAUSE])

    done = merged(pair, olga)

    assert kept(pair[0]) == (["elena"], [CAUSE])
    Draft.objects.filter(conversation=pair[0]).update(chips=None)
    undoing.undo(done, by=olga)
    assert kept(pair[0]) == (None, [])


def test_what_was_merged_before_these_were_noted_parts_as_it_did(
    pair: tuple[Conversation, Conversation], olga: User
) -> None:
    typed(pair[0], olga, None, [TAG])
    typed(pair[1], olga, None, [CAUSE])
    done = merged(pair, olga)
    done.before["drafts"] = {key: found[:2] for key, found in done.before["drafts"].items()}
    done.save(update_fields=["before"])

    undoing.undo(done, by=olga)

    assert kept(pair[0]) == (None, [TAG, CAUSE])
