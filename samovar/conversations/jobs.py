"""Timed work on conversations."""

from samovar.conversations.models import Conversation
from samovar.jobs.registry import job
from samovar.lib import clock

AT_ONCE = 100


@job(every="1 minute")
def wake_snoozed() -> None:
    """Bring back into sight what was snoozed until now."""
    for conversation in Conversation.objects.all().due_to_wake(clock.now()).order_by("snoozed_until")[:AT_ONCE]:
        conversation.wake()
