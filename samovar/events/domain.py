"""What an event is: a frozen dataclass in the past tense, which knows its kind and how a history words it."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from samovar.lib import clock

CAPITALS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
KINDS: dict[str, type["DomainEvent"]] = {}


class Visibility(models.IntegerChoices):
    """Who may see a line of the history."""

    CUSTOMER = 0, _("The customer and the staff")
    STAFF = 1, _("The staff")
    RESTRICTED = 2, _("Those who may see restricted matters")


@dataclass(frozen=True, kw_only=True)
class DomainEvent:
    """Something that happened. Its fields are ids, texts, numbers and moments, never rows."""

    line: ClassVar[str | Promise] = ""
    # The filter of a history under which the event is found; events without one are never shown as a line.
    topic: ClassVar[str] = ""

    at: datetime = field(default_factory=clock.now)
    actor_id: int | None = None
    visibility: Visibility = Visibility.STAFF
    title: str = ""
    preview: str = ""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        known = KINDS.setdefault(cls.__name__, cls)
        if known is not cls:
            raise TypeError(f"{cls.__name__} is already a kind of event in {known.__module__}; kinds are unique")


@dataclass(frozen=True, kw_only=True)
class CustomerEvent(DomainEvent):
    """Something that happened in the history of one customer."""

    customer_id: int


def words(kind: str) -> str:
    """Return a kind that no class knows any more as words: ``PhoneRang`` becomes ``Phone rang``."""
    return CAPITALS.sub(" ", kind).capitalize()
