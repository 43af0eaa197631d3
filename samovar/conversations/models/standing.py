"""Where open work stands, as conditions: each list of it filters by one, and one pass over all of it counts by many.

Each is about what is open. What they ask of the row itself is all in the index ``conversation_standing``.
"""

from django.db.models import Q

from samovar.accounts.models import User
from samovar.conversations.models.pending import PendingReply

# Not settled, with people on the other side.
OPEN = Q(kind="human", resolved_at=None)
IN_SIGHT = Q(snoozed_until=None)
SNOOZED = Q(snoozed_until__isnull=False)
UNASSIGNED = IN_SIGHT & Q(assignee=None)
WAITS_FOR_CUSTOMER = IN_SIGHT & Q(waiting_since=None)
# Nobody waits and something was not seen: back from snooze, or told by a machine.
TO_LOOK_AT = WAITS_FOR_CUSTOMER & Q(is_unread=True)


def needs_reply() -> Q:
    """Return that a customer waits for us, in sight now; not while our answer is leaving."""
    # As a list and not row by row: there are never many.
    leaving = PendingReply.objects.leaving().order_by().values("conversation")
    return IN_SIGHT & Q(waiting_since__isnull=False) & ~Q(pk__in=leaving)


def of_user(user: User) -> Q:
    """Return that ``user`` answers for it."""
    return IN_SIGHT & Q(assignee=user)


def of_teams_of(user: User) -> Q:
    """Return that a team of ``user`` answers for it."""
    return IN_SIGHT & Q(team__in=User.teams.through.objects.filter(user=user).values("team"))
