"""Whether the tables are of the shape that this Samovar expects."""

from collections.abc import Iterator

from samovar.operations import readiness
from samovar.operations.measuring import Gauge, Reading

_is_up_to_date = False


def read() -> Iterator[Reading]:
    """Count what is missing; once nothing is, nothing can become missing while this process lives."""
    global _is_up_to_date
    missing = 0 if _is_up_to_date else len(readiness.pending())
    _is_up_to_date = missing == 0
    problem = f"{missing} changes of the tables are missing: any samovar command makes them." if missing else ""
    yield Reading(missing, problem=problem)


GAUGE = Gauge(
    "samovar_pending_migrations", "Changes of the tables that this version brings and nobody made.", read, is_vital=True
)
