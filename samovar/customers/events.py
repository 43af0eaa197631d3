"""What the customers app announces."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from samovar.events.announcing import CustomerEvent


@dataclass(frozen=True, kw_only=True)
class CustomerAdded(CustomerEvent):
    """Somebody became known to us."""

    topic = "facts"
    line = _("Became a customer")


@dataclass(frozen=True, kw_only=True)
class CustomerRenamed(CustomerEvent):
    """A member of staff corrected what we know of a customer."""

    topic = "facts"
    line = _("Details corrected")
    name: str
