"""Counting no further than somebody reads."""

from django.db import models
from django.db.models import Subquery


class CappedCount(Subquery):
    """How many rows a subquery brings, up to its limit."""

    template = "(SELECT count(*) FROM (%(subquery)s) AS counted)"
    output_field = models.IntegerField()
