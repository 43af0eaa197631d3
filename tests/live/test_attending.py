"""Who has a conversation open and what they begin to write, on the screens of the others: to whom, and how long."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest
from django.db import connection

from samovar.accounts.models import Role, User
from samovar.conversations import attending
from samovar.conversations.models import Conversation
from samovar.live.attendance import MOST_TABS
from tests import make
from tests.live.screens import Screen, Seen, key_of, screen, signed_in
from tests.live.serving import Serving
from tests.postgres import until

pytestmark = pytest.mark.django_db(transaction=True)

Opens = Callable[..., Screen]


@pytest.fixture
def opens(front: Serving) -> Iterator[Opens]:
    """Open the screen ``tab`` of somebody, with a conversation on it if one is named."""
    with ExitStack() as stack:

        def opened(user: User, conversation: Conversation | None = None, tab: str = "one") -> Screen:
            found = stack.enter_context(screen(front, key_of(signed_in(user)), query=f"?tab={tab}"))
            first = next_of(found, "attending")
            assert first.data["is_whole"]
            if conversation is not None:
                attending.attend(conversation, user, tab)
                until_seen(found, user, conversation)
            return found

        yield opened


def next_of(found: Screen, event: str) -> Seen:
    """Return the next event of that name."""
    while True:
        seen = found.next()
        assert seen is not None, "the stream has ended"
        if seen.event == event:
            return seen


def names(seen: Seen, conversation: Conversation) -> list[str]:
    """Return who has a conversation open."""
    return [person["name"] for person in seen.data["open"].get(str(conversation.pk), [])]


def until_seen(found: Screen, user: User, conversation: Conversation) -> None:
    """Wait until a screen is told that somebody has a conversation open."""
    while user.name not in names(next_of(found, "attending"), conversation):
        pass


def written(seen: Seen) -> list[tuple[str, str, str]]:
    """Return who writes what."""
    return [(one["name"], one["mode"], one["words"]) for one in seen.data["writers"]]


def test_a_screen_is_told_who_opens_and_leaves_a_conversation(opens: Opens) -> None:
    conversation, other = make.conversation(), make.conversation()
    anna, elena = make.agent("anna"), make.agent("elena")
    hers = opens(anna)

    his = opens(elena, conversation)
    until_seen(hers, elena, conversation)
    attending.attend(other, elena, "one")
    moved = next_of(hers, "attending")
    assert (names(moved, conversation), names(moved, other)) == ([], ["Elena"])
    attending.leave(elena, "one")

    assert names(next_of(hers, "attending"), other) == []
    assert his.answer.status == 200


def test_a_screen_that_comes_is_told_who_is_there_already(opens: Opens, front: Serving) -> None:
    conversation, elena = make.conversation(), make.agent("elena")
    opens(elena, conversation)

    with screen(front, key_of(signed_in(make.agent("anna"))), query="?tab=late") as late:
        seen = next_of(late, "attending")

    assert seen.data["is_whole"]
    assert seen.data["open"][str(conversation.pk)] == [
        {"id": elena.pk, "name": "Elena", "initials": "E", "tone": str(elena.pk % 4 + 1)}
    ]


def test_who_writes_is_shown_with_their_first_words_where_the_conversation_is_open(opens: Opens) -> None:
    conversation, elsewhere = make.conversation(), make.conversation()
    anna, elena, igor = make.agent("anna"), make.agent("elena"), make.agent("igor")
    hers, outside = opens(anna, conversation), opens(igor, elsewhere)

    attending.write(conversation, elena, "reply", "Good **afternoon**,\n\nI have " + "looked into it " * 20)
    seen = next_of(hers, "writing")
    attending.write(conversation, elena, "reply", "")
    done = next_of(hers, "writing")
    attending.write(elsewhere, elena, "note", "She is right")

    [(name, mode, words)] = written(seen)
    assert (name, mode) == ("Elena", "reply")
    assert words.startswith("Good afternoon, I have looked")
    assert len(words) == attending.MOST_WORDS
    assert 0 < seen.data["writers"][0]["for_ms"] <= 9000
    assert written(done) == []
    # Of what was written in the other one he was told nothing.
    assert written(next_of(outside, "writing")) == [("Elena", "note", "She is right")]


def test_what_is_written_is_not_told_to_its_writer_but_to_their_other_screens_as_a_draft(opens: Opens) -> None:
    conversation, anna, elena = make.conversation(), make.agent("anna"), make.agent("elena")
    desk, phone = opens(anna, conversation, "desk"), opens(anna, conversation, "phone")
    others = opens(elena, conversation)

    attending.write(conversation, anna, "reply", "Dear Elena", "desk")
    told = next_of(phone, "draft")
    next_of(others, "writing")
    attending.write(conversation, elena, "note", "Ask the depot")

    assert told.data == {"name": f"{anna.pk}-{conversation.pk}-reply"}
    # Neither a draft nor the own words came before.
    assert nothing_but_viewers(desk) == "writing"


def nothing_but_viewers(found: Screen) -> str:
    """Return the first event that is not about who is there."""
    while True:
        seen = found.next()
        assert seen is not None
        if seen.event != "attending":
            return seen.event


def test_who_opens_a_conversation_in_which_somebody_writes_is_told_at_once(opens: Opens) -> None:
    conversation, anna, elena = make.conversation(), make.agent("anna"), make.agent("elena")
    hers = opens(anna)
    attending.write(conversation, elena, "reply", "Good afternoon")
    attending.attend(conversation, anna, "one")

    assert written(next_of(hers, "writing")) == [("Elena", "reply", "Good afternoon")]


def test_whoever_loses_the_stream_and_does_not_come_back_is_gone(opens: Opens, front: Serving) -> None:
    conversation, anna, elena = make.conversation(), make.agent("anna"), make.agent("elena")
    hers = opens(anna)
    with contextmanager_of(front, elena) as his:
        attending.attend(conversation, elena, "gone")
        until_seen(hers, elena, conversation)
        assert his.answer.status == 200

    assert names(next_of(hers, "attending"), conversation) == []


@contextmanager
def contextmanager_of(front: Serving, user: User) -> Iterator[Screen]:
    """Open a screen that can be closed."""
    with screen(front, key_of(signed_in(user)), query="?tab=gone") as found:
        yield found


def test_neither_people_nor_words_in_a_closed_inbox_are_told_to_who_may_not_see_it(opens: Opens) -> None:
    salary, desk = make.conversation("My salary"), make.conversation(inbox_id=make.inbox("shop@a.example").pk)
    member, other, admin = make.agent("member"), make.agent("other"), make.admin()
    make.inbox().open_for([make.team("Pay", member)], by=admin)
    sees, does_not = opens(admin, salary), opens(other)
    # A screen may name what its person cannot see; the page before it refuses that, and nothing is told here either.
    attending.attend(salary, other, "one")

    attending.attend(salary, member, "one")
    attending.write(salary, member, "note", "He asks for more")
    until_seen(sees, member, salary)
    assert written(next_of(sees, "writing")) == [("Member", "note", "He asks for more")]
    attending.attend(desk, member, "two")

    told: set[str] = set()
    while str(desk.pk) not in told:
        # One front serves all: it may still be telling who has left what was open before.
        seen = does_not.next()
        assert seen is not None
        assert seen.event == "attending"
        told |= seen.data["open"].keys()
    assert str(salary.pk) not in told


def test_who_loses_the_right_is_told_nothing_more(opens: Opens) -> None:
    salary, member, leaver, admin = make.conversation(), make.agent("member"), make.agent("leaver"), make.admin()
    team = make.team("Pay", member, leaver)
    make.inbox().open_for([team], by=admin)
    found, desk = opens(leaver, salary), make.conversation(inbox_id=make.inbox("shop@a.example").pk)

    team.change("Pay", [member], by=admin)

    turns = iter(range(1000))
    # Within seconds; what is open to all is still told.
    until(lambda: is_silent_about(found, salary, desk, make_tab(next(turns)), member))


def make_tab(turn: int) -> str:
    """Return another screen each time."""
    return f"tab{turn}"


def is_silent_about(found: Screen, closed: Conversation, opened: Conversation, tab: str, user: User) -> bool:
    """Tell whether a screen hears nothing of one conversation while it hears of the other."""
    attending.leave(user, "one")
    attending.attend(closed, user, "one")
    attending.attend(opened, user, tab)
    heard: set[str] = set()
    while str(opened.pk) not in heard:
        heard |= next_of(found, "attending").data["open"].keys()
        attending.leave(user, tab)
        attending.attend(opened, user, tab)
    return str(closed.pk) not in heard


def test_a_stream_that_does_not_name_its_screen_is_told_nothing_of_it(front: Serving, opens: Opens) -> None:
    conversation, anna = make.conversation(), make.agent("anna")
    with screen(front, key_of(signed_in(make.agent("elena")))) as plain:
        hers = opens(anna, conversation)
        anna.deactivate(by=make.admin())
        seen = plain.next()

    assert hers.ends()
    assert seen is not None
    assert not seen.event


def test_what_nobody_of_ours_tells_changes_nothing(opens: Opens) -> None:
    conversation, anna, elena = make.conversation(), make.agent("anna"), make.agent("elena")
    hers = opens(anna)
    with connection.cursor() as cursor:
        for told in ["", "{", "[1]", '{"user_id": 1, "colour": "red"}', "null", "x" * 7999]:
            cursor.execute("SELECT pg_notify(%s, %s)", [attending.CHANNEL, told])

    attending.attend(conversation, elena, "one")

    until_seen(hers, elena, conversation)


def test_one_person_has_so_many_screens_and_forgets_the_oldest(opens: Opens) -> None:
    places = [make.conversation() for _ in range(2)]
    anna, elena = make.agent("anna"), make.agent("elena")
    hers = opens(anna)
    attending.attend(places[0], elena, "first")
    until_seen(hers, elena, places[0])

    for number in range(MOST_TABS):
        attending.attend(places[1], elena, f"next{number}")

    left = next_of(hers, "attending")
    while str(places[0].pk) not in left.data["open"]:
        left = next_of(hers, "attending")
    assert names(left, places[0]) == []


@pytest.mark.parametrize("role", [Role.OBSERVER, Role.LEAD])
def test_whoever_may_look_counts_and_is_named(opens: Opens, role: Role) -> None:
    conversation, somebody = make.conversation(), make.user("Vera Kozlova", role=role)

    found = opens(somebody, conversation)

    assert found.answer.status == 200
