"""Two people, or a person and a mail, act on conversations that are merged at this very moment: nothing is lost."""

from collections.abc import Callable

import pytest

from samovar.accounts.models import User
from samovar.conversations import merging, splitting, undoing
from samovar.conversations.errors import MergedAway
from samovar.conversations.intake import receive
from samovar.conversations.models import Conversation, Message, Regrouping
from tests import make
from tests.beside import beside

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def olga() -> User:
    return make.agent("olga")


@pytest.fixture
def pair() -> tuple[Conversation, Conversation]:
    return make.conversation("The desk"), make.conversation("The lamp", external_id="lamp@mail.example")


def afresh(one: Conversation) -> Conversation:
    return Conversation.objects.get(pk=one.pk)


def behind(first: Callable[[], object], second: Callable[[], object]) -> object:
    """Do ``first``, let ``second`` begin before that is done, and return what came of the second."""

    def done() -> object:
        try:
            return second()
        except MergedAway as away:
            return away.old_id

    return beside(first, done)


def test_who_merges_the_other_way_round_comes_second(pair: tuple[Conversation, Conversation], olga: User) -> None:
    desk, lamp = pair
    other_desk, other_lamp = afresh(desk), afresh(lamp)

    came = behind(lambda: merging.merge(lamp, desk, olga), lambda: merging.merge(other_desk, other_lamp, olga))

    assert came == lamp.pk
    assert Message.objects.filter(conversation=desk).count() == 2
    assert Regrouping.objects.count() == 1


@pytest.mark.parametrize("act", ["reply", "note", "resolve", "assign", "split"])
def test_what_is_done_to_a_conversation_while_it_is_merged_is_refused(
    pair: tuple[Conversation, Conversation], olga: User, act: str
) -> None:
    desk, lamp = pair
    same = afresh(lamp)
    acts: dict[str, Callable[[], object]] = {
        "reply": lambda: same.reply("Another bulb", by=olga),
        "note": lambda: same.add_note("Another bulb", by=olga),
        "resolve": lambda: same.resolve(by=olga),
        "assign": lambda: same.assign(to=olga, by=olga),
        "split": lambda: splitting.split(same, [1], by=olga),
    }

    came = behind(lambda: merging.merge(lamp, desk, olga), acts[act])

    assert came == lamp.pk
    assert not Message.objects.filter(conversation=lamp).exists()


def test_a_reply_that_was_first_goes_along(pair: tuple[Conversation, Conversation], olga: User) -> None:
    desk, lamp = pair
    same = afresh(lamp)

    behind(lambda: same.reply("Another bulb", by=olga), lambda: merging.merge(afresh(lamp), afresh(desk), olga))

    assert Message.objects.filter(conversation=desk, text="Another bulb").exists()


def test_a_mail_that_comes_meanwhile_is_read_in_the_other_one(
    pair: tuple[Conversation, Conversation], olga: User
) -> None:
    desk, lamp = pair
    mail = make.inbound("Still dark", named_ids=("lamp@mail.example",), signed_conversation=lamp.pk)

    behind(lambda: merging.merge(lamp, desk, olga), lambda: receive(mail))

    assert Message.objects.get(text="Still dark").conversation_id == desk.pk


def test_undoing_twice_at_once_undoes_once(pair: tuple[Conversation, Conversation], olga: User) -> None:
    desk, lamp = pair
    done = merging.merge(lamp, desk, olga)
    again = Regrouping.objects.get(pk=done.pk)

    behind(lambda: undoing.undo(done, olga), lambda: undoing.undo(again, olga))

    assert [Message.objects.filter(conversation=one).count() for one in pair] == [1, 1]
