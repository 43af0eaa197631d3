"""Kinds of events that only the tests announce."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from samovar.events.announcing import CustomerEvent, DomainEvent, Visibility


@dataclass(frozen=True, kw_only=True)
class KettleBoiled(CustomerEvent):
    """Water for the tea is ready."""

    line = "Kettle boiled %(cups)s cups"

    cups: int = 1


@dataclass(frozen=True, kw_only=True)
class KettleEmptied(CustomerEvent):
    """The last cup was poured."""

    conversation_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class SamovarSold(CustomerEvent):
    """A samovar found its home; holds one field of every type that an event may have."""

    line = "Samovar sold"

    organisation_id: int | None = None
    conversation_id: int | None = None
    amount: Decimal | None = None
    score: int | None = None
    weight: float = 0.5
    tax: Decimal = Decimal("0.10")
    is_gift: bool = False
    delivered_on: date | None = None
    promised_at: datetime | None = None
    boils_within: timedelta = timedelta(minutes=9)
    seen_by: Visibility = Visibility.CUSTOMER
    part_ids: tuple[int, ...] = ()
    words: tuple[str, ...] = field(default_factory=tuple)


@dataclass(frozen=True, kw_only=True)
class TeaSpilled(DomainEvent):
    """Something that concerns no customer."""


@dataclass(frozen=True, kw_only=True)
class KettleRepaired(DomainEvent):
    """A field without default was added to it after rows were stored."""

    repaired_by: str


@dataclass(frozen=True, kw_only=True)
class KettlePainted(DomainEvent):
    """Holds something that cannot be stored."""

    colours: dict[str, str]
