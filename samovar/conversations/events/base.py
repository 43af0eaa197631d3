"""What every event of a conversation has."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from samovar.events.announcing import CustomerEvent


class InThread(StrEnum):
    """How an event stands in the thread of its conversation: not at all, as its message, or as a line of its own."""

    ABSENT = ""
    MESSAGE = "message"
    LINE = "line"


@dataclass(frozen=True, kw_only=True)
class ConversationEvent(CustomerEvent):
    """Something happened in a conversation; ``title`` is its subject."""

    in_thread: ClassVar[InThread] = InThread.ABSENT

    conversation_id: int
    title: str = ""


def kinds_in_thread(place: InThread) -> list[str]:
    """Return the kinds of events that stand so in a thread."""
    return [kind.__name__ for kind in _all_of(ConversationEvent) if kind.in_thread == place]


def kinds_of(family: type[ConversationEvent]) -> list[str]:
    """Return the kinds of events that are of one family."""
    return [kind.__name__ for kind in _all_of(family)]


def _all_of(kind: type[ConversationEvent]) -> list[type[ConversationEvent]]:
    return [kind, *(found for below in kind.__subclasses__() for found in _all_of(below))]
