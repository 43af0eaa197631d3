"""Which companies and families customers belong to: made, renamed, joined, corrected, left, and put back."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from samovar.accounts.models import User
from samovar.accounts.models.audit import Action, record, record_change
from samovar.customers.errors import NameTaken
from samovar.customers.events import (
    MembershipCorrected,
    OrganisationAdded,
    OrganisationCorrected,
    OrganisationJoined,
    OrganisationLeft,
)
from samovar.customers.models import Customer, Identity, IdentityKind, Membership, Organisation
from samovar.events.announcing import announce
from samovar.lib import clock
from samovar.lib.rows import lock_keys, number_of, reread
from samovar.lib.text import sort_key, tidy

MOST_PROPOSED = 3
LOCK_SPACE = 5_132


@dataclass(frozen=True, kw_only=True)
class Place:
    """What somebody is in an organisation, and from when to when; all of it may be unknown."""

    role: str = ""
    since_on: date | None = None
    until_on: date | None = None


UNKNOWN = Place()


@transaction.atomic
def named(name: str, by: User) -> Organisation:
    """Return the organisation with this name, making it when there is none."""
    _lock_name(name)
    return _with_name(name) or _added(Organisation(name=tidy(name)[:300]), by)


@transaction.atomic
def describe(organisation: Organisation, name: str, domain: str, by: User) -> Organisation:
    """Make an organisation, or correct one; what says the same changes nothing. Raises NameTaken."""
    _lock_name(name)
    same = _with_name(name)
    if same is not None and same.pk != organisation.pk:
        raise NameTaken(_("There is an organisation with this name already."))
    if organisation.pk is not None:
        reread(organisation, Organisation.objects.select_for_update())
    before = organisation.facts
    organisation.name, organisation.domain = tidy(name)[:300], domain
    if organisation.pk is None:
        return _added(organisation, by)
    if organisation.facts != before:
        organisation.save(update_fields=["name", "domain", "sort_key", "search_key"])
        record_change(Action.ORGANISATION_CHANGED, by, organisation, before, organisation.facts)
        announce(OrganisationCorrected(**_named(organisation, by)))
    return organisation


@transaction.atomic
def join(customer: Customer, organisation: Organisation, by: User, place: Place = UNKNOWN) -> Membership:
    """Note that somebody belongs to an organisation; who does already stays as they are. Raises CardClosed."""
    customer.writable()
    found, is_new = Membership.objects.select_for_update(of=("self",)).get_or_create(
        customer=customer, organisation=organisation, defaults=vars(place)
    )
    if is_new or found.removed_at:
        _write(found, place if place != UNKNOWN or is_new else _place_of(found))
        announce(OrganisationJoined(**_told(found, by)))
    return found


@transaction.atomic
def correct(membership: Membership, place: Place, by: User) -> None:
    """Correct what somebody is there, and from when to when; what says the same changes nothing. Raises CardClosed."""
    _lock(membership)
    if membership.removed_at is None and place != _place_of(membership):
        _write(membership, place)
        announce(MembershipCorrected(**_told(membership, by)))


@transaction.atomic
def leave(membership: Membership, by: User) -> None:
    """Take somebody out of an organisation; twice is once. Raises CardClosed."""
    _lock(membership)
    if membership.removed_at is None:
        membership.removed_at = clock.now()
        membership.save(update_fields=["removed_at"])
        announce(OrganisationLeft(**_told(membership, by)))


@transaction.atomic
def put_back(membership: Membership, by: User) -> None:
    """Undo leave(); twice is once. Raises CardClosed."""
    _lock(membership)
    if membership.removed_at is not None:
        _write(membership, _place_of(membership))
        announce(OrganisationJoined(**_told(membership, by)))


def proposed(customer: Customer) -> list[Organisation]:
    """Return the organisations of whose addresses this customer has one, and to which they do not belong."""
    written = Identity.objects.filter(customer=customer, kind=IdentityKind.EMAIL).values_list("value", flat=True)
    domains = {value.rpartition("@")[2] for value in written} - {""}
    known = Membership.objects.filter(customer=customer, removed_at=None).values("organisation")
    rows = Organisation.objects.filter(domain__in=domains).exclude(pk__in=known)
    return list(rows.order_by("sort_key", "pk")[:MOST_PROPOSED]) if domains else []


def _added(organisation: Organisation, by: User) -> Organisation:
    organisation.save(force_insert=True)
    record(Action.ORGANISATION_ADDED, by, organisation, after=organisation.facts)
    announce(OrganisationAdded(**_named(organisation, by)))
    return organisation


def _named(organisation: Organisation, by: User) -> dict[str, Any]:
    return {"organisation_id": organisation.pk, "actor_id": by.pk, "preview": organisation.name}


def _with_name(name: str) -> Organisation | None:
    return Organisation.objects.filter(sort_key=sort_key(name)).order_by(F("pk")).first()


def _lock_name(name: str) -> None:
    # A constraint would be simpler. It cannot be added where two of one name were made before, which is no mistake that
    # an upgrade could mend: only people know which of them is meant.
    lock_keys(connection, LOCK_SPACE, {number_of(sort_key(name))})


def _lock(membership: Membership) -> None:
    membership.customer.writable()
    rows = Membership.objects.select_related("customer", "organisation").select_for_update(of=("self",))
    reread(membership, rows)


def _place_of(membership: Membership) -> Place:
    return Place(role=membership.role, since_on=membership.since_on, until_on=membership.until_on)


def _write(membership: Membership, place: Place) -> None:
    membership.role, membership.since_on, membership.until_on = tidy(place.role)[:120], place.since_on, place.until_on
    membership.removed_at = None
    membership.save(update_fields=["role", "since_on", "until_on", "removed_at"])


def _told(membership: Membership, by: User) -> dict[str, Any]:
    return {"customer_id": membership.customer_id, **_named(membership.organisation, by)}
