"""The invented customers: who they are and how they are reached. Nobody of them can exist.

Addresses end in ``.example``, which is kept for examples; phones are taken from ranges that no operator gives out.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from samovar.demo.grammar import Somebody
from samovar.demo.vocabulary import LANGUAGES, table

HAS_PHONE = 0.8
# Every so many customers one belongs to an organisation.
MEMBER_EVERY, MEMBERS_EACH = 20, 3
LATIN = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        "a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh sch - y - e yu ya".replace("-", "_").split(),
        strict=True,
    )
)


@dataclass(frozen=True)
class Person:
    """A customer; ``organisation`` is a number, or None for people who buy for themselves."""

    number: int
    language: str
    name: Somebody
    email: str
    phone: str
    city: str
    zone: str
    organisation: int | None
    role: str


def crowd(seed: int, count: int) -> list[Person]:
    """Return ``count`` customers; the same seed gives the same, and more of them begin with the same."""
    used: Counter[str] = Counter()
    phones = {language: _phones(language) for language in LANGUAGES}
    return [_person(Random(f"{seed} person {number}"), number, used, phones) for number in range(count)]


def organisation_name(number: int) -> str:
    """Return the name of an organisation; the names of a language come again with the number of the branch."""
    language = LANGUAGES[number % 2]
    names = table("people")["organisations"][language]
    round_no, place = divmod(number // 2, len(names))
    return str(names[place]) + (f" {round_no + 1}" if round_no else "")


def _person(random: Random, number: int, used: Counter[str], phones: dict[str, Iterator[str]]) -> Person:
    is_member = number % MEMBER_EVERY == 0
    organisation = number // (MEMBER_EVERY * MEMBERS_EACH) if is_member else None
    language = LANGUAGES[organisation % 2] if organisation is not None else random.choice(LANGUAGES)
    name = _name(random, language)
    city = random.choice([city for city in table("people")["city"] if language in city])
    return Person(
        number=number,
        language=language,
        name=name,
        email=_email(random, language, name.full, used),
        phone=next(phones[language], "") if random.random() < HAS_PHONE else "",
        city=city[language],
        zone=city["zone"],
        organisation=organisation,
        role=random.choice(table("people")["organisations"]["roles"]) if is_member else "",
    )


def _name(random: Random, language: str) -> Somebody:
    names: dict[str, Any] = table("people")[language]
    is_woman = random.random() < 0.58
    first, last = random.choice(names["women" if is_woman else "men"]), random.choice(names["last"])
    if language == "en":
        return Somebody(first, f"{first} {last}", is_woman)
    polite = f"{first} {random.choice(names['patronymics'])}{'на' if is_woman else 'ич'}"
    return Somebody(first, f"{first} {_surname(last, is_woman)}", is_woman, polite)


def _surname(last: str, is_woman: bool) -> str:
    if not is_woman:
        return last
    return f"{last[:-2]}ая" if last.endswith("ий") else f"{last}а"


def _email(random: Random, language: str, name: str, used: Counter[str]) -> str:
    first, last = "".join(LATIN.get(letter, letter) for letter in name.lower()).replace("_", "").split(maxsplit=1)
    last = last.replace(" ", "")
    box = random.choice(
        (f"{first}.{last}", f"{first[0]}.{last}", f"{last}.{first}", f"{first}{last}", f"{last}{first[0]}")
    )
    address = f"{box}@{random.choice(table('people')['domains'][language])}"
    used[address] += 1
    return address if used[address] == 1 else address.replace("@", f"{used[address]}@")


def _phones(language: str) -> Iterator[str]:
    if language == "ru":
        for number in range(10_000):
            spread = (number * 7919) % 10_000
            yield f"+7 900 000-{spread // 100:02}-{spread % 100:02}"
        return
    # Ranges of Ofcom for plays and films: mobiles, then London.
    for number in range(1_000):
        yield f"+44 7700 900{(number * 617) % 1_000:03}"
    for number in range(1_000):
        yield f"+44 20 7946 0{(number * 617) % 1_000:03}"
    # 555-0100 to 555-0199 are kept for fiction in every area of North America.
    for area in (212, 310, 312, 404, 415, 503, 512, 602, 617, 702, 713, 801, 808, 907):
        for number in range(100):
            yield f"+1 {area} 555 01{number:02}"
