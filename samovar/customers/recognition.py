"""Recognising the person behind an address, and making a card for somebody new."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from samovar.customers.events import CustomerAdded
from samovar.customers.models import Customer, Identity
from samovar.customers.models.identity import IdentityKind, normalised
from samovar.events.announcing import announce_many
from samovar.lib.rows import lock_keys, next_ids, number_of
from samovar.lib.text import tidy

# Addresses share few locks, so that a batch of any size cannot exhaust the server's table of locks.
LOCK_SPACE = 5_106
LOCK_SLOTS = 1024


@dataclass(frozen=True)
class Sender:
    """Who a message says it comes from: a way to reach them and a name, both as claimed, and when it was said.

    ``mark`` stands for the address of somebody who gives none, so that two of them are not taken for one person.
    """

    kind: str
    shown: str
    name: str
    at: datetime
    is_verified: bool = False
    mark: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What makes two senders the same person: the kind and the normalised address."""
        return self.kind, self.mark or normalised(self.kind, self.shown)


def lock_addresses(keys: Iterable[tuple[str, str]]) -> None:
    """Hold, until the end of the transaction, what two workers could decide differently about these addresses.

    ``keys`` are as ``Sender.key``. Whoever takes rows too takes these locks before them.
    """
    lock_keys(connection, LOCK_SPACE, {slot_of(key) for key in keys})


def slot_of(key: tuple[str, str]) -> int:
    """Return the lock of an address."""
    # As one word: the kind alone is the same for all, who would wait for each other.
    return number_of(":".join(key)) % LOCK_SLOTS


def recognise(sender: Sender) -> Customer:
    """Return the customer behind ``sender``; see recognise_all()."""
    return recognise_all([sender])[sender.key]


def recognise_all(senders: Iterable[Sender]) -> dict[tuple[str, str], Customer]:
    """Return the customer behind each sender by ``Sender.key``; unknown ones become customers.

    Runs in the caller's transaction, which must hold the lock of each address (``conversations.intake`` does), so
    that two workers never make two cards for one person. The name of a known customer is never overwritten by what
    a message claims. Four statements, however many senders.
    """
    wanted: dict[tuple[str, str], Sender] = {}
    for sender in senders:
        wanted.setdefault(sender.key, sender)
    known = known_customers(wanted.keys())
    fresh = [sender for key, sender in wanted.items() if key not in known]
    return known | _add(fresh)


def known_customers(keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Customer]:
    """Return the customers behind those of the addresses that we know, by ``Sender.key``."""
    by_kind: dict[str, list[str]] = {}
    for kind, value in keys:
        by_kind.setdefault(kind, []).append(value)
    found: dict[tuple[str, str], Customer] = {}
    for kind, values in by_kind.items():
        for identity in Identity.objects.filter(kind=kind, value__in=values).select_related("customer__merged_into"):
            found[kind, identity.value] = identity.customer.merged_into or identity.customer
    return found


def turned_out_to_be(nobody: Customer, customer: Customer) -> None:
    """Let the card of somebody who gave neither name nor address lead to who they are; any other card stays."""
    is_known = bool(nobody.name) or nobody.identities.exclude(kind=IdentityKind.EXTERNAL).exists()
    if nobody.pk != customer.pk and not is_known:
        nobody.merged_into = customer
        nobody.save(update_fields=["merged_into"])


def _add(senders: list[Sender]) -> dict[tuple[str, str], Customer]:
    if not senders:
        return {}
    ids = next_ids(connection, Customer, len(senders))
    customers = [
        Customer(pk=pk, name=tidy(sender.name) or normalised(sender.kind, sender.shown), created_at=sender.at).spell()
        for pk, sender in zip(ids, senders, strict=True)
    ]
    Customer.objects.bulk_create(customers)
    Identity.objects.bulk_create(
        Identity(
            customer=customer,
            kind=sender.kind,
            value=sender.key[1],
            shown=tidy(sender.shown)[:320],
            verified_at=sender.at if sender.is_verified else None,
        )
        for customer, sender in zip(customers, senders, strict=True)
    )
    announce_many([CustomerAdded(customer_id=customer.pk, at=customer.created_at) for customer in customers])
    return {sender.key: customer for customer, sender in zip(customers, senders, strict=True)}
