"""Whom to bring in: who knows about something, is there, and usually answers soon."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from samovar.accounts.models import Presence, Role, Topic, User
from samovar.conversations.models import Consultation, Conversation
from samovar.conversations.models.consultation import Ending
from samovar.lib import clock
from samovar.lib.layouts import other_layout
from samovar.lib.naming import has
from samovar.lib.text import search_key

MOST, MOST_WEIGHED = 8, 200
# What somebody does usually is told of their last answers, and of no fewer than three.
LAST, FEWEST, MOST_ANSWERS = 20, 3, 2000
LATELY = timedelta(days=180)
BY_PRESENCE = {Presence.HERE: 0, Presence.BUSY: 1, Presence.AWAY: 2}
WORD = re.compile(r"\w{3,}")
# Words are compared without their endings.
ENDING, SHORTEST = 2, 3
# In minutes; from then on hours are told, and days.
A_WHILE, DAY = 90, 24 * 60


@dataclass(frozen=True)
class Offer:
    """Somebody who could be brought in: ``fits`` says that they know about what the conversation is about.

    ``minutes`` is how long their answers usually take, None where nobody can tell; ``is_typed`` is not so of those
    whom one finds in the other layout of the keyboard only.
    """

    person: User
    topics: Sequence[str]
    minutes: int | None
    fits: bool
    is_asked: bool
    is_typed: bool = True

    @property
    def usually(self) -> str:
        """The same in words, "" where nobody can tell."""
        if self.minutes is None:
            return ""
        if self.minutes < A_WHILE:
            return _("usually answers in %(number)d min") % {"number": self.minutes}
        if self.minutes < 2 * DAY:
            return _("usually answers in %(number)d h") % {"number": round(self.minutes / 60)}
        days = round(self.minutes / DAY)
        return ngettext("usually answers in %(number)d day", "usually answers in %(number)d days", days) % {
            "number": days
        }


def offered(conversation: Conversation, typed: str, by: User, most: int = MOST) -> list[Offer]:
    """Return whom ``by`` could bring in, by topic or by name, whom one would take first at the top; three queries."""
    people = list(_candidates(conversation, typed, by)[:MOST_WEIGHED])
    usual = _usual([person.pk for person in people])
    about = _about(conversation)
    found = [
        Offer(
            person,
            topics := vars(person)["known"],
            usual.get(person.pk),
            any(fits(topic, about) for topic in topics),
            vars(person)["is_asked"],
            vars(person)["is_typed"],
        )
        for person in people
    ]
    return sorted(found, key=_order)[:most]


def usual_minutes(taken: Iterable[timedelta]) -> int | None:
    """Return how long answers usually take, in whole minutes, at least 1: the median of the last twenty.

    ``taken`` is how long each took, the newest first; None with fewer than three. The median, because an answer that
    waited over a week-end says nothing about the others.
    """
    seconds = [one.total_seconds() for one in list(taken)[:LAST]]
    return max(1, round(median(seconds) / 60)) if len(seconds) >= FEWEST else None


def fits(topic: str, about: str) -> bool:
    """Tell whether a topic is named in what a conversation is about, whatever the endings of its words.

    Every word of the topic with three or more letters has to be there; of a longer one the last two letters may differ.
    """
    words = WORD.findall(search_key(topic))
    there = WORD.findall(about)
    return bool(words) and all(any(other.startswith(_stem(word)) for other in there) for word in words)


def _stem(word: str) -> str:
    return word[: max(SHORTEST, len(word) - ENDING)]


def _candidates(conversation: Conversation, typed: str, by: User) -> QuerySet[User, Any]:
    own = Topic.objects.filter(people=OuterRef("pk"))
    asked = Consultation.objects.all().open().filter(conversation=conversation, expert=OuterRef("pk"))
    rows = User.objects.filter(is_active=True).exclude(pk=by.pk)
    if typed:
        rows = rows.annotate(is_typed=_meant(typed, own)).filter(Q(is_typed=True) | _meant(other_layout(typed), own))
    else:
        rows = rows.annotate(is_typed=Value(value=True)).filter(Exists(own) | Q(role=Role.EXPERT))
    known = ArraySubquery(own.order_by("name").values("name"))
    return rows.annotate(known=known, is_asked=Exists(asked)).order_by("sort_key", "pk")


def _meant(reading: str, topics: QuerySet[Topic]) -> Q:
    said = Q(email__startswith=reading.lower()) | Q(title__icontains=reading)
    return said | has(search_key(reading)) | Q(Exists(topics.filter(has(search_key(reading)))))


def _usual(people: Sequence[int]) -> dict[int, int]:
    rows = Consultation.objects.filter(expert__in=people, ending=Ending.ANSWERED, ended_at__gte=clock.now() - LATELY)
    taken = defaultdict(list)
    for row in rows.order_by("-ended_at").only("expert_id", "asked_at", "ended_at")[:MOST_ANSWERS]:
        taken[row.expert_id].append((row.ended_at or row.asked_at) - row.asked_at)
    found = {expert_id: usual_minutes(spans) for expert_id, spans in taken.items()}
    return {expert_id: minutes for expert_id, minutes in found.items() if minutes is not None}


def _about(conversation: Conversation) -> str:
    cause = conversation.cause.now if conversation.cause else None
    names = [str(cause), str(cause.parent or "")] if cause else []
    tags = conversation.tags.values_list("name", flat=True)
    return search_key(" ".join([*names, *tags, conversation.subject[:200]]))


def _order(offer: Offer) -> tuple[bool, bool, int, bool, int, str]:
    person, is_unknown = offer.person, offer.minutes is None
    nearness = BY_PRESENCE[person.presence]
    return (not offer.is_typed, not offer.fits, nearness, is_unknown, offer.minutes or 0, person.sort_key)
