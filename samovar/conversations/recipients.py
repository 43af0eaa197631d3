"""To whom an answer goes, decided by one pure function from what is known of a conversation.

The answer goes to whoever wrote the message that it answers; an answer to all also goes to everybody whom the team has
admitted. Never to ourselves, never to somebody who was only named in a copy, never twice to one mailbox, and never to
addresses at which only machines listen.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

Pair = list[str]

# Nobody reads what is sent there, or it reaches a whole list.
MACHINES = re.compile(
    r"mailer[-_.]?daemon|postmaster|(?:.*[-_.])?bounces?|owner-.+|.+-owner|.+-request|list-?serv|majordomo"
    r"|(?:do[-_.]?)?not?[-_.]?reply(?:[-_.].*)?|(?:.*[-_.])?no[-_.]?reply"
)
PLAIN = re.compile(r"[^\s<>@,;\"]{1,64}@[^\s<>@,;\"]{1,255}")


class Audience(StrEnum):
    """Who gets an answer."""

    AUTHOR = "author"
    ALL = "all"


class Field(StrEnum):
    """Where somebody stands in a mail."""

    TO = "to"
    CC = "cc"
    BCC = "bcc"


@dataclass(frozen=True)
class Person:
    """Somebody with an address, as it is written."""

    name: str
    address: str

    @property
    def key(self) -> str:
        """What makes two addresses the same mailbox."""
        return mailbox_key(self.address)


@dataclass(frozen=True)
class Answered:
    """The message that is answered: who wrote it, where they want the answer, and whom they wrote to besides us.

    ``reply_to`` holds only what the intake trusts. ``is_doubted`` says that the sender is not who they say they are;
    ``number`` is that of the message.
    """

    author: Person
    reply_to: tuple[Person, ...] = ()
    named: tuple[Person, ...] = ()
    is_doubted: bool = False
    number: int = 0


@dataclass(frozen=True)
class Circle:
    """Who has to do with a conversation.

    ``customer`` are the addresses of its customer, the best first; ``admitted`` are the others whom the team has agreed
    to; ``hidden`` are those of whom nobody else may know; ``ours`` are the addresses of all our inboxes. Those in
    ``barred`` never get anything: what is asked outside is not for the customer about whom it is asked.
    """

    customer: tuple[Person, ...]
    answered: Answered | None = None
    admitted: tuple[Person, ...] = ()
    ours: frozenset[str] = frozenset()
    hidden: tuple[Person, ...] = ()
    barred: frozenset[str] = frozenset()

    @property
    def closed(self) -> frozenset[str]:
        """The mailboxes to which nothing goes: our own, and those of whom it must not reach."""
        return frozenset(map(mailbox_key, self.ours | self.barred))

    @property
    def known(self) -> frozenset[str]:
        """The mailboxes of all who get our answers."""
        return frozenset(person.key for person in (*self.customer, *self.admitted, *self.hidden))


@dataclass(frozen=True)
class Recipients:
    """Whom a message goes to; of those in ``bcc`` the others learn nothing."""

    to: tuple[Person, ...] = ()
    cc: tuple[Person, ...] = ()
    bcc: tuple[Person, ...] = ()

    @property
    def fields(self) -> tuple[tuple[Field, tuple[Person, ...]], ...]:
        """Who stands in which field."""
        return (Field.TO, self.to), (Field.CC, self.cc), (Field.BCC, self.bcc)

    @property
    def everybody(self) -> tuple[Person, ...]:
        """All of them."""
        return (*self.to, *self.cc, *self.bcc)

    @property
    def as_kept(self) -> dict[str, list[Pair]]:
        """The form in which a message keeps them."""
        return {str(field): [[one.name, one.address] for one in people] for field, people in self.fields if people}


def recipients(circle: Circle, audience: Audience = Audience.ALL) -> Recipients:
    """Return whom an answer goes to."""
    closed = circle.closed
    to = _authors(circle, circle.known, closed)
    taken = {person.key for person in to}
    # Whoever answers somebody of whom nobody knows must not tell it to the others.
    if not to or audience == Audience.AUTHOR or any(one.key in taken for one in circle.hidden):
        return Recipients(to)
    cc = tuple(_fresh(_others(circle), taken | closed))
    taken |= {person.key for person in cc}
    return Recipients(to, cc, tuple(_fresh(circle.hidden, taken | closed)))


def chosen(picked: Sequence[tuple[Field, Person]], ours: Collection[str]) -> Recipients:
    """Return whom somebody has picked: each mailbox once, where it stands most openly, and none of ``ours``."""
    taken = {mailbox_key(address) for address in ours}
    found: dict[Field, list[Person]] = {field: [] for field in Field}
    for field in Field:
        for _field, person in (one for one in picked if one[0] == field):
            if person.key not in taken:
                taken.add(person.key)
                found[field].append(person)
    return Recipients(*map(tuple, found.values()))


def mailbox_key(address: str) -> str:
    """Return the form of an address in which one mailbox is one: small letters, Latin domain, nothing behind a "+"."""
    local, _, domain = address.strip().lower().rpartition("@")
    # What has no Latin form stays as it is written: nobody can send there, but two such are still the same.
    with suppress(UnicodeError):
        domain = domain if domain.isascii() else domain.encode("idna").decode("ascii")
    return f"{local.partition('+')[0] or local}@{domain}"


def is_machine(address: str) -> bool:
    """Whether nobody reads what is sent to an address."""
    return MACHINES.fullmatch(address.strip().lower().rpartition("@")[0]) is not None


def _authors(circle: Circle, known: Collection[str], ours: Collection[str]) -> tuple[Person, ...]:
    """Return who wrote, where they want to be answered; otherwise the customer at their best address."""
    if answered := circle.answered:
        wanted = tuple(_fresh(answered.reply_to, ours))
        if wanted:
            return wanted
        if answered.author.key in known and (found := tuple(_fresh([answered.author], ours))):
            return found
    reachable = [person for person in circle.customer if PLAIN.fullmatch(person.address.strip())]
    # Somebody who can only be reached at such an address is written to there: the agent sees where it goes.
    return tuple(_fresh(reachable, ours))[:1] or tuple(one for one in reachable if one.key not in ours)[:1]


def _others(circle: Circle) -> Iterator[Person]:
    """Yield who takes part besides: the customer, their other addresses that stood in the copy, everybody admitted."""
    answered = circle.answered
    own = {person.key: person for person in circle.customer}
    if answered and answered.author.key not in own:
        yield from circle.customer[:1]
    for person in answered.named if answered else ():
        if person.key in own:
            yield person
    yield from circle.admitted


def _fresh(people: Iterable[Person], taken: Collection[str]) -> Iterator[Person]:
    seen = set(taken)
    for person in people:
        if person.key not in seen and PLAIN.fullmatch(person.address.strip()) and not is_machine(person.address):
            seen.add(person.key)
            yield person
