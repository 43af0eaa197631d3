"""What is personal in the log: the texts of an event; that it happened, and when, stays."""

from collections.abc import Sequence

from samovar.events.models import Cursor, Event, SetAside
from samovar.lib.personal import Personal, declare, declare_impersonal, harmless_facts


def _empty_facts(event_ids: Sequence[int]) -> None:
    """Take the texts out of the data of events, and out of what is said of their failures."""
    kept = harmless_facts()
    rows = list(Event.objects.filter(pk__in=event_ids))
    for row in rows:
        row.data = {name: fact if name in kept else _emptied(fact) for name, fact in row.data.items()}
    Event.objects.bulk_update(rows, ["data"])
    SetAside.objects.filter(event_id__in=event_ids).update(reason="")


def _emptied(fact: object) -> object:
    if isinstance(fact, list):
        return [_emptied(one) for one in fact]
    return "" if isinstance(fact, str) else fact


declare(
    Personal(
        Event,
        owners=["customer_id"],
        matters=["conversation_id"],
        emptied={"title": "", "preview": ""},
        # The data is emptied fact by fact.
        harmless=["kind", "data"],
        also=_empty_facts,
    )
)
declare_impersonal(Cursor, SetAside)
