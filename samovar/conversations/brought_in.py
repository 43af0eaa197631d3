"""Experts who were brought in, as the page of their conversation shows them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject
from django.utils.dateparse import parse_datetime

from samovar.accounts.models import User
from samovar.accounts.models.user import ANSWERING
from samovar.conversations.models import Consultation
from samovar.conversations.models.consultation import Ending
from samovar.lib import clock

MOST = 6
OF_PERSON = ("name", "role", "seen_at", "said_presence", "presence_until")
MOMENTS = ("asked_at", "due_at", "seen_at", "ended_at")


@dataclass(frozen=True)
class Brought:
    """An expert who is asked, or has handed it back with a line (``words``)."""

    pk: int
    expert: User
    question: str
    asked_by: str
    may_write: bool
    words: str
    asked_at: datetime
    due_at: datetime | None
    seen_at: datetime | None
    ended_at: datetime | None

    @property
    def is_late(self) -> bool:
        """Whether an answer was wanted by now."""
        return self.ended_at is None and self.due_at is not None and self.due_at <= clock.now()

    @property
    def can_take_it(self) -> bool:
        """Whether the conversation could be given to them."""
        return self.expert.role in ANSWERING


def rows_of_experts(own: OuterRef) -> QuerySet[Consultation, Any]:
    """Return what ``brought`` needs to know, as a subquery; those who are asked now come first."""
    shown = Q(ended_at=None) | Q(ending=Ending.HANDED_BACK)
    fields = ("question", "may_write", "words", *MOMENTS)
    person = {f"expert_{name}": f"expert__{name}" for name in OF_PERSON}
    found = JSONObject(pk="pk", id="expert_id", asked_by="asked_by__name", **person, **{one: one for one in fields})
    rows = Consultation.objects.filter(shown, conversation=own).order_by("ending", "-pk")
    return rows.values(found=found)[:MOST]


def brought(rows: Iterable[dict[str, Any]]) -> list[Brought]:
    """Return the experts that the subquery has found; of those who have handed it back the last one."""
    found = [_read(row) for row in rows]
    return [one for one in found if one.ended_at is None] + [one for one in found if one.ended_at][:1]


def _read(row: dict[str, Any]) -> Brought:
    person = {name: row.pop(f"expert_{name}") for name in OF_PERSON}
    for name in ("seen_at", "presence_until"):
        person[name] = person[name] and parse_datetime(person[name])
    expert = User(pk=row.pop("id"), **person)
    return Brought(**{**row, **{name: row[name] and parse_datetime(row[name]) for name in MOMENTS}, "expert": expert})
