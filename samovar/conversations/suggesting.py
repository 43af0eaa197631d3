"""Whom somebody could mean who types a few letters of a name or an address."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.db.models import Q

from samovar.accounts.models import User
from samovar.conversations import chips
from samovar.conversations.chips import Chip
from samovar.conversations.models import Participant
from samovar.conversations.recipients import Field, Person
from samovar.customers.models.identity import IdentityKind
from samovar.customers.searching import find_customers

MOST = 8


@dataclass(frozen=True)
class Suggestion(Chip):
    """Somebody who could be meant."""

    conversation_id: int | None = None

    @property
    def query(self) -> str:
        """The address at which their chip is, after the "?"."""
        place = {"conversation": self.conversation_id} if self.conversation_id else {}
        return urlencode({"add": self.person.address, "name": self.person.name, **place})


def suggested(user: User, text: str, conversation_id: int | None, known: frozenset[str]) -> list[Suggestion]:
    """Return who is like ``text``: a whole address as it was typed, who is named in the conversation, customers."""
    found: dict[str, Suggestion] = {}
    for person in (*_written(text), *_named(text, conversation_id), *_customers(user, text)):
        is_new = conversation_id is not None and person.key not in known
        one = Suggestion(Field.CC, person, is_new=is_new, conversation_id=conversation_id)
        found.setdefault(person.key, one)
    return list(found.values())[:MOST]


def _written(text: str) -> list[Person]:
    try:
        return chips.typed(text)[:1]
    except ValidationError:
        return []


def _named(text: str, conversation_id: int | None) -> Iterator[Person]:
    if conversation_id is not None:
        rows = Participant.objects.filter(conversation=conversation_id).exclude(address="")
        for row in rows.filter(Q(name__icontains=text) | Q(address__icontains=text)).order_by("pk")[:MOST]:
            yield Person(row.name, row.address)


def _customers(user: User, text: str) -> Iterator[Person]:
    for customer in find_customers(user, text, MOST):
        for identity in customer.identities.all():
            if identity.kind == IdentityKind.EMAIL and identity.shown:
                yield Person(customer.name, identity.shown)
