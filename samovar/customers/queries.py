"""Questions about many customers."""

from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from samovar.accounts.models import User
from samovar.customers.models import Customer, Identity, Membership, Organisation
from samovar.customers.searching import find_customers
from samovar.lib.text import search_key, storable

PAGE = 50


@dataclass(frozen=True)
class Row:
    """A customer with the ways to reach them."""

    customer: Customer
    addresses: list[str]


@dataclass(frozen=True)
class Page:
    """A page of the list of customers; ``after`` is where it goes on, "" at the end."""

    rows: list[Row]
    after: str


def page(user: User, text: str = "", after: str = "") -> Page:
    """Return customers by name, or the best matches for ``text`` on a single page."""
    if text:
        found = find_customers(user, text, PAGE)
        return Page([Row(one, [identity.shown for identity in one.identities.all()]) for one in found], "")
    rows = Customer.objects.all().visible_to(user).present()
    name, _line, pk = after.rpartition("~")
    if name == storable(name) and pk.isascii() and pk.isdigit() and len(pk) < 19:
        rows = rows.filter(Q(sort_key__gte=name) & (Q(sort_key__gt=name) | Q(pk__gt=int(pk))))
    shown = Identity.objects.filter(customer=OuterRef("pk")).order_by("pk").values("shown")
    fetched = list(rows.annotate(address_list=ArraySubquery(shown)).order_by("sort_key", "pk")[: PAGE + 1])
    kept = fetched[:PAGE]
    last = kept[-1] if len(fetched) > PAGE else None
    return Page([Row(one, vars(one)["address_list"]) for one in kept], f"{last.sort_key}~{last.pk}" if last else "")


def colleagues_of(customer_id: int) -> set[int]:
    """Return the ids of those who belong to an organisation to which this customer belongs."""
    rows = Membership.objects.filter(removed_at=None)
    own = rows.filter(customer=customer_id).values("organisation")
    return set(rows.filter(organisation__in=own).values_list("customer_id", flat=True))


@dataclass(frozen=True)
class OrganisationPage:
    """A page of the list of organisations, each with ``people``; ``after`` is where it goes on, "" at the end."""

    rows: list[Organisation]
    after: str


def organisations(user: User, text: str = "", after: str = "") -> OrganisationPage:
    """Return organisations by name, or those that have ``text`` in their name."""
    rows = Organisation.objects.all().visible_to(user)
    if text:
        rows = rows.filter(search_key__contains=search_key(text))
    rows = beyond(rows, "sort_key", after)
    # For each row of the page alone: a count beside a join would group all customers before it takes fifty companies.
    own = Membership.objects.filter(organisation=OuterRef("pk")).present().order_by().values("organisation")
    people = Coalesce(Subquery(own.annotate(people=Count("pk")).values("people")), 0)
    fetched = list(rows.annotate(people=people).order_by("sort_key", "pk")[: PAGE + 1])
    last = fetched[PAGE - 1] if len(fetched) > PAGE else None
    return OrganisationPage(fetched[:PAGE], f"{last.sort_key}~{last.pk}" if last else "")


@dataclass(frozen=True)
class PeoplePage:
    """A page of the people of an organisation; ``after`` is where it goes on, "" at the end."""

    rows: list[Membership]
    after: str


def people_of(organisation: Organisation, after: str = "") -> PeoplePage:
    """Return who belongs to an organisation, by name."""
    rows = Membership.objects.filter(organisation=organisation).present().select_related("customer", "organisation")
    fetched = list(beyond(rows, "customer__sort_key", after).order_by("customer__sort_key", "pk")[: PAGE + 1])
    last = fetched[PAGE - 1] if len(fetched) > PAGE else None
    return PeoplePage(fetched[:PAGE], f"{last.customer.sort_key}~{last.pk}" if last else "")


def memberships_of(customer_id: int) -> list[Membership]:
    """Return where a customer belongs; one question."""
    rows = Membership.objects.filter(customer=customer_id, removed_at=None).select_related("organisation", "customer")
    return list(rows.order_by("organisation__sort_key", "pk"))


def beyond(rows: Any, column: str, after: str) -> Any:
    """Return the rows behind a mark, of a list that is sorted by a column and the key."""
    name, _line, pk = after.rpartition("~")
    if name == storable(name) and pk.isascii() and pk.isdigit() and len(pk) < 19:
        same = Q(**{f"{column}__gt": name}) | Q(pk__gt=int(pk))
        return rows.filter(Q(**{f"{column}__gte": name}) & same)
    return rows
