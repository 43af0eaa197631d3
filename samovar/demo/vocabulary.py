"""The vocabulary: names, things and phrases, read once from ``texts/``."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from samovar.demo.grammar import Noun
from samovar.demo.phrases import Phrase, parsed

FOLDER = Path(__file__).parent / "texts"
LANGUAGES = ("en", "ru")
Phrases = Mapping[str, Sequence[Phrase]]


@dataclass(frozen=True)
class Thing:
    """Something that letters are about: with the name of its model, and without."""

    full: Noun
    short: Noun
    kind: str
    price: int


@dataclass(frozen=True)
class AutomaticMail:
    """A kind of mail that a machine writes."""

    mail_class: str
    sender_name: Phrase
    sender_address: str
    subject: Sequence[Phrase]
    text: Sequence[Phrase]


@cache
def table(name: str) -> dict[str, Any]:
    """Return the file ``texts/<name>.toml``."""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def phrases(language: str, subject: str) -> Phrases:
    """Return the phrases of a subject by what they are for."""
    found = table(f"{language}/{subject}")
    return {name: [parsed(text) for text in texts] for name, texts in found.items()}


PARTS = ("subject", "ask", "answer", "question", "settle", "note")
# What a letter can be about, by its letter in fits.toml.
KINDS = {"a": "wcs", "w": "wc", "c": "c", "s": "s"}
Places = Sequence[int]


@dataclass(frozen=True)
class Opening:
    """How a letter can begin: its place among the openings, the places of all that fits it, kinds of things, and
    what fits each question that we may ask."""

    place: int
    fitting: Mapping[str, Places]
    kinds: str
    gives: Sequence[Places]


@cache
def openings(subject: str) -> list[Opening]:
    """Return the openings of ``subject``."""
    found = table("fits")[subject]
    gives = [_places(text) for text in found["gives"]]
    lines = [line.split() for line in found["openings"]]
    return [
        Opening(place, dict(zip(PARTS, map(_places, line[:-1]), strict=True)), KINDS[line[-1]], gives)
        for place, line in enumerate(lines)
    ]


def _places(text: str) -> Places:
    return [int(digit) for digit in text if digit != "-"]


@cache
def automatic(language: str) -> list[AutomaticMail]:
    """Return the kinds of mail that machines write."""
    return [
        AutomaticMail(
            kind["class"],
            parsed(kind["sender"][0]),
            kind["sender"][1],
            [parsed(text) for text in kind["subject"]],
            [parsed(text) for text in kind["text"]],
        )
        for kind in table(f"{language}/automatic")["kind"]
    ]


@cache
def things(language: str, kind: str) -> list[Thing]:
    """Return the products, flaws or parts, as nouns of ``language``, in the same order for every language."""
    return [_thing(language, row) for row in table("things")[kind]]


def _thing(language: str, row: dict[str, Any]) -> Thing:
    english, russian = row.get("names", ("", ""))
    if language == "en":
        full, short = Noun.english(f"{english} {row['en']}".strip()), Noun.english(row["en"])
    else:
        full, short = Noun.russian(row["ru"], row["gender"], russian), Noun.russian(row["ru"], row["gender"])
    return Thing(full, short, row["kind"], row.get("price", 0))
