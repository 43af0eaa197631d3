"""What people write about, how often, and who takes part."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate
from random import Random

# How a conversation goes: see plots.py. The usual ways, as weights.
USUAL = {"quick": 30, "asked": 24, "helped": 20, "chased": 9, "waiting": 6, "again": 5, "long": 6}
EASY = USUAL | {"quick": 45, "again": 1}
TALKS = {"asked": 20, "helped": 20, "long": 60}
QUARRELS = {"asked": 20, "helped": 50, "chased": 20, "again": 10}


@dataclass(frozen=True)
class Subject:
    """A matter: ``weight`` is how often it comes; ``photos`` how many first letters bring pictures."""

    key: str
    tag: str
    inbox: str
    team: str
    helpers: str
    weight: int
    plots: Mapping[str, int]
    photos: float = 0.05
    papers: float = 0.0
    for_firms: bool = False

    @property
    def cause(self) -> str:
        """The key of the delivered cause that those who write about it have, "" where each has another."""
        return CAUSES.get(self.key, "")


SUBJECTS = (
    Subject("damage", "Damaged on delivery", "help", "service", "warehouse", 13, USUAL, photos=0.6),
    Subject("late", "Delivery today", "delivery", "delivery", "delivery", 14, USUAL | {"chased": 25}),
    Subject("window", "Delivery time", "delivery", "delivery", "delivery", 9, USUAL | {"quick": 50, "again": 2}),
    Subject("missing", "Missing parts", "help", "service", "warehouse", 8, USUAL, photos=0.35),
    Subject("assembly", "Assembly", "help", "service", "delivery", 8, USUAL | {"waiting": 12}, photos=0.2, papers=0.2),
    Subject("stock", "In stock", "sales", "sales", "warehouse", 10, USUAL | {"quick": 45, "waiting": 16, "again": 1}),
    Subject("material", "Before buying", "sales", "sales", "warehouse", 8, EASY, papers=0.3),
    Subject("care", "Care", "help", "service", "warehouse", 4, USUAL | {"quick": 45}, photos=0.3),
    Subject("invoice", "Documents", "sales", "sales", "sales", 8, USUAL | {"asked": 35}, papers=0.7, for_firms=True),
    Subject("refund", "Refund", "help", "service", "warehouse", 7, USUAL | {"chased": 18}),
    Subject("warranty", "Warranty", "help", "service", "warehouse", 7, USUAL | {"asked": 40}, photos=0.4),
    Subject("change", "Order changed", "sales", "sales", "warehouse", 5, EASY),
    Subject("quote", "Quote", "sales", "sales", "sales", 5, TALKS, papers=0.8, for_firms=True),
    Subject("swap", "Swap", "help", "service", "warehouse", 5, USUAL | {"waiting": 12}, photos=0.3),
    Subject("thanks", "Praise", "help", "service", "service", 5, {"thanks": 1}, photos=0.4),
    Subject("complaint", "Complaint", "help", "service", "delivery", 4, QUARRELS),
)  # fmt: skip
# Why people write about each, by the keys of the delivered causes; who complains has a reason of their own.
CAUSES = {
    "damage": "delivery.damaged",
    "late": "delivery.late",
    "window": "delivery.when",
    "missing": "delivery.missing",
    "assembly": "product.use",
    "stock": "offer.stock",
    "material": "offer.choice",
    "care": "product.care",
    "invoice": "payment.papers",
    "refund": "returns.money",
    "warranty": "product.broken",
    "change": "order.change",
    "quote": "offer.price",
    "swap": "returns.how",
    "thanks": "praise",
}
COMPLAINTS = ("service.wait", "service.repeat", "service.unknowing", "service.powerless", "service.promise")
EXTRA_TAGS = ("Regular customer", "Urgent", "Negative review", "Call back", "Stairs")
_WEIGHTS = list(accumulate(subject.weight for subject in SUBJECTS))


def choose(random: Random) -> Subject:
    """Return a matter, the common ones more often."""
    return random.choices(SUBJECTS, cum_weights=_WEIGHTS)[0]


def choose_plot(random: Random, subject: Subject) -> str:
    """Return how the conversation goes."""
    return random.choices(list(subject.plots), list(subject.plots.values()))[0]
