"""Noting what customers agree to, and asking whether something is allowed before it is done."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import transaction
from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from samovar.accounts.models import User
from samovar.customers.events import ConsentGiven, ConsentWithdrawn
from samovar.customers.models import Consent, ConsentPurpose, Customer
from samovar.customers.models.consent import ConsentQuerySet
from samovar.events.announcing import announce
from samovar.lib.counting import CappedCount
from samovar.lib.listing import Page, page_by
from samovar.lib.text import search_key
from samovar.ui.navigation import shown

MOST_SHOWN = 200
# The ledger grows for ever; nobody reads on.
MOST_COUNTED = 1000


@dataclass(frozen=True, kw_only=True)
class Statement:
    """That somebody agrees to something, or no longer does: when and how they said it, to which words, and where."""

    purpose: str
    is_given: bool
    at: datetime
    way: str
    wording: str = ""
    conversation_number: int | None = None


@dataclass(frozen=True)
class Standing:
    """How it stands with one purpose; ``is_given`` is None where nothing was ever said."""

    purpose: ConsentPurpose
    is_given: bool | None


@dataclass(frozen=True)
class Tally:
    """How many people have agreed to something, and how many took it back, as it is shown."""

    purpose: ConsentPurpose
    given: str
    withdrawn: str


def may(customer: Customer, purpose: ConsentPurpose) -> bool:
    """Whether a customer has agreed to something and not taken it back; whoever sends or records asks this before.

    Silence is no consent, and of an erased person there is none. A card that was merged is asked for by its survivor.
    """
    while customer.merged_into is not None:
        customer = customer.merged_into
    if customer.erased_at is not None:
        return False
    last = Consent.objects.filter(customer=customer, purpose=purpose).order_by("-at", "-pk").first()
    return last is not None and last.is_given


@transaction.atomic
def enter(customer: Customer, said: Statement, by: User) -> Consent:
    """Add to the ledger what a customer said; nothing that stands there is changed. Raises CardClosed."""
    customer.writable()
    entry = Consent.objects.create(customer=customer, by=by, **vars(said))
    event = ConsentGiven if said.is_given else ConsentWithdrawn
    announce(event(customer_id=customer.pk, actor_id=by.pk, preview=entry.purpose_told, purpose=said.purpose))
    return entry


def ledger(customer: Customer) -> list[Consent]:
    """Return what a customer has said, the last first."""
    rows = Consent.objects.filter(customer=customer).select_related("by")
    return list(rows.order_by("-at", "-pk")[:MOST_SHOWN])


def standing(customer_id: int) -> list[Standing]:
    """Return how it stands with every purpose; one question."""
    return standings(Consent.objects.filter(customer=customer_id).current().values("purpose", "is_given"))


def standing_of(customer: OuterRef) -> ArraySubquery:
    """Return the column of which standings() makes the same, for a question that asks other things too."""
    rows = Consent.objects.filter(customer=customer).current()
    return ArraySubquery(rows.values(found=JSONObject(purpose="purpose", is_given="is_given")))


def standings(entries: Iterable[Mapping[str, Any]]) -> list[Standing]:
    """Return how it stands with every purpose by the entries that hold (purpose, is_given)."""
    held = {entry["purpose"]: entry["is_given"] for entry in entries}
    return [Standing(purpose, held.get(purpose)) for purpose in ConsentPurpose]


def tallies(user: User) -> list[Tally]:
    """Return how many of the customers whom ``user`` may see have agreed to what; one question that ends somewhere."""
    kinds = [(purpose, is_given) for purpose in ConsentPurpose for is_given in (True, False)]
    counts = [CappedCount(_holding(user, *kind).values("pk")[:MOST_COUNTED]) for kind in kinds]
    row = User.objects.filter(pk=user.pk).order_by().values_list(*counts).get()
    told = dict(zip(kinds, (shown(count or 0) or "0" for count in row), strict=True))
    return [Tally(purpose, told[purpose, True], told[purpose, False]) for purpose in ConsentPurpose]


def page(user: User, purpose: str, is_given: bool, text: str = "", after: str = "") -> Page[Consent]:
    """Return who has agreed to something, or took it back, by name; of them those with ``text`` in their name."""
    rows = _holding(user, purpose, is_given).select_related("customer")
    if text:
        rows = rows.filter(customer__search_key__contains=search_key(text))
    return page_by("customer__sort_key", rows, after)


def _holding(user: User, purpose: str, is_given: bool) -> ConsentQuerySet:
    """Return the entries that hold, of the customers whom ``user`` may see."""
    rows = Consent.objects.filter(purpose=purpose, is_given=is_given).of_present().current()
    return rows.filter(customer__in=Customer.objects.all().visible_to(user))
