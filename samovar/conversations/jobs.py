"""Timed work on conversations."""

from samovar.conversations.models import Conversation
from samovar.jobs.registry import job
from samovar.lib import clock

AT_ONCE = 100


@job(every="1 minute")
def wake_snoozed() -> None:
    """Bring back into sight what was snoozed until now, all of it: most of it waits for nine o'clock."""
    due = Conversation.objects.all().due_to_wake(clock.now()).order_by("snoozed_until")
    while batch := list(due[:AT_ONCE]):
        for conversation in batch:
            conversation.wake_when_due()
