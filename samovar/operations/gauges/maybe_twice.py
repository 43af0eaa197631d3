"""How often a message may have been sent twice."""

from collections.abc import Iterator

from samovar.channels.models import Delivery
from samovar.operations.measuring import Gauge, Reading


def read() -> Iterator[Reading]:
    """Count the letters whose connection broke before the answer and that were sent again."""
    yield Reading(Delivery.objects.filter(may_be_twice=True).count())


GAUGE = Gauge("samovar_maybe_twice", "Letters that may have been sent twice.", read)
