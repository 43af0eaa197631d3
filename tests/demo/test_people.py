"""Invented customers are different people, and cannot be real ones."""

import re

import phonenumbers

from samovar.demo.people import crowd, organisation_name

# Kept for fiction: by Ofcom, by the North American numbering plan; +7 900 000 is given to nobody.
RESERVED = re.compile(r"\+7 900 000-\d\d-\d\d|\+44 7700 900\d{3}|\+44 20 7946 0\d{3}|\+1 \d{3} 555 01\d\d")


def test_the_same_seed_gives_the_same_people_and_another_seed_others() -> None:
    assert crowd(1, 300) == crowd(1, 300)
    assert crowd(1, 300) == crowd(1, 600)[:300]
    assert crowd(1, 300) != crowd(2, 300)


def test_addresses_and_phones_are_unique_and_reserved() -> None:
    people = crowd(1, 20_000)

    addresses = [person.email for person in people]
    assert len(set(addresses)) == len(addresses)
    assert all(re.fullmatch(r"[a-z0-9.]+@[a-z]+\.example", address) for address in addresses)
    phones = [person.phone for person in people if person.phone]
    assert len(set(phones)) == len(phones) > 9_000
    assert all(RESERVED.fullmatch(phone) for phone in phones)
    assert all(phonenumbers.is_possible_number(phonenumbers.parse(phone)) for phone in phones)


def test_half_of_them_write_russian_and_some_buy_for_a_company() -> None:
    people = crowd(1, 4_000)

    assert 0.45 < sum(person.language == "ru" for person in people) / len(people) < 0.55
    members = [person for person in people if person.organisation is not None]
    assert len(members) == 200
    names = {organisation_name(person.organisation or 0) for person in members}
    assert len(names) == len({person.organisation for person in members}) == 67
