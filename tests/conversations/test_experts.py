"""Whom to bring in: by topic, by name, by who is there, and by how long their answers take."""

from datetime import timedelta

import pytest
from django.utils import timezone

from samovar.accounts.models import Presence, Role, User
from samovar.conversations import consulting, experts
from samovar.conversations.consulting import Asking
from samovar.conversations.models import Consultation, Conversation
from tests import make

pytestmark = pytest.mark.django_db


def expert(name: str, *topics: str, role: str = Role.EXPERT) -> User:
    user = make.user(name, role=role)
    user.know_about(topics, by=user)
    return user


def names(conversation: Conversation, typed: str = "", by: User | None = None) -> list[str]:
    return [offer.person.name for offer in experts.offered(conversation, typed, by or make.agent())]


@pytest.mark.parametrize(
    ("minutes", "usual"),
    [((), None), ((1, 2), None), ((10, 12, 60), 12), ((0, 0, 0), 1), ((4, 6, 8, 10), 7), ((*[5] * 20, 900, 900), 5)],
)
def test_what_is_usual_is_the_median_of_the_last_answers(minutes: tuple[int, ...], usual: int | None) -> None:
    assert experts.usual_minutes([timedelta(minutes=one) for one in minutes]) == usual


@pytest.mark.parametrize(
    ("topic", "about", "is_so"),
    [
        ("returns", "returns and swaps", True),
        ("Возвраты", "возврат стола", True),
        ("oak tops", "a top of oak", True),
        ("oak tops", "an oak chair", False),
        ("oak", "soak it", False),
        ("1С", "1с не отвечает", False),
        ("", "returns", False),
    ],
)
def test_a_topic_fits_when_all_its_words_are_there(topic: str, about: str, is_so: bool) -> None:
    assert experts.fits(topic, about) is is_so


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (None, ""),
        (12, "usually answers in 12 min"),
        (150, "usually answers in 2 h"),
        (4 * 24 * 60, "usually answers in 4 days"),
    ],
)
def test_how_long_answers_take_is_told_in_words(minutes: int | None, words: str) -> None:
    assert experts.Offer(User(), (), minutes, fits=False, is_asked=False).usually == words


def test_who_knows_about_it_comes_first_then_who_is_there_then_who_is_quick() -> None:
    conversation = make.conversation(subject="The oak top is scratched")
    away, busy, here = expert("away", "invoices"), expert("busy", "invoices"), expert("here", "invoices")
    knows = expert("knows", "oak")
    knows.show_as(Presence.AWAY)
    away.show_as(Presence.AWAY)
    busy.show_as(Presence.BUSY)
    quick = expert("quick", "invoices")
    for person in (here, quick):
        person.touch(timezone.now())
    for _number in range(3):
        question = consulting.ask(make.conversation(), Asking(expert=quick, question="?"), by=make.agent())
        consulting.answer(question.consultation, "Yes.", by=quick)
    Consultation.objects.update(asked_at=timezone.now() - timedelta(minutes=4))

    assert names(conversation) == ["Knows", "Quick", "Here", "Busy", "Away"]
    offers = {offer.person.name: offer for offer in experts.offered(conversation, "", make.agent())}
    assert (offers["Quick"].minutes, offers["Here"].minutes, offers["Knows"].fits) == (4, None, True)


def test_the_cause_and_the_tags_say_what_it_is_about() -> None:
    conversation, elena = make.conversation(subject="Hello"), make.agent("elena")
    expert("anna", "assembly")
    expert("boris", "refunds")
    conversation.tag(make.tag("Refund"), by=elena)
    assert names(conversation)[0] == "Boris"

    other = make.conversation(subject="Hello")
    other.set_cause(make.cause("Assembly"), by=elena)

    assert names(other)[0] == "Anna"


def test_by_letters_anybody_is_found_by_name_title_or_topic_but_not_oneself_or_who_has_left() -> None:
    conversation, elena, igor = make.conversation(), make.agent("elena"), make.agent("igor")
    oleg, left = expert("oleg", "Oak"), expert("olga", "Oak")
    left.deactivate(by=make.admin("anna"))
    igor.change_ways(title="Logistics")

    assert names(conversation, "oak", by=elena) == ["Oleg"]
    assert names(conversation, "ig", by=elena) == ["Igor"]
    assert names(conversation, "logis", by=elena) == ["Igor"]
    assert names(conversation, "elena", by=elena) == []
    assert names(conversation, "", by=elena) == ["Oleg"]
    consulting.ask(conversation, Asking(expert=oleg, question="?"), by=elena)
    assert [offer.is_asked for offer in experts.offered(conversation, "oleg", elena)] == [True]


@pytest.mark.parametrize(("name", "may_write"), [("Oleg", True), ("Oleg", False), ("", True)])
def test_a_customer_reads_no_name_that_the_brand_keeps_to_itself(name: str, may_write: bool) -> None:
    said = consulting.told_customer(name, may_write=may_write)

    assert (name or "a colleague") in said
