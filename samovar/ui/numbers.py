"""How the number is written by which people name a thing."""

from django.utils.translation import gettext as _


def numbered(number: int) -> str:
    """Return a number with the sign of the reader's language before it."""
    return _("#%(number)s") % {"number": number}
