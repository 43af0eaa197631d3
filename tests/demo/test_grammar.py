"""Words stand in the right form, in Russian and in English."""

from datetime import date

import pytest

from samovar.demo.grammar import Count, Day, Noun, Somebody, grouped, russian_plural
from samovar.demo.people import crowd
from samovar.demo.vocabulary import things

CHAIRS = ("стул", "стула", "стульев")


@pytest.mark.parametrize(
    ("number", "form"),
    [(0, 2), (1, 0), (2, 1), (4, 1), (5, 2), (11, 2), (12, 2), (14, 2), (15, 2), (20, 2), (21, 0), (22, 1), (25, 2),
     (100, 2), (101, 0), (111, 2), (112, 2), (121, 0), (1_002, 1), (1_014, 2)],
)  # fmt: skip
def test_russian_numbers_take_their_form(number: int, form: int) -> None:
    assert russian_plural(number, CHAIRS) == CHAIRS[form]
    assert Count(number, "ru").agree(CHAIRS) == CHAIRS[form]


@pytest.mark.parametrize(("number", "form"), [(1, "chair"), (2, "chairs"), (21, "chairs"), (0, "chairs")])
def test_english_numbers_take_their_form(number: int, form: str) -> None:
    assert Count(number, "en").agree(("chair", "chairs")) == form


@pytest.mark.parametrize(
    ("english", "phrase"),
    [
        ("oak desk", "со столом «Норд»"),
        ("wardrobe", "со шкафом «Фьорд»"),
        ("bookcase", "со стеллажом «Архив»"),
        ("sofa", "с диваном «Облако»"),
        ("mirror", "с зеркалом «Озеро»"),
        ("bedside table", "с тумбой «Ночь»"),
    ],
)
def test_russian_things_take_the_preposition_that_can_be_said(english: str, phrase: str) -> None:
    places = {thing.short.form(""): place for place, thing in enumerate(things("en", "product"))}
    assert things("ru", "product")[places[english]].full.form("with") == phrase


def test_other_words_agree_with_the_gender() -> None:
    forms = ("приехал", "приехала", "приехало", "приехали")
    for gender, form in zip("mfnp", forms, strict=True):
        assert Noun({"": "x"}, gender).agree(forms) == form


@pytest.mark.parametrize(
    ("on", "forms"),
    [
        (date(2026, 11, 24), {"day": "24\u00a0ноября", "weekday": "во вторник", "acc": "вторник"}),
        (date(2026, 11, 25), {"day": "25\u00a0ноября", "weekday": "в среду", "on": "в среду, 25\u00a0ноября"}),
    ],
)
def test_russian_days_answer_the_question_when(on: date, forms: dict[str, str]) -> None:
    assert {name: Day(on, "ru").form(name) for name in forms} == forms


def test_english_days_answer_the_question_when() -> None:
    day = Day(date(2026, 11, 26), "en")
    assert (day.form("on"), day.form("weekday")) == ("on Thursday, 26\u00a0November", "Thursday")


def test_thousands_are_kept_together() -> None:
    assert (grouped(20_418), grouped(418)) == ("20\u00a0418", "418")


def test_people_are_named_politely() -> None:
    elena = Somebody("Елена", "Елена Соколова", is_woman=True, polite="Елена Павловна")
    assert (elena.form("polite"), elena.agree(("рад", "рада"))) == ("Елена Павловна", "рада")


def test_surnames_and_patronymics_agree_with_who_bears_them() -> None:
    for person in crowd(1, 2_000):
        if person.language == "ru":
            last, patronymic = person.name.full.split()[1], person.name.polite.split()[1]
            assert last.endswith(("а", "ая")) == person.name.is_woman
            assert patronymic.endswith("на" if person.name.is_woman else "ич")
