"""Questions about many customers."""

from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from samovar.accounts.models import User
from samovar.customers.models import Customer, Identity, Membership, Organisation
from samovar.customers.searching import find_customers
from samovar.lib.layouts import readings
from samovar.lib.listing import Page, page_by

PAGE = 50


@dataclass(frozen=True)
class Row:
    """A customer with the ways to reach them."""

    customer: Customer
    addresses: list[str]


def page(user: User, text: str = "", after: str = "") -> Page[Row]:
    """Return customers by name, or the best matches for ``text`` on a single page."""
    if text:
        alike = find_customers(user, text, PAGE)
        return Page([Row(one, [identity.shown for identity in one.identities.all()]) for one in alike], "")
    rows = Customer.objects.all().visible_to(user).present()
    shown = Identity.objects.filter(customer=OuterRef("pk")).order_by("pk").values("shown")
    found = page_by("sort_key", rows.annotate(address_list=ArraySubquery(shown)), after, PAGE)
    return Page([Row(one, vars(one)["address_list"]) for one in found.rows], found.after)


def colleagues_of(customer_id: int) -> set[int]:
    """Return the ids of those who belong to an organisation to which this customer belongs."""
    rows = Membership.objects.filter(removed_at=None)
    own = rows.filter(customer=customer_id).values("organisation")
    return set(rows.filter(organisation__in=own).values_list("customer_id", flat=True))


def organisations(user: User, text: str = "", after: str = "") -> Page[Organisation]:
    """Return organisations by name, or those that have ``text`` in their name, each with ``people``."""
    rows = Organisation.objects.all().visible_to(user)
    if text:
        typed, otherwise = readings(text)
        rows = rows.filter(Q(search_key__contains=typed) | Q(search_key__contains=otherwise))
    # For each row of the page alone: a count beside a join would group all customers before it takes fifty companies.
    own = Membership.objects.filter(organisation=OuterRef("pk")).present().order_by().values("organisation")
    people = Coalesce(Subquery(own.annotate(people=Count("pk")).values("people")), 0)
    return page_by("sort_key", rows.annotate(people=people), after, PAGE)


def people_of(organisation: Organisation, after: str = "") -> Page[Membership]:
    """Return who belongs to an organisation, by name."""
    rows = Membership.objects.filter(organisation=organisation).present().select_related("customer", "organisation")
    return page_by("customer__sort_key", rows, after, PAGE)


def memberships_of(customer_id: int) -> list[Membership]:
    """Return where a customer belongs; one question."""
    rows = Membership.objects.filter(customer=customer_id, removed_at=None).select_related("organisation", "customer")
    return list(rows.order_by("organisation__sort_key", "pk"))
