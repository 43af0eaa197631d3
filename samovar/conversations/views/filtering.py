"""What the list can be narrowed to, as links to the list that is so narrowed."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from samovar.accounts.requests import StaffRequest, lookers_only
from samovar.conversations.filters.base import Filter
from samovar.conversations.filters.table import KINDS
from samovar.conversations.ordering import ORDERS, means
from samovar.conversations.queries import Wanted
from samovar.lib.text import tidy

LONGEST = 100
# Of one kind, when something is looked for in all of them.
MOST_FOUND = 6


@dataclass(frozen=True)
class Offer:
    """One value, with the list that has it, or that has it no more where it ``is_on``."""

    label: str | Promise
    query: str
    is_on: bool


@dataclass(frozen=True)
class Group:
    """The values of one kind."""

    title: str | Promise
    offers: list[Offer]


@lookers_only
@require_GET
@vary_on_headers("HX-Request")
def filters(request: StaffRequest) -> HttpResponse:
    """List what the list could be narrowed to, all of it or what fits the letters typed (``find``)."""
    wanted = Wanted.of(request.GET, request.user)
    find = tidy(request.GET.get("find", ""))[:LONGEST]
    found = (Group(kind.title, list(_offers(wanted, name, find, request))) for name, kind in KINDS.items())
    context = {
        "list_url": reverse("inbox"),
        "wanted": wanted,
        "find": find,
        "groups": [group for group in found if group.offers],
        "orders": [] if find else _orders(wanted),
    }
    template = "conversations/_filters_found.html" if request.htmx else "conversations/filters.html"
    return render(request, template, context)


def _offers(wanted: Wanted, kind: str, find: str, request: StaffRequest) -> Iterable[Offer]:
    chosen = wanted.chosen
    offers = list(KINDS[kind].offers(find, request.user))
    for value, label in offers[:MOST_FOUND] if find else offers:
        one = Filter(kind, value)
        is_on = one in chosen
        rest = [other for other in chosen if other != one]
        yield Offer(label, wanted.narrowed_to(rest if is_on else [*rest, one]).query, is_on)


def _orders(wanted: Wanted) -> list[Offer]:
    return [
        Offer(order.title, wanted.sorted_as(name).query, means(name, wanted.sorted_by))
        for name, order in ORDERS.items()
    ]
