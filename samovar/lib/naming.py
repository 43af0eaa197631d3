"""Finding things by a piece of what they are called, as it may be typed: with ё or е, in either layout."""

from django.db.models import Func, Q, TextField, Value
from django.db.models.functions import Lower, Replace
from django.db.models.lookups import Contains, StartsWith

from samovar.lib.layouts import readings
from samovar.lib.text import search_key


def called(text: str, column: str = "name") -> Q:
    """Return that ``text`` stands in a name, or what the same keys write in the other layout; "" stands in all."""
    found = Q()
    for reading in filter(None, readings(text)):
        found |= has(reading, column)
    return found


def has(reading: str, column: str = "name") -> Q:
    """Return that in a name stands what was read already."""
    return Q(Contains(_folded(column), reading))


def begins(reading: str, column: str = "name") -> Q:
    """Return that a name begins with what was read already."""
    return Q(StartsWith(_folded(column), reading))


def has_part(reading: str, column: str = "name") -> Q:
    """Return that another word of a name begins with what was read already."""
    return Q(Contains(_folded(column), f" {reading}"))


def farness(name: str, text: str) -> int:
    """Return how far behind a name stands among those that are ``called`` so, 0 for the first.

    First those of which a word begins with ``text``, then those in which it stands anywhere; in each of the two, those
    for which the keyboard was in the other layout come last.
    """
    typed, otherwise = (reading.replace("-", " ") for reading in readings(text))
    words = f" {search_key(name)}".replace("-", " ")
    steps = (f" {typed}", f" {otherwise}", typed)
    return next((step for step, part in enumerate(steps) if part in words), len(steps))


def _folded(column: str) -> Func:
    # As ``lib.text.search_key`` does it.
    return Replace(Lower(column), Value("ё"), Value("е"), output_field=TextField())
