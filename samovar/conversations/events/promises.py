"""What was promised, and what became of it."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from samovar.conversations.events.base import ConversationEvent, InThread


@dataclass(frozen=True, kw_only=True)
class PromiseEvent(ConversationEvent):
    """Something became of a promise; ``promise_kind`` and ``what`` as Promise has them, ``due_at`` its moment now."""

    promise_id: int
    promise_kind: str
    what: str = ""
    due_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class PromiseMade(PromiseEvent):
    """We said that we would do something by a moment, or wrote down a step of our own work."""

    topic = "work"
    in_thread = InThread.LINE
    line = _("Something was promised")
    owner_id: int | None


@dataclass(frozen=True, kw_only=True)
class PromiseKept(PromiseEvent):
    """What was promised is done; ``is_late`` says that its moment had passed."""

    topic = "work"
    in_thread = InThread.LINE
    line = _("A promise was kept")
    is_late: bool


@dataclass(frozen=True, kw_only=True)
class PromiseMoved(PromiseEvent):
    """Another moment was agreed on; ``due_before`` is the one before."""

    topic = "work"
    in_thread = InThread.LINE
    line = _("Another moment for a promise")
    due_before: datetime | None


@dataclass(frozen=True, kw_only=True)
class PromiseHandedOver(PromiseEvent):
    """Somebody else keeps it from now on, or nobody (None) because whoever did has left."""

    topic = "work"
    in_thread = InThread.LINE
    line = _("A promise was handed over")
    owner_id: int | None
    owner_name: str = ""


@dataclass(frozen=True, kw_only=True)
class PromiseBroken(PromiseEvent):
    """Somebody said that it will not be kept; ``breach`` as Promise.breach."""

    topic = "work"
    in_thread = InThread.LINE
    line = _("A promise will not be kept")
    breach: str


@dataclass(frozen=True, kw_only=True)
class PromiseWithdrawn(PromiseEvent):
    """It was made by mistake, or is not needed any more."""

    topic = "work"
    in_thread = InThread.LINE
    line = _("A promise is not needed any more")


@dataclass(frozen=True, kw_only=True)
class PromiseReopened(PromiseEvent):
    """It turned out that it is still to be kept."""

    topic = "work"
    in_thread = InThread.LINE
    line = _("A promise is open again")


@dataclass(frozen=True, kw_only=True)
class PromiseDue(PromiseEvent):
    """A promise comes due in 20 minutes, or is late (``is_late``); each is announced once for each moment."""

    line = _("A promise is due")
    owner_id: int | None
    is_late: bool
