"""What fills the slots of one conversation: who writes, about what, which days and sums are named."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from random import Random

from samovar.demo.grammar import NBSP, Count, Day, Noun, Somebody, grouped
from samovar.demo.people import Person, organisation_name
from samovar.demo.phrases import Slot, Words
from samovar.demo.rhythm import ZONE
from samovar.demo.vocabulary import Thing, things

WINDOWS = ("10:00–14:00", "14:00–18:00", "18:00–21:00", "10:00–12:00", "12:00–16:00", "9:00–13:00", "16:00–20:00")
ROOMS = {
    "en": ("living room", "bedroom", "hall", "nursery", "study", "kitchen"),
    "ru": ("в гостиной", "в спальне", "в коридоре", "в детской", "в кабинете", "на кухне"),
}
COLOURS = {
    "en": ("walnut", "white oak", "ash", "graphite", "sand", "natural oak"),
    "ru": ("«орех»", "«белёный дуб»", "«ясень»", "«графит»", "«песок»", "«натуральный дуб»"),
}
DRIVERS = {
    "en": ("M. Saitov", "F. Lukin", "I. Panin"),
    "ru": ("М. Саитов", "Ф. Лукин", "И. Панин"),
}
FIRMS = {
    "en": ("Plumb Line Ltd", "Two Rivers LLC", "Oak & Sons"),
    "ru": ("ООО «Отвес»", "ООО «Две реки»", "ИП Дубравин"),
}
FLOORS = {"en": ("second", "third", "fourth", "fifth", "ninth"), "ru": ("2-й", "3-й", "4-й", "5-й", "9-й")}
# How people are greeted, from which hour on.
GREETINGS = {
    "en": ((0, "Good evening"), (5, "Good morning"), (12, "Good afternoon"), (18, "Good evening")),
    "ru": ((0, "Добрый вечер"), (5, "Доброе утро"), (11, "Добрый день"), (18, "Добрый вечер")),
}
QUANTITIES = (8, 10, 12, 16, 21, 24, 32)
SUMS = (900, 1200, 1500, 1900, 2400, 2900, 3500, 4800)


@dataclass(frozen=True)
class Matter:
    """What one conversation is about; ``fixed`` are the slots that stay the same from the first letter to the last."""

    language: str
    fixed: Mapping[str, Slot]
    order: int
    is_soft: bool

    def at(self, moment: datetime, soon: datetime, **people: Somebody) -> dict[str, Slot]:
        """Return the slots of a letter of ``moment``; ``soon`` is the day that was agreed, unless it has passed."""
        here = moment.astimezone(ZONE).date()
        agreed = soon.astimezone(ZONE).date()
        if agreed <= here:
            agreed = here + timedelta(days=2 if here.weekday() < 4 else 4)
        days = {"soon": agreed, "later": agreed + timedelta(days=12)}
        named = {name: Day(day, self.language) for name, day in days.items()}
        return {**self.fixed, **named, "good": _good(self.language, moment.astimezone(ZONE).hour), **people}


def matter(random: Random, person: Person, number: int, opened_at: datetime, kinds: str = "wcs") -> Matter:
    """Return what a conversation of ``person`` is about: a thing of ``kinds``; ``number`` makes that of the order."""
    language, order = person.language, 10_000 + number
    product = random.choice([thing for thing in things(language, "product") if thing.kind in kinds])
    flaw, part = (_fitting(random, product, things(language, kind)) for kind in ("flaw", "part"))
    counts = {
        "wait": random.choice((10, 15, 20, 30, 40)),
        "days": random.randrange(3, 14),
        "qty": random.choice(QUANTITIES),
        "count_left": random.randrange(5, 16),
    }
    price = product.price + random.randrange(-8, 9) * 100
    small = random.choice([amount for amount in SUMS if amount < price / 2])
    sums = {"price": price, "sum": small, "more_money": price + small, "less_money": price - small}
    sums["total"] = price * counts["qty"] * 93 // 10_000 * 100
    words = {
        "order": _order(random, order),
        "window": random.choice(WINDOWS),
        "colour": random.choice(COLOURS[language]),
        "driver": random.choice(DRIVERS[language]),
        "floor": random.choice(FLOORS[language]),
        "firm": _firm(random, person),
        "phone": person.phone or f"+7{NBSP}900{NBSP}000-00-00",
        "city": person.city,
        "route": str(random.randrange(1, 15)),
        "act": str(random.randrange(1000, 9999)),
    }
    words |= {name: _money(amount, language) for name, amount in sums.items()}
    fixed: dict[str, Slot] = {name: Words(text) for name, text in words.items()}
    fixed |= {name: Count(number, language) for name, number in counts.items()}
    fixed |= {"product": product.full, "item": product.short, "flaw": flaw.short, "part": part.short}
    fixed |= {"room": _room(random, language), "me": person.name, "who": person.name}
    fixed["past"] = Day((opened_at.astimezone(ZONE) - timedelta(days=random.randrange(1, 9))).date(), language)
    return Matter(language, fixed, order, product.kind == "s")


@cache
def _good(language: str, hour: int) -> Noun:
    text = [greeting for since, greeting in GREETINGS[language] if since <= hour][-1]
    return Noun({"": text, "inside": text[0].lower() + text[1:]}, "s")


def _fitting(random: Random, product: Thing, choice: list[Thing]) -> Thing:
    return random.choice([thing for thing in choice if (thing.kind == "s") == (product.kind == "s")])


def _order(random: Random, order: int) -> str:
    return random.choice((grouped(order), grouped(order), str(order), f"{order // 1000}-{order % 1000:03}"))


def _money(amount: int, language: str) -> str:
    return f"{grouped(amount)}{NBSP}₽" if language == "ru" else grouped(amount)


def _firm(random: Random, person: Person) -> str:
    if person.organisation is not None:
        return organisation_name(person.organisation)
    return random.choice(FIRMS[person.language])


def _room(random: Random, language: str) -> Slot:
    room = random.choice(ROOMS[language])
    return Noun({"": room, "in": room}, "s")
