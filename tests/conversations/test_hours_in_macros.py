"""Macros say when the team works, in the words of whoever reads the letter."""

from datetime import UTC, datetime

import pytest

from samovar.accounts import hours_in_words
from samovar.accounts.models import Calendar, User
from samovar.accounts.working_hours import as_hours, usual_week
from samovar.conversations import macros
from samovar.lib import clock
from tests import make

pytestmark = pytest.mark.django_db
TEXT = "Мы: {{ team.opening_hours }}. {{ team.next_opening | “soon” }}"
# A Friday, while work is done in Moscow and after it has ended.
AT_WORK = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
IN_THE_EVENING = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)


@pytest.fixture
def olga() -> User:
    """An agent who writes."""
    return make.agent("olga")


@pytest.fixture
def company() -> Calendar:
    """The company works in Moscow, on Saturdays until two."""
    week = [*usual_week()[:5], [["10:00", "14:00"]], []]
    return Calendar.objects.create(is_default=True, time_zone="Europe/Moscow", week=week)


@pytest.mark.parametrize(
    ("of_macro", "of_customer", "said"),
    [
        ("en", "ru", "Мы: Mon–Fri 09:00–18:00; Sat 10:00–14:00. Sat, 21 November, 10:00"),
        ("", "ru", "Мы: Пн–Пт 09:00–18:00; Сб 10:00–14:00. Сб, 21 ноября, 10:00"),
        ("", "de", "Мы: Mon–Fri 09:00–18:00; Sat 10:00–14:00. Sat, 21 November, 10:00"),
    ],
)
def test_hours_are_told_in_the_language_of_the_letter(
    olga: User, company: Calendar, of_macro: str, of_customer: str, said: str
) -> None:
    conversation, macro = make.conversation(), make.macro(text=TEXT, language=of_macro)
    conversation.customer.language = of_customer

    for moment in (AT_WORK, IN_THE_EVENING):
        with clock.standing_at(moment):
            assert macros.filled(conversation, [macro], olga) == [said]


def test_the_hours_are_those_of_the_team_that_answers(olga: User, company: Calendar) -> None:
    team, conversation = make.team("Night"), make.conversation()
    team.members.add(olga)
    Calendar.objects.create(team=team, time_zone="UTC", week=[[], [["22:00", "06:00"]], [], [], [], [], []])
    conversation.give_to_team(team, by=olga)

    with clock.standing_at(AT_WORK):
        [text] = macros.filled(conversation, [make.macro(text=TEXT)], olga)

    assert text == "Мы: Tue 22:00–06:00. Tue, 24 November, 22:00"


@pytest.mark.parametrize("day", [[], [["00:00", "00:00"]]])
def test_what_never_opens_or_never_closes_has_no_next_opening(day: list[list[str]]) -> None:
    with clock.standing_at(AT_WORK):
        assert hours_in_words.next_opening(as_hours([day] * 7, "UTC")) == ""


def test_what_opens_again_today_is_told_by_the_clock_alone() -> None:
    week = [[["09:00", "12:30"], ["13:30", "18:00"]]] * 7

    with clock.standing_at(AT_WORK):
        assert hours_in_words.next_opening(as_hours(week, "UTC")) == "13:30"


def test_macros_without_such_words_cost_no_query(olga: User, django_assert_num_queries: object) -> None:
    conversation, plain = make.conversation(), make.macro()

    with django_assert_num_queries(0):  # type: ignore[operator]  # a fixture of pytest-django
        assert macros.filled(conversation, [plain], olga) == ["Thank you."]
