"""Phrases with choices and slots, which become sentences.

``[one|two|]`` is a choice (the last one here is nothing); choices stand inside each other. ``{product}`` is a slot,
``{product.acc}`` one of its forms, ``{product:is|are}`` the form that agrees with it, and ``{^product}`` begins with a
capital letter. Everything else is written as it stands.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Protocol

TOKENS = re.compile(r"(\[|\]|\||\{[^{}]*\})")
SLOT = re.compile(r"\{(?P<capital>\^?)(?P<name>[a-z_]+)(?:\.(?P<form>[a-z_]+)|:(?P<forms>[^{}]*))?\}")


class WrongPhrase(ValueError):
    """A phrase is not written as it should be, or asks for a slot that nobody fills."""


class Slot(Protocol):
    """What stands in a slot: it has forms of its own, and other words agree with it."""

    def form(self, name: str) -> str:
        """Return the form ``name``; the empty name is the plain form."""
        ...

    def agree(self, forms: Sequence[str]) -> str:
        """Return the one of ``forms`` that agrees with this."""
        ...


@dataclass(frozen=True)
class Words(Slot):
    """Words that have one form."""

    text: str

    def form(self, name: str) -> str:
        """Return the words; they have no other form."""
        if name:
            raise WrongPhrase(f"{self.text!r} has no form {name}")
        return self.text

    def agree(self, forms: Sequence[str]) -> str:
        """Nothing agrees with words of one form."""
        raise WrongPhrase(f"nothing agrees with {self.text!r}")


@dataclass(frozen=True)
class _Blank:
    name: str
    form: str
    forms: tuple[str, ...]
    has_capital: bool

    def filled(self, slots: Mapping[str, Slot]) -> str:
        if self.name not in slots:
            raise WrongPhrase(f"nobody fills {{{self.name}}}")
        slot = slots[self.name]
        text = slot.agree(self.forms) if self.forms else slot.form(self.form)
        return text[:1].upper() + text[1:] if self.has_capital else text


@dataclass(frozen=True)
class Phrase:
    """A phrase, taken apart once: pieces of text, blanks, and choices of phrases."""

    pieces: tuple["str | _Blank | tuple[Phrase, ...]", ...]

    def said(self, random: Random, slots: Mapping[str, Slot]) -> str:
        """Return one of the sentences that the phrase can become; what is left out leaves no blank behind."""
        return "".join(self._said(random, slots)).replace("  ", " ").strip(" ")

    def _said(self, random: Random, slots: Mapping[str, Slot]) -> Iterator[str]:
        for piece in self.pieces:
            if isinstance(piece, str):
                yield piece
            elif isinstance(piece, _Blank):
                yield piece.filled(slots)
            else:
                yield from piece[int(random.random() * len(piece))]._said(random, slots)

    @property
    def ways(self) -> int:
        """In how many ways the phrase can be said, not counting what stands in its slots."""
        count = 1
        for piece in self.pieces:
            if isinstance(piece, tuple):
                count *= sum(phrase.ways for phrase in piece)
        return count


def parsed(text: str) -> Phrase:
    """Return ``text`` taken apart; raises WrongPhrase."""
    tokens = [token for token in TOKENS.split(text) if token]
    phrase, rest = _sequence(tokens, 0)
    if rest != len(tokens):
        raise WrongPhrase(f"a bracket too many in {text!r}")
    return phrase


def _sequence(tokens: Sequence[str], start: int, is_inner: bool = False) -> tuple[Phrase, int]:
    pieces: list[str | _Blank | tuple[Phrase, ...]] = []
    place = start
    while place < len(tokens):
        token = tokens[place]
        if token == "]" or (token == "|" and is_inner):
            break
        if token == "[":
            choice, place = _choice(tokens, place + 1)
            pieces.append(choice)
        else:
            pieces.append(_blank(token) if token.startswith("{") else token)
            place += 1
    return Phrase(tuple(pieces)), place


def _choice(tokens: Sequence[str], start: int) -> tuple[tuple[Phrase, ...], int]:
    phrases, place = [], start
    while True:
        phrase, place = _sequence(tokens, place, is_inner=True)
        phrases.append(phrase)
        if place == len(tokens):
            raise WrongPhrase(f"a bracket is not closed in {''.join(tokens)!r}")
        place += 1
        if tokens[place - 1] == "]":
            return tuple(phrases), place


def _blank(token: str) -> _Blank:
    match = SLOT.fullmatch(token)
    if match is None:
        raise WrongPhrase(f"{token} is no slot")
    forms = tuple(match["forms"].split("|")) if match["forms"] is not None else ()
    return _Blank(match["name"], match["form"] or "", forms, bool(match["capital"]))
