"""The chips in sight when somebody writes: to whom an answer shall go, and who is only offered.

A chip that is on gets the answer, and whoever gets it takes part from then on: that is the choice of a person. What a
browser sends is read here, and nothing of it is believed.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import QueryDict
from django.utils.translation import gettext as _

from samovar.conversations.recipients import PLAIN, Circle, Field, Person, mailbox_key, recipients
from samovar.lib.text import tidy

MOST_CHIPS = 50
LONGEST_TYPED = 5_000
LONGEST_NAME = 300
UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
# A name, in quotation marks or not, with an address in brackets; or an address alone.
TYPED = re.compile(r'[\s]*(?:"([^"]*)"\s*|([^"<>,;\n]*))<([^<>\n]*)>|[^,;\n]+')
Kept = list[list[Any]]


@dataclass(frozen=True)
class Chip:
    """Somebody who could get the answer; ``is_new`` says that nothing of this conversation has gone to them yet."""

    field: Field
    person: Person
    is_on: bool = True
    is_new: bool = False

    @property
    def shown(self) -> str:
        """The name, or the address of somebody without one."""
        return self.person.name or self.person.address


def chips(circle: Circle, undecided: Iterable[Person], kept: Kept | None = None) -> list[Chip]:
    """Return the chips of an answer: as they were ``kept`` with the draft, otherwise to whom it goes by itself.

    Nobody is on whom the message names that is answered, while its sender is not who they say they are, unless somebody
    has chosen them since it came. Those about whom the team has not decided are offered, and are off.
    """
    doubted = circle.answered.number if circle.answered and circle.answered.is_doubted else 0
    ready = [
        Chip(Field(field), Person(name, address), is_on and doubted <= sum(seen))
        for field, name, address, is_on, *seen in kept or ()
    ]
    if kept is None:
        is_on = not (circle.answered and circle.answered.is_doubted)
        ready = [Chip(field, person, is_on) for field, people in recipients(circle).fields for person in people]
    offered = [Chip(Field.CC, person, is_on=False) for person in undecided]
    barred = set(map(mailbox_key, circle.barred))
    return list(_once([one for one in (*ready, *offered) if one.person.key not in barred], circle.known))


def as_kept(found: Iterable[Chip], seen_id: int) -> Kept:
    """Return how a draft keeps chips; whoever chose them had seen the messages up to ``seen_id``."""
    return [[str(one.field), one.person.name, one.person.address, one.is_on, seen_id] for one in found]


def from_kept(kept: Kept | None) -> list[Chip]:
    """Return the chips that a draft has kept, as they were."""
    return [Chip(Field(field), Person(name, address), is_on) for field, name, address, is_on, *_seen in kept or ()]


def read(given: QueryDict) -> list[Chip] | None:
    """Return the chips in what a browser sent, None when there was nothing about them; raises ValidationError."""
    if "chips" not in given:
        return None
    names, addresses, places = (given.getlist(name) for name in ("chip-name", "chip-address", "chip-field"))
    if not len(names) == len(addresses) == len(places):
        raise ValidationError(_("Open the page anew, then choose again who gets the answer."))
    on = set(given.getlist("chip-on"))
    found = [
        Chip(_field(place), person_of(name, address), address in on)
        for name, address, place in zip(names, addresses, places, strict=True)
    ]
    for field in Field:
        found += [Chip(field, person) for person in typed(given.get(f"more-{field}", ""))]
    if len(found) > MOST_CHIPS:
        raise ValidationError(_("A mail can go to at most %(number)d people at once.") % {"number": MOST_CHIPS})
    return found


def typed(text: str) -> list[Person]:
    """Return the people in what somebody typed: addresses, with names or without; raises ValidationError."""
    found = []
    for match in TYPED.finditer(text[:LONGEST_TYPED]):
        quoted, name, address = match.groups()
        if address is None and not match.group().strip():
            continue
        person = person_of(quoted or name or "", match.group() if address is None else address)
        try:
            validate_email(person.address)
        except ValidationError as mistake:
            raise _no_address(person.address) from mistake
        found.append(person)
    return found


def person_of(name: str, address: str) -> Person:
    """Return somebody as a browser names them; raises ValidationError when nothing can be sent there."""
    if UNSEEN.search(address) or not PLAIN.fullmatch(address.strip()):
        raise _no_address(address or name)
    return Person(tidy(UNSEEN.sub(" ", name))[:LONGEST_NAME], address.strip())


def _field(text: str) -> Field:
    try:
        return Field(text)
    except ValueError as mistake:
        raise ValidationError(_("Choose where the address stands: To, Copy or Hidden copy.")) from mistake


def _no_address(text: str) -> ValidationError:
    shown = tidy(UNSEEN.sub(" ", text))[:100]
    return ValidationError(_("“%(text)s” is not an e-mail address.") % {"text": shown})


def _once(found: Sequence[Chip], known: frozenset[str]) -> Iterator[Chip]:
    seen = set[str]()
    for one in found:
        if one.person.key not in seen:
            seen.add(one.person.key)
            yield Chip(one.field, one.person, one.is_on, one.person.key not in known)
