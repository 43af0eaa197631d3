"""The addresses of this installation: read once for many mails."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from samovar.conversations.models import Inbox


@dataclass(frozen=True)
class OwnAddresses:
    """All addresses that lead to an inbox of ours, archived ones included, as they were at one moment."""

    by_inbox: Mapping[int, tuple[str, ...]]

    def of(self, inbox_id: int) -> tuple[str, ...]:
        """Return the addresses of an inbox, the main one first."""
        return self.by_inbox.get(inbox_id, ())

    @cached_property
    def all(self) -> frozenset[str]:
        """All of them, in small letters."""
        return frozenset(address.lower() for addresses in self.by_inbox.values() for address in addresses)


def own_addresses() -> OwnAddresses:
    """Return the addresses of all inboxes, by one query."""
    found: dict[int, list[str]] = {}
    for pk, main, other in Inbox.objects.order_by("pk", "others__pk").values_list("pk", "address", "others__address"):
        found.setdefault(pk, [main] if main else []).extend([other] if other else [])
    return OwnAddresses({pk: tuple(addresses) for pk, addresses in found.items()})
