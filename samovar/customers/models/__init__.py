"""Customers and how they reach us."""

from samovar.customers.models.customer import Customer
from samovar.customers.models.identity import Identity, IdentityKind
from samovar.customers.models.organisation import Membership, Organisation

__all__ = ["Customer", "Identity", "IdentityKind", "Membership", "Organisation"]
