"""Whether the database answers, and how fast."""

import time
from collections.abc import Iterator

from django.db import connection

from samovar.operations.measuring import Gauge, Reading


def read() -> Iterator[Reading]:
    """Ask the smallest question there is."""
    began = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    yield Reading(time.perf_counter() - began)


GAUGE = Gauge(
    "samovar_database_answer_seconds", "Time that the database took for the smallest answer.", read, is_vital=True
)
