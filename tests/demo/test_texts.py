"""Whatever a phrase becomes is a whole sentence: for every thing, every person and in both languages."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

import pytest

from samovar.demo.grammar import Somebody
from samovar.demo.people import crowd
from samovar.demo.phrases import Phrase, parsed
from samovar.demo.rhythm import ZONE
from samovar.demo.slots import matter
from samovar.demo.subjects import SUBJECTS
from samovar.demo.vocabulary import LANGUAGES, PARTS, automatic, openings, phrases, table

AT = datetime(2026, 11, 24, 12, tzinfo=ZONE)
SUBJECT_KEYS = [subject.key for subject in SUBJECTS]
# Several dozens of first letters, before names, things, days and numbers make them different.
WAYS_TO_BEGIN = 48
WRONG = {
    "a slot or a choice is left": r"[\[\]{}|]",
    "two blanks": r"  |\n\n\n| \n",
    "a blank before a mark": r" [,.;:?!]",
    "two marks": r"[,;:]{2}|\.\.|,\.",
    "a hyphen for a dash": r"\w - \w",
    "an apostrophe that is not straight": r"[‘’]",
}
WRONG_IN = {
    "ru": {
        "quotation marks of others": r"[\"“”]",
        "ё is written": r"(?i)\b(еще|ее|нее|счет\b|идет|ждет|дает|придет|пришел|нашел|шов[её]м|жестк\w+|теплы\w+)\b",
        "Вы in the middle of a sentence": r"(?<=[а-яё,:;] )(Вы|Вам|Вас|Ваш\w*)\b",
        "со столом": r"\bс (стол|стел|шкаф|скол)",
        "во вторник": r"\bв вторник",
    },
    "en": {"a before a vowel": r"\ba [aeio]\w", "a day twice": r"\b(for|by|is|to|be) on (Mon|Tue|Wed|Thu|Fri|Sat|Sun)"},
}


def _all_phrases(language: str) -> Iterator[tuple[str, str, Phrase]]:
    for subject in (*SUBJECT_KEYS, "manners"):
        for name, stock in phrases(language, subject).items():
            for phrase in stock:
                yield subject, name, phrase
    for kind in automatic(language):
        for phrase in (kind.sender_name, *kind.subject, *kind.text):
            yield "automatic", kind.mail_class, phrase


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_phrase_becomes_a_whole_sentence(language: str) -> None:
    people = [person for person in crowd(1, 60) if person.language == language]
    wrong = []
    for seed, (subject, name, phrase) in enumerate(_all_phrases(language)):
        for person in people[:12]:
            random = Random(f"{seed} {person.number}")
            colleagues = {role: Somebody("Яна", "Яна Сафина", random.random() < 0.5) for role in ("agent", "mate")}
            slots = matter(random, person, seed, AT).at(AT, AT + timedelta(days=random.randrange(6)), **colleagues)
            text = phrase.said(random, slots)
            found = [rule for rule, wanted in (WRONG | WRONG_IN[language]).items() if re.search(wanted, text)]
            wrong += [f"{subject} {name}: {rule}: {text}" for rule in found]
    assert not wrong


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("subject", SUBJECT_KEYS)
def test_a_letter_about_a_subject_can_begin_in_dozens_of_ways(language: str, subject: str) -> None:
    stock = phrases(language, subject)
    ways = [
        stock["open"][opening.place].ways * (1 + sum(stock["ask"][place].ways for place in opening.fitting["ask"]))
        for opening in openings(subject)
    ]
    assert sum(ways) >= WAYS_TO_BEGIN
    assert sum(phrase.ways for phrase in stock["subject"]) >= 8


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("subject", SUBJECT_KEYS)
def test_what_fits_an_opening_exists(language: str, subject: str) -> None:
    stock = phrases(language, subject)
    assert len(openings(subject)) == len(stock["open"])
    for opening in openings(subject):
        assert all(place < len(stock[name]) for name in PARTS for place in opening.fitting[name])
        assert opening.fitting["subject"]
        assert opening.fitting["answer"]
        assert len(opening.gives) == len(stock["question"])
    answers = {place for opening in openings(subject) for place in opening.fitting["answer"]}
    assert answers == set(range(len(stock["answer"]))), "an answer that fits nothing is never said"


def test_both_languages_say_the_same() -> None:
    for subject in SUBJECT_KEYS:
        english, russian = (phrases(language, subject) for language in LANGUAGES)
        assert {name: len(stock) for name, stock in english.items()} == {
            name: len(stock) for name, stock in russian.items()
        }


def test_things_have_all_their_forms() -> None:
    for kind in ("product", "flaw", "part"):
        for row in table("things")[kind]:
            assert len(row["ru"]) == 6
            assert row["gender"] in "mfnp"
            assert row["kind"] in "wcs"


def test_a_phrase_of_the_texts_is_never_left_unparsed() -> None:
    for language in LANGUAGES:
        for subject in SUBJECT_KEYS:
            for texts in table(f"{language}/{subject}").values():
                assert all(parsed(text).ways >= 1 for text in texts)
