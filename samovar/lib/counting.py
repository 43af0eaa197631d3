"""Counting no further than somebody reads, and counting by several conditions at once."""

from collections.abc import Iterable
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet, Subquery


class CappedCount(Subquery):
    """How many rows a subquery brings, up to its limit."""

    template = "(SELECT count(*) FROM (%(subquery)s) AS counted)"
    output_field = models.IntegerField()


class CountsOf(Subquery):
    """How many of ``rows`` fit each of ``conditions``, in one pass over all of them: an array in their order."""

    output_field = ArrayField(models.IntegerField())

    def __init__(self, rows: QuerySet[Any, Any], conditions: Iterable[Q]) -> None:
        found = [ExpressionWrapper(one, output_field=BooleanField()) for one in conditions]
        names = [f"fits_{number}" for number in range(len(found))]
        # What nothing can fit is a NULL of no type.
        counts = ", ".join(f"count(*) FILTER (WHERE {name}::boolean)" for name in names)
        template = f"(SELECT ARRAY[{counts}] FROM (%(subquery)s) AS counted ({', '.join(names)}))"  # noqa: S608 - nothing of it comes from outside
        super().__init__(rows.values_list(*found), template=template)
