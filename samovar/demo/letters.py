"""Letters and notes, put together from the phrases of a subject and what stands around them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from samovar.demo.phrases import Phrase, Slot
from samovar.demo.vocabulary import Opening, Phrases, phrases

Slots = Mapping[str, Slot]
Ranges = tuple[tuple[int, int], ...]
# How often a letter has what a letter can have.
GREETED, LED_IN, ASKED, CLOSED, SIGNED = 0.75, 0.3, 0.8, 0.45, 0.5
FROM_A_PHONE, LONG_SIGN, QUOTED, HASTY = 0.12, 0.06, 0.4, 0.07
QUOTED_LINES = 6
# What is said when nothing of the subject's own fits.
INSTEAD = {"settle": "settle_any", "answer": "settle_any", "question": "settle_any", "note": "note_any"}


@dataclass(frozen=True)
class Letter:
    """A text, and the ranges of it that are folded away; some letters bring the same with markup."""

    text: str
    hidden: Ranges = ()
    html: str = ""


class Writer:
    """Writes the letters of one conversation, so that answers fit what was asked."""

    def __init__(self, random: Random, language: str, subject: str, opening: Opening) -> None:
        self._random = random
        self._own: Phrases = phrases(language, subject)
        self._manners: Phrases = phrases(language, "manners")
        self._opening, self._fitting = opening, opening.fitting
        self._places: dict[str, int] = {}
        self._used: set[tuple[str, int]] = set()

    @property
    def can_ask(self) -> bool:
        """Whether there is anything that we could want to know."""
        return bool(self._fitting["question"])

    @property
    def is_answered(self) -> bool:
        """Whether a colleague has an answer to the last note."""
        return self._places.get("note", -1) < len(self._own["found"])

    def subject(self, slots: Slots) -> str:
        """Return the line that stands above the conversation."""
        return self._said("subject", slots)

    def opening(self, slots: Slots) -> Letter:
        """Return the first letter of a customer."""
        body = _capital(self._own["open"][self._opening.place].said(self._random, slots))
        if self._happens(LED_IN):
            body = f"{_capital(self._put('lead', slots))} {body}"
        if self._fitting["ask"] and self._happens(ASKED):
            body = f"{body}{self._random.choice((' ', ' ', chr(10), chr(10) * 2))}{self._said('ask', slots)}"
        return self._framed(body, slots)

    def follow_up(self, name: str, slots: Slots, quoted: str = "") -> Letter:
        """Return a later letter of the customer; ``quoted`` is ours that it answers."""
        letter = self._framed(self._said(name, slots), slots, is_short=True)
        if not quoted or not self._happens(QUOTED):
            return letter
        lines = "\n".join(f"> {line}".rstrip() for line in quoted.splitlines()[:QUOTED_LINES])
        text = f"{letter.text}\n\n{self._put('quote_head', slots)}\n{lines}"
        # A signature above the quotation is folded together with it.
        start = letter.hidden[0][0] if letter.hidden else len(letter.text)
        return Letter(text, ((start, len(text)),))

    def reply(self, name: str, slots: Slots, is_late: bool = False) -> str:
        """Return a letter of ours."""
        sorry = self._put("sorry_late", slots) if is_late else ""
        return f"{self._put('hello', slots)}\n\n{sorry}{self._said(name, slots)}\n\n{self._put('bye', slots)}"

    def note(self, name: str, slots: Slots) -> str:
        """Return a note between colleagues."""
        return self._said(name, slots)

    def failure(self) -> str:
        """Return why a letter could not be delivered."""
        return self._put("reason_failed", {})

    def _said(self, name: str, slots: Slots) -> str:
        stock, places = self._stock(name)
        fresh = [place for place in places if (name, place) not in self._used]
        place = self._random.choice(fresh or places)
        self._used.add((name, place))
        self._places[name] = place
        return _capital(stock[place].said(self._random, slots))

    def _stock(self, name: str) -> tuple[Sequence[Phrase], Sequence[int]]:
        """Return the phrases for ``name``, and the places of those that fit."""
        if name == "give":
            return self._own[name], self._opening.gives[self._places["question"]]
        if name == "found":
            return self._own[name], [self._places["note"]]
        if name == "answer_more":
            return self._own.get(name, self._manners[name]), [self._places["more"]]
        if name in self._fitting and not self._fitting[name]:
            name = INSTEAD[name]
        stock = self._own.get(name) or self._manners[name]
        return stock, self._fitting.get(name) or range(len(stock))

    def _framed(self, body: str, slots: Slots, is_short: bool = False) -> Letter:
        if self._happens(HASTY):
            return Letter(body[:1].lower() + body[1:].rstrip("."))
        rarely = 0.5 if is_short else 1.0
        lines = [body]
        if self._happens(GREETED * rarely):
            lines.insert(0, self._put("greeting", slots))
        if self._happens(CLOSED * rarely):
            lines.append(f"{self._put('closing', slots)}\n{self._put('sign', slots)}")
        elif self._happens(SIGNED):
            lines.append(self._put("sign", slots))
        return self._with_tail(("\n\n" if self._happens(0.7) else "\n").join(lines), slots)

    def _with_tail(self, text: str, slots: Slots) -> Letter:
        chance = self._random.random()
        if chance > FROM_A_PHONE + LONG_SIGN:
            return Letter(text)
        tail = self._put("phone_sign" if chance < FROM_A_PHONE else "long_sign", slots)
        signed = f"{text}\n\n-- \n{tail}"
        return Letter(signed, ((len(text), len(signed)),))

    def _put(self, name: str, slots: Slots) -> str:
        """Say something that stands in every letter, and may be the same each time."""
        return self._random.choice(self._manners[name]).said(self._random, slots)

    def _happens(self, chance: float) -> bool:
        return self._random.random() < chance


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
