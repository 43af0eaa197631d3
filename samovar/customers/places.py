"""Every place in the database that names a customer."""

from samovar.customers.models import Customer, Merge, MovedRow
from samovar.lib.places import Place, places_of

__all__ = ["Place", "places"]

# What tells of merges itself stays as it was.
TELLING = (Merge, MovedRow)
# How a column without a key is named that holds the number of a customer.
WITHOUT_KEY = "customer_id"


def places() -> tuple[Place, ...]:
    """Return all places; the log of events last, because it tells of what happens to the others."""
    return places_of(Customer, TELLING, WITHOUT_KEY)
