"""Two cards side by side, before they become one."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count

from samovar.accounts.models import User
from samovar.customers import merging
from samovar.customers.merging import Decision
from samovar.customers.models import Customer, Identity
from samovar.customers.models.customer import DETAILS
from samovar.events.models import Event
from samovar.ui.templatetags.ui import language_name


@dataclass(frozen=True)
class Detail:
    """One detail of both cards, as a person reads it; ``chosen_id`` is the card whose value stays."""

    name: str
    label: str
    values: tuple[str, str]
    chosen_id: int

    @property
    def differs(self) -> bool:
        """Whether there is anything to choose."""
        return self.values[0] != self.values[1]


@dataclass(frozen=True)
class Side:
    """One of the cards: how to reach them, and how long their history is (None for who may not see all of it)."""

    customer: Customer
    identities: list[Identity]
    lines: int | None


@dataclass(frozen=True)
class Comparison:
    """Both cards with what has to be decided about them."""

    sides: tuple[Side, Side]
    survivor_id: int
    details: list[Detail]
    conflicts: list[tuple[Identity, Identity]]

    def decision(self, is_sure: bool) -> Decision:
        """Return what was decided, as merging takes it."""
        one, other = (side.customer for side in self.sides)
        survivor, merged = (one, other) if self.survivor_id == one.pk else (other, one)
        taken = tuple(detail.name for detail in self.details if detail.chosen_id == merged.pk)
        return Decision(survivor, merged, taken, is_sure)


def compare(one: Customer, other: Customer, given: Mapping[str, str], viewer: User) -> Comparison:
    """Put two cards side by side for ``viewer``; ``given`` is what was chosen so far (``survivor``, details)."""
    cards = (one, other)
    oldest = min(cards, key=lambda card: (card.created_at, card.pk))
    survivor = _card(given.get("survivor", ""), cards) or oldest
    details = [
        Detail(
            name=name,
            label=str(Customer._meta.get_field(name).verbose_name),  # type: ignore[union-attr]  # all have one
            values=(_words(name, one), _words(name, other)),
            chosen_id=(_card(given.get(name, ""), cards) or _fuller(name, survivor, cards)).pk,
        )
        for name in DETAILS
    ]
    lines = _lines(one, other) if viewer.is_admin else {}
    identities = list(Identity.objects.filter(customer__in=cards).exclude(shown="").order_by("pk"))
    one_side, other_side = (
        Side(card, [row for row in identities if row.customer_id == card.pk], lines.get(card.pk)) for card in cards
    )
    return Comparison((one_side, other_side), survivor.pk, details, merging.conflicts(one, other))


def _words(name: str, card: Customer) -> str:
    value: str = getattr(card, name)
    return language_name(value) if name == "language" else value


def _lines(one: Customer, other: Customer) -> dict[int | None, int]:
    counted = Event.objects.filter(customer_id__in=[one.pk, other.pk]).values_list("customer_id")
    return dict(counted.annotate(lines=Count("pk")).order_by("customer_id"))


def _card(number: str, cards: tuple[Customer, Customer]) -> Customer | None:
    return next((card for card in cards if str(card.pk) == number), None)


def _fuller(name: str, survivor: Customer, cards: tuple[Customer, Customer]) -> Customer:
    """Return the card that has this detail; the survivor when both have it or neither."""
    has_own = bool(getattr(survivor, name))
    return survivor if has_own else next((card for card in cards if getattr(card, name)), survivor)
