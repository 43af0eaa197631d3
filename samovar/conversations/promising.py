"""Promises as screens show them: their moments in words, what can be chosen, what stands in the head of a thread."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import JSONObject
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from samovar.accounts.models import User
from samovar.conversations.models import Conversation, Promise
from samovar.conversations.models.promise import PromiseKind
from samovar.lib import clock
from samovar.lib.moments import PassedMoment, UnclearMoment, moment_of

MOST_SHOWN = 60
LONGEST = timedelta(days=366)
# As somebody would type them.
CHOICES = ("+1h", "today 17", "tomorrow 10")


class NoMoment(ValueError):
    """What was typed is no moment that can be promised; the text says why, in the reader's language."""


@dataclass(frozen=True)
class Choice:
    """A moment that can be taken without typing."""

    typed: str
    moment: datetime

    @property
    def words(self) -> str:
        """The moment in words."""
        return in_words(self.moment)


@dataclass(frozen=True)
class Line:
    """A promise, or a step, as the head of a thread shows it."""

    pk: int
    kind: str
    what: str
    due_at: datetime | None
    made_at: datetime
    owner: str
    owner_id: int | None
    is_done: bool

    @property
    def words(self) -> str:
        """What was promised, in words."""
        return self.what or str(PromiseKind(self.kind).label)

    @property
    def is_step(self) -> bool:
        """Whether only the team knows of it."""
        return self.kind == PromiseKind.STEP


def understood(typed: str) -> datetime:
    """Return the moment that the reader means by what they typed; raises NoMoment."""
    now = timezone.localtime(clock.now())
    try:
        moment = moment_of(typed, now)
    except UnclearMoment as error:
        raise NoMoment(_("Nobody can tell when that is. Write 15, tomorrow 10, fri 14 or in 2 h.")) from error
    except PassedMoment as error:
        raise NoMoment(_("This moment has passed. Choose a later one.")) from error
    if moment > now + LONGEST:
        raise NoMoment(_("Choose a moment within a year."))
    return moment


def choices() -> list[Choice]:
    """Return what can be chosen now without typing, the nearest first."""
    found = []
    for typed in CHOICES:
        try:
            found.append(Choice(typed, understood(typed)))
        except NoMoment:
            continue
    return sorted(found, key=lambda choice: choice.moment)


def in_words(moment: datetime) -> str:
    """Return a moment as somebody would say it: "today at 15:00"."""
    here, today = timezone.localtime(moment), timezone.localdate(clock.now())
    at = {"time": f"{here:%H:%M}", "day": formats.date_format(here, "D, j E" if here.year == today.year else "j E Y")}
    if here.date() == today:
        return _("today at %(time)s") % at
    if here.date() == today + timedelta(days=1):
        return _("tomorrow at %(time)s") % at
    return _("%(day)s at %(time)s") % at


def given_in(conversations: QuerySet[Conversation]) -> QuerySet[Promise]:
    """Return what customers were promised in conversations and is still to be kept, the nearest first."""
    found = Promise.objects.all().open().given().filter(conversation__in=conversations.order_by().values("pk"))
    return found.select_related("conversation", "owner").order_by("due_at", "pk")


def perhaps_kept(conversation: Conversation, by: User) -> Promise | None:
    """Return what the customer was promised and an answer of ``by`` may have kept: theirs first, then the nearest."""
    if conversation.promise_due_at is None:
        return None
    is_own = Case(When(owner=by, then=Value(0)), default=Value(1))
    found = Promise.objects.all().open().given().filter(conversation=conversation)
    return found.order_by(is_own, "due_at", "pk").first()


def rows_of(conversation: OuterRef) -> QuerySet[Promise, Any]:
    """Return the promises of a conversation that are open, and its steps, each as one value."""
    rows = Promise.objects.filter(conversation=conversation, withdrawn_at=None, broken_at=None)
    found = JSONObject(
        pk="id", kind="kind", what="what", due_at="due_at", made_at="made_at",
        owner="owner__name", owner_id="owner_id", kept_at="kept_at",
    )  # fmt: skip
    wanted = rows.filter(Q(kept_at=None) | Q(kind=PromiseKind.STEP))
    return wanted.order_by(F("position").asc(nulls_first=True), "due_at", "pk").values(found=found)[:MOST_SHOWN]


def open_lines(rows: Iterable[dict[str, Any]]) -> list[Line]:
    """Return those that have a moment and are still to be kept, the nearest first."""
    lines = [line for line in map(_line, rows) if line.due_at and not line.is_done]
    return sorted(lines, key=lambda line: (line.due_at or line.made_at, line.pk))


def steps(rows: Iterable[dict[str, Any]]) -> list[Line]:
    """Return the steps, in their order."""
    return [line for line in map(_line, rows) if line.is_step]


def _line(row: dict[str, Any]) -> Line:
    return Line(
        pk=row["pk"],
        kind=row["kind"],
        what=row["what"],
        due_at=datetime.fromisoformat(row["due_at"]) if row["due_at"] else None,
        made_at=datetime.fromisoformat(row["made_at"]),
        owner=row["owner"] or "",
        owner_id=row["owner_id"],
        is_done=row["kept_at"] is not None,
    )
