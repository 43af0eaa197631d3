"""In which order a list stands, beside the order that its view has of its own."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import models
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from samovar.conversations.models.promising import DUE, TURN, WAITS


@dataclass(frozen=True)
class Order:
    """One order: ``by`` is the field or the expression of EXPRESSIONS that sorts, "-" first for the newest on top."""

    title: str | Promise
    by: str


# By the name that stands in the address and in a saved view.
ORDERS: Mapping[str, Order] = {
    "newest": Order(pgettext_lazy("order of a list", "Newest first"), "-last_message_at"),
    "oldest": Order(pgettext_lazy("order of a list", "Oldest first"), "last_message_at"),
    "waiting": Order(_("Waiting longest"), "waits"),
    "promise": Order(_("Nearest promise"), "due"),
}
# Whoever does not wait, or was promised nothing, stands behind all who do, so that every row has its place.
EXPRESSIONS: Mapping[str, models.Expression | Coalesce] = {
    "turn": TURN,
    "waits": WAITS,
    "due": DUE,
}
# Where everybody waits, the order of those who wait is that of the nearest promise, and has an index.
SAME = {("promise", "turn")}


def means(order: str, field: str) -> bool:
    """Whether the order of this name is the one by ``field``."""
    return order not in ORDERS or ORDERS[order].by == field or (order, field) in SAME


def name_of(field: str) -> str:
    """Return the name of the order that comes nearest to the one by ``field``."""
    return next((name for name in ORDERS if means(name, field)), "promise" if "promise" in field else "newest")
