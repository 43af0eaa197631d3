"""Customers and how they reach us."""

from samovar.customers.models.archive import PersonArchive, Purpose
from samovar.customers.models.consent import Consent, ConsentPurpose
from samovar.customers.models.customer import Customer
from samovar.customers.models.erasure import Erasure, Ground
from samovar.customers.models.identity import Identity, IdentityKind, RemovedIdentity
from samovar.customers.models.merge import Merge, MovedRow
from samovar.customers.models.organisation import Membership, Organisation
from samovar.customers.models.restriction import Restriction, RestrictionKind, RestrictionState

__all__ = [
    "Consent",
    "ConsentPurpose",
    "Customer",
    "Erasure",
    "Ground",
    "Identity",
    "IdentityKind",
    "Membership",
    "Merge",
    "MovedRow",
    "Organisation",
    "PersonArchive",
    "Purpose",
    "RemovedIdentity",
    "Restriction",
    "RestrictionKind",
    "RestrictionState",
]
