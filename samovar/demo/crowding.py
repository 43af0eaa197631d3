"""Writing the invented customers into the tables, with their phones, places and companies."""

from collections.abc import Sequence
from datetime import datetime

from samovar.customers.models import Customer, Identity, Membership, Organisation
from samovar.customers.models.identity import IdentityKind, normalised
from samovar.customers.recognition import lock_addresses, recognise_all
from samovar.demo.mails import sender_of
from samovar.demo.people import Person, organisation_name


def write_people(people: Sequence[tuple[Person, datetime]]) -> None:
    """Make cards for ``people``, each known since the moment beside them; runs in the caller's transaction."""
    senders = [sender_of(person, since) for person, since in people]
    lock_addresses(sender.key for sender in senders)
    known = recognise_all(senders)
    cards = {person.number: known[sender.key] for (person, _since), sender in zip(people, senders, strict=True)}
    for person, _since in people:
        card = cards[person.number]
        card.language, card.city, card.time_zone = person.language, person.city, person.zone
    Customer.objects.bulk_update(cards.values(), ["language", "city", "time_zone"])
    Identity.objects.bulk_create(
        Identity(
            customer=cards[person.number],
            kind=IdentityKind.PHONE,
            value=normalised(IdentityKind.PHONE, person.phone),
            shown=person.phone,
        )
        for person, _since in people
        if person.phone
    )
    _write_memberships(people, cards)


def _write_memberships(people: Sequence[tuple[Person, datetime]], cards: dict[int, Customer]) -> None:
    members = [(person, since) for person, since in people if person.organisation is not None]
    names = {person.number: organisation_name(person.organisation or 0) for person, _since in members}
    found = {row.name: row for row in Organisation.objects.filter(name__in=names.values())}
    for name in names.values():
        if name not in found:
            found[name] = Organisation.objects.create(name=name)
    Membership.objects.bulk_create(
        Membership(
            customer=cards[person.number],
            organisation=found[names[person.number]],
            role=person.role,
            since_on=since.date(),
        )
        for person, since in members
    )
