"""Running later reactions inside a test that commits nothing."""

from samovar.events.effects import installed
from samovar.events.models import Event


def run_later_reactions(since: int = 0) -> int:
    """Run the later reactions to all events after number ``since``, those that the reactions announce included.

    A worker would do so after the commit. Errors are raised. Returns the number of the last event, for the next call.
    """
    table = installed()
    while events := list(Event.objects.filter(pk__gt=since).order_by("pk")):
        for event in events:
            for module in table.modules:
                for reaction in table.later(module, event.kind):
                    reaction(event.as_event())
        since = events[-1].pk
    return since
