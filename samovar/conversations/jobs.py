"""Timed work on conversations."""

from datetime import timedelta

from samovar.conversations.models import Conversation
from samovar.conversations.tidying import throw_away_files
from samovar.jobs.registry import job
from samovar.lib import clock

AT_ONCE = 100
# Whoever comes back from a week away still finds what they had uploaded.
KEPT_FOR = timedelta(days=7)


@job(every="1 minute")
def wake_snoozed() -> None:
    """Bring back into sight what was snoozed until now, all of it: most of it waits for nine o'clock."""
    due = Conversation.objects.all().due_to_wake(clock.now()).order_by("snoozed_until")
    while batch := list(due[:AT_ONCE]):
        for conversation in batch:
            conversation.wake_when_due()


@job(every="1 hour", lease="10 minutes")
def tidy_files() -> None:
    """Throw away what was uploaded and never sent."""
    while throw_away_files(clock.now() - KEPT_FOR, AT_ONCE):
        pass
