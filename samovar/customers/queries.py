"""Questions about many customers."""

from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q

from samovar.accounts.models import User
from samovar.customers.models import Customer, Identity
from samovar.customers.searching import find_customers
from samovar.lib.text import storable

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
