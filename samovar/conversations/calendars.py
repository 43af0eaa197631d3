"""By which working hours a conversation counts: its team's, else those of the reader's first team or of the company.

"First" is by name; a team without hours of its own works as the company does.
"""

from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, JSONObject

from samovar.accounts.models import Calendar, Team, User
from samovar.accounts.working_hours import as_hours
from samovar.conversations.models import Conversation
from samovar.lib.business_time import Hours


def calendar_for(user: User) -> QuerySet[Calendar, Any]:
    """Return, as a subquery of conversations, what ``hours_of`` reads."""
    first = Team.objects.all().in_use().filter(members=user).order_by("name", "pk").values("pk")[:1]
    team = Coalesce(OuterRef("team"), Subquery(first))
    found = Calendar.objects.filter(Q(team=team) | Q(is_default=True)).order_by("is_default")
    return found.values(found=JSONObject(zone="time_zone", week="week"))[:1]


def hours_of(found: dict[str, Any] | None) -> Hours:
    """Return the hours that a subquery has found; the usual ones, where the reader is, while nobody has decided."""
    return as_hours(found["week"], found["zone"]) if found else Calendar.usual().hours


def hours_for(conversation: Conversation, user: User) -> Hours:
    """Return by which hours ``user`` counts in a conversation; one query."""
    return calendar_of(conversation, user).hours


def calendar_of(conversation: Conversation, user: User) -> Calendar:
    """Return, not to be stored, the calendar by which ``user`` counts in a conversation; one query."""
    rows = Conversation.objects.filter(pk=conversation.pk).order_by()
    found = rows.values_list(Subquery(calendar_for(user)), flat=True).first()
    return Calendar(time_zone=found["zone"], week=found["week"]) if found else Calendar.usual()
