"""Nouns, people, numbers and days as they stand in sentences, in Russian and in English."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from samovar.demo.phrases import Slot, WrongPhrase

NBSP = "\u00a0"
CASES = ("nom", "gen", "dat", "acc", "ins", "loc")
GENDERS = "mfnp"
RU_MONTHS = (
    "января", "февраля", "марта", "апреля", "мая", "июня",
    "июля", "августа", "сентября", "октября", "ноября", "декабря",
)  # fmt: skip
RU_WEEKDAYS = ("понедельник", "вторник", "среду", "четверг", "пятницу", "субботу", "воскресенье")
# Words after which "с" becomes "со": с or ш, and another consonant.
HARD_AFTER_S = re.compile("[сзшж][бвгджзклмнпрстфхцчшщ]")
EN_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
EN_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def russian_plural(number: int, forms: Sequence[str]) -> str:
    """Return the form of 1, of 2 to 4, or of 5 and more that goes with ``number``: 21 стул, 22 стула, 11 стульев."""
    one, few, many = forms
    if number % 10 == 1 and number % 100 != 11:
        return one
    if 2 <= number % 10 <= 4 and not 12 <= number % 100 <= 14:
        return few
    return many


def grouped(number: int) -> str:
    """Return ``number`` with a no-break space between thousands: 20 418."""
    return f"{number:,}".replace(",", NBSP)


@dataclass(frozen=True)
class Noun(Slot):
    """A noun in its forms. ``gender`` is m, f, n, or p for what has only a plural; English knows s and p."""

    forms: Mapping[str, str]
    gender: str

    @classmethod
    def russian(cls, declined: Sequence[str], gender: str, name: str = "") -> "Noun":
        """Return a Russian noun from its six cases; ``name`` follows it in guillemets and is not declined.

        The form ``with`` has the preposition that goes with the word: с диваном, со столом.
        """
        tail = f" «{name}»" if name else ""
        forms = {case: f"{word}{tail}" for case, word in zip(CASES, declined, strict=True)}
        preposition = "со" if HARD_AFTER_S.match(forms["ins"]) else "с"
        return cls({"": forms["nom"], "with": f"{preposition} {forms['ins']}"} | forms, gender)

    @classmethod
    def english(cls, name: str, gender: str = "s") -> "Noun":
        """Return an English noun; ``a`` is the form with the indefinite article."""
        article = "" if gender == "p" else "an " if name[0].lower() in "aeiou" else "a "
        return cls({"": name, "a": f"{article}{name}"}, gender)

    def form(self, name: str) -> str:
        """Return a case, or the form with the article."""
        if name not in self.forms:
            raise WrongPhrase(f"{self.forms['']!r} has no form {name}")
        return self.forms[name]

    def agree(self, forms: Sequence[str]) -> str:
        """Return the form of this gender: four in Russian (m, f, n, plural), two in English."""
        order = GENDERS if len(forms) == len(GENDERS) else "sp"
        if len(forms) != len(order):
            raise WrongPhrase(f"{len(forms)} forms cannot agree with {self.forms['']!r}")
        return forms[order.index(self.gender)]


@dataclass(frozen=True)
class Somebody(Slot):
    """A person who writes or is written about."""

    first: str
    full: str
    is_woman: bool
    polite: str = ""

    def form(self, name: str) -> str:
        """Return the first name, the full name, or the name with the patronymic."""
        names = {"": self.first, "first": self.first, "full": self.full, "polite": self.polite or self.first}
        if name not in names:
            raise WrongPhrase(f"{self.full!r} has no form {name}")
        return names[name]

    def agree(self, forms: Sequence[str]) -> str:
        """Return the form for a man or for a woman."""
        man, woman = forms
        return woman if self.is_woman else man


@dataclass(frozen=True)
class Count(Slot):
    """A number of things."""

    number: int
    language: str

    def form(self, name: str) -> str:
        """Return the figure; ``more`` is one more of them."""
        return grouped(self.number + (name == "more"))

    def agree(self, forms: Sequence[str]) -> str:
        """Return the form that goes with the number."""
        if self.language == "ru":
            return russian_plural(self.number, forms)
        one, many = forms
        return one if self.number == 1 else many


@dataclass(frozen=True)
class Day(Slot):
    """A day of the calendar, without the year."""

    on: date
    language: str
    forms: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        month, weekday = self.on.month - 1, self.on.weekday()
        if self.language == "ru":
            day, name = f"{self.on.day}{NBSP}{RU_MONTHS[month]}", RU_WEEKDAYS[weekday]
            on = f"{'во' if name == 'вторник' else 'в'} {name}"
            forms = {"": day, "day": day, "weekday": on, "acc": name, "on": f"{on}, {day}"}
        else:
            day, name = f"{self.on.day}{NBSP}{EN_MONTHS[month]}", EN_WEEKDAYS[weekday]
            full = f"{name}, {day}"
            forms = {"": day, "day": day, "weekday": name, "full": full, "on": f"on {full}"}
        object.__setattr__(self, "forms", forms)

    def form(self, name: str) -> str:
        """Return the day, the weekday ("в среду", in the accusative "среду"; "Wednesday"), or both."""
        if name not in self.forms:
            raise WrongPhrase(f"a day has no form {name}")
        return self.forms[name]

    def agree(self, forms: Sequence[str]) -> str:
        """Nothing agrees with a day."""
        raise WrongPhrase("nothing agrees with a day")
