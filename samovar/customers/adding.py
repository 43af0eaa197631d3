"""Somebody who has not written: noted by hand, with the ways to reach them."""

from collections.abc import Sequence

from django.db import transaction

from samovar.accounts.models import User
from samovar.customers import addresses
from samovar.customers.events import CustomerAdded
from samovar.customers.models import Customer
from samovar.customers.models.identity import normalised
from samovar.customers.recognition import lock_addresses
from samovar.events.announcing import announce
from samovar.lib import clock


@transaction.atomic
def add(name: str, ways: Sequence[str] = (), *, by: User) -> Customer:
    """Make a card with a name and addresses or phones; without a name it bears the first of them.

    Raises UnusableAddress and AddressTaken, and makes no card then.
    """
    understood = [addresses.understood(way) for way in ways]
    # All at once, in the one order: two who note the same two addresses would wait for each other.
    lock_addresses([(kind, normalised(kind, shown)) for kind, shown in understood])
    now = clock.now()
    shown = [name, *(shown for _kind, shown in understood)]
    customer = Customer(name=next(filter(None, shown), ""), created_at=now)
    customer.save()
    announce(CustomerAdded(customer_id=customer.pk, actor_id=by.pk, at=now))
    for way in ways:
        addresses.add(customer, way, by)
    return customer
