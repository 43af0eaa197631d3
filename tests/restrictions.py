"""Makes what is decided about difficult customers, by the verbs of the app."""

from datetime import timedelta

from samovar.accounts.models import User
from samovar.customers import restricting
from samovar.customers.models import Customer, Restriction
from samovar.customers.restricting import Wish
from samovar.lib import clock
from tests import make

REASON = "Called Olga names in three letters"


def wish(kind: str = "warning", days: float | None = 7, reason: str = REASON, most: int = 2) -> Wish:
    """Return what somebody wants to be done about a customer."""
    until = None if days is None else clock.now() + timedelta(days=days)
    return Wish(kind=kind, reason=reason, until=until, most_a_day=most if kind == "limit" else None)


def proposed(customer: Customer | None = None, by: User | None = None, kind: str = "warning") -> Restriction:
    """Let an agent propose something."""
    return restricting.propose(customer or make.customer(), wish(kind), by=by or make.agent())


def in_force(customer: Customer, kind: str = "warning", days: float | None = 7, most: int = 2) -> Restriction:
    """Let a lead put something in force."""
    return restricting.propose(customer, wish(kind, days, most=most), by=make.lead())
