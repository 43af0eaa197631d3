"""The invented year is always the same for the same seed, believable, and has an open rest."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime, timedelta

import pytest

from samovar.conversations import stories
from samovar.conversations.stories import Act, Received, Replied, Sent, Story
from samovar.demo.invention import MESSAGES_EACH, Invention
from samovar.demo.rhythm import ZONE
from samovar.lib.text import tidy
from tests.demo.cast import unsaved_cast

TUESDAY = datetime(2026, 11, 24, 10, tzinfo=ZONE)
STANDARD = 20_000
WRITTEN = (stories.Received, stories.Replied, stories.Noted)


@pytest.fixture(scope="module")
def newest() -> list[Story]:
    """The newest 1,500 conversations of the standard company."""
    return _told(Invention(1, STANDARD, TUESDAY), range(STANDARD - 1_500, STANDARD))


def _told(invention: Invention, numbers: Sequence[int]) -> list[Story]:
    cast = unsaved_cast()
    return [invention.story(number, cast) for number in numbers]


def _plain(act: Act) -> list[object]:
    """Return what an act says, with acts in place of what it refers to."""
    values = [getattr(act, field.name) for field in fields(act)]
    return [type(act), *(_plain(value) if isinstance(value, Act) else repr(value) for value in values)]


def _all(told: Sequence[Story]) -> list[list[object]]:
    return [_plain(act) for story in told for act in story.acts]


def test_the_same_seed_tells_the_same_and_another_seed_something_else() -> None:
    numbers = range(500, 600)
    once = _all(_told(Invention(1, 2_000, TUESDAY), numbers))

    assert _all(_told(Invention(1, 2_000, TUESDAY), numbers)) == once
    assert _all(_told(Invention(2, 2_000, TUESDAY), numbers)) != once


def test_a_conversation_is_the_same_whatever_was_told_before() -> None:
    invention = Invention(1, 2_000, TUESDAY)
    _told(invention, range(300, 350))

    assert _all(_told(invention, [777])) == _all(_told(Invention(1, 2_000, TUESDAY), [777]))


def test_acts_stand_in_the_order_of_time_and_nothing_is_ahead_of_it(newest: list[Story]) -> None:
    for story in newest:
        moments = [act.at for act in story.acts]
        assert moments == sorted(moments)
        assert moments[-1] <= TUESDAY + timedelta(minutes=50)
        assert [act.at for act in story.acts if not isinstance(act, Sent | stories.Failed)][-1] <= TUESDAY


def test_no_reply_is_left_that_would_be_sent_in_earnest(newest: list[Story]) -> None:
    for story in newest:
        left = {id(act.reply) for act in story.acts if isinstance(act, Sent | stories.Failed)}
        assert {id(act) for act in story.acts if isinstance(act, Replied)} == left


def test_conversations_have_as_many_messages_as_the_size_is_computed_with() -> None:
    told = _told(Invention(1, STANDARD, TUESDAY), range(0, STANDARD, 40))
    messages = sum(isinstance(act, WRITTEN) for story in told for act in story.acts)

    assert messages / len(told) == pytest.approx(MESSAGES_EACH, rel=0.06)
    assert max(len(story.acts) for story in told) > 40


def test_half_of_the_letters_are_russian_and_all_kinds_of_acts_happen(newest: list[Story]) -> None:
    texts = [story.opening.text for story in newest]
    russian = sum(any("а" <= letter <= "я" for letter in text) for text in texts)
    assert 0.44 < russian / len(texts) < 0.56
    acts = Counter(type(act) for story in newest for act in story.acts)
    assert set(acts) == {
        stories.Received, stories.Replied, stories.Sent, stories.Failed, stories.Noted, stories.Assigned,
        stories.Tagged, stories.Explained, stories.Snoozed, stories.Woken, stories.Resolved, stories.Read,
    }  # fmt: skip
    assert 0.8 < acts[stories.Explained] / acts[stories.Resolved] < 0.95
    files = [file.name for story in newest for mail in story.mails for file in mail.files]
    assert len(files) > 150
    assert sum(bool(mail.hidden) for story in newest for mail in story.mails) > 400


def test_the_open_rest_is_believable(newest: list[Story]) -> None:
    rest = Counter(state for story in newest for state in _states(story))

    assert 40 <= rest["waits"] <= 80
    assert 10 <= rest["late"] < rest["waits"]
    assert 10 <= rest["unassigned"] < rest["waits"]
    assert 5 <= rest["snoozed"] <= 40
    assert 1 <= rest["undelivered"] <= 12
    assert 30 <= rest["automatic"] <= 90
    assert rest["unreadable"] == 1
    assert rest["resolved"] > 0.85 * len(newest)


def _states(story: Story) -> set[str]:
    """Return in which lists a conversation would stand."""
    if story.opening.mail_class != "human":
        return {"unreadable" if story.opening.mail_class == "unreadable" else "automatic"}
    last: dict[type[Act], int] = {type(act): place for place, act in enumerate(story.acts)}
    seen = {kind: last.get(kind, -1) for kind in (*WRITTEN, stories.Resolved, stories.Snoozed, stories.Woken)}
    found = {"undelivered"} if _undelivered(story) else set()
    if seen[stories.Resolved] > seen[Received]:
        return found | {"resolved"}
    if seen[stories.Snoozed] > max(seen[stories.Woken], seen[Received]):
        return found | {"snoozed"}
    if stories.Assigned not in last:
        found.add("unassigned")
    if seen[Received] > seen[Replied]:
        waits = TUESDAY - story.acts[seen[Received]].at
        found |= {"waits", "late"} if waits > timedelta(hours=12) else {"waits"}
    return found


def _undelivered(story: Story) -> bool:
    failed = {id(act.reply) for act in story.acts if isinstance(act, stories.Failed)}
    return bool(failed - {id(act.reply) for act in story.acts if isinstance(act, Sent)})


def test_a_list_does_not_look_copied(newest: list[Story]) -> None:
    rows = [(story.opening.subject, tidy(story.opening.text)[:80]) for story in newest if story.opening.text]

    for start in range(0, len(rows) - 50, 50):
        page = rows[start : start + 50]
        assert len({subject for subject, _text in page}) >= 46
        assert len({text for _subject, text in page}) >= 49


def test_customers_are_known_before_they_write() -> None:
    invention = Invention(1, 400, TUESDAY)
    since = {person.email: moment for person, moment in invention.known_since()}

    assert len(since) == len(invention.people) == 100
    for story in _told(invention, range(400)):
        if story.opening.sender.shown in since:
            assert since[story.opening.sender.shown] <= story.opening.at
