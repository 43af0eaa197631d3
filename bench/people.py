"""Finding one of many customers: by a mistyped name, by the end of a phone number, by a company."""

import random
import string
from collections.abc import Iterator
from functools import partial

from django.db import connection, transaction

import bench.ready  # noqa: F401 - first of all, because the models need the settings
from bench.figures import Figures, milliseconds, percentile
from samovar.accounts.models import User
from samovar.customers.models import Customer, Identity, Membership, Organisation
from samovar.customers.searching import find_customers
from samovar.demo.people import Person, crowd, organisation_name
from samovar.lib import clock
from samovar.lib.text import search_key, sort_key

PEOPLE = 100_000
ROUNDS = 300
PORTION = 5_000
PLAIN = "SELECT count(*) FROM customers_customer WHERE search_key LIKE %s"
TABLES = ("customers_customer", "customers_identity", "customers_organisation", "customers_membership")
INDEXES = ("customer_name_like", "identity_value_like", "organisation_name_like")


class Undo(Exception):
    """What was added for the measurement goes again."""


def add(people: list[Person]) -> None:
    """Write the people with an address and a phone each, and the companies that some of them belong to."""
    numbers = sorted({person.organisation for person in people if person.organisation is not None})
    names = [f"{organisation_name(number)} {number}" for number in numbers]
    companies = [Organisation(name=name, sort_key=sort_key(name), search_key=search_key(name)) for name in names]
    by_number = dict(zip(numbers, Organisation.objects.bulk_create(companies), strict=True))
    for start in range(0, len(people), PORTION):
        some = people[start : start + PORTION]
        named = [(person, person.name.full) for person in some]
        rows = [
            Customer(
                name=name,
                sort_key=sort_key(name),
                search_key=search_key(name),
                language=person.language,
                created_at=clock.now(),
            )
            for person, name in named
        ]
        Customer.objects.bulk_create(rows)
        pairs = list(zip(some, rows, strict=True))
        Identity.objects.bulk_create(identity for person, row in pairs for identity in ways(person, row))
        Membership.objects.bulk_create(
            Membership(customer=row, organisation=by_number[person.organisation])
            for person, row in pairs
            if person.organisation is not None
        )


def ways(person: Person, row: Customer) -> Iterator[Identity]:
    """Yield an address and a phone that nobody else has."""
    email, phone = f"b{person.number}.{person.email}", f"+7901{person.number:07}"
    yield Identity(customer=row, kind="email", value=email.lower(), shown=email)
    yield Identity(customer=row, kind="phone", value=phone, shown=phone)


def mistyped(name: str, chance: random.Random) -> str:
    """Return ``name`` with one letter left out, doubled, exchanged with the next or hit beside."""
    at = chance.randrange(1, len(name) - 1)
    letter = name[at]
    wrong = chance.choice(("", letter * 2, name[at + 1] + letter, chance.choice(string.ascii_lowercase)))
    return name[:at] + wrong + name[at + (2 if len(wrong) == 2 and wrong[1] == letter != wrong[0] else 1) :]


def measure(figures: Figures) -> None:
    """Add the people, search, and take them away again."""
    try:
        with transaction.atomic():
            people = crowd(11, PEOPLE)
            add(people)
            with connection.cursor() as cursor:
                for index in INDEXES:
                    # What a vacuum would do within the hour.
                    cursor.execute("SELECT gin_clean_pending_list(%s::regclass)", [index])
                cursor.execute(f"ANALYZE {', '.join(TABLES)}")
            _search(figures, people)
            raise Undo
    except Undo:
        pass


def _search(figures: Figures, people: list[Person]) -> None:
    user = User.objects.filter(role="agent").order_by("pk")[0]
    chance = random.Random(7)
    some = chance.sample(people, ROUNDS)
    members = [person.organisation for person in people if person.organisation is not None]
    kinds = {
        "a name with a typo": [mistyped(person.name.full, chance) for person in some],
        "a first name": [person.name.first for person in some],
        "the last four digits of a phone": [f"{person.number:07}"[-4:] for person in some],
        "the last seven digits of a phone": [f"{person.number:07}" for person in some],
        "a company": [organisation_name(number) for number in chance.sample(members, ROUNDS)],
    }
    for kind, asked in kinds.items():
        took = [milliseconds(partial(find_customers, user, text)) for text in asked]
        figures.add(f"{kind}, 95 %", percentile(took, 0.95), "ms", "≤ 50 ms", f"{_alone(asked[0]):.1f} ms")
    found = [find_customers(user, typed) for typed in kinds["a name with a typo"]]
    hits = sum(any(one.name == person.name.full for one in rows) for person, rows in zip(some, found, strict=True))
    figures.add("mistyped names that were found", 100 * hits / ROUNDS, "%")


def _alone(text: str) -> float:
    """Return how long PostgreSQL takes to count the names in which ``text`` stands."""

    def count() -> None:
        with connection.cursor() as cursor:
            cursor.execute(PLAIN, [f"%{search_key(text)}%"])

    return min(milliseconds(count) for _ in range(3))


if __name__ == "__main__":
    noted = Figures("Finding people")
    measure(noted)
    noted.finish()
