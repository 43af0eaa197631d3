"""What the accounts app announces."""

from dataclasses import dataclass
from datetime import datetime

from samovar.events.announcing import DomainEvent


@dataclass(frozen=True, kw_only=True)
class StaffLeft(DomainEvent):
    """Somebody's account was switched off: they are signed out, and what they were to do is for others."""

    user_id: int


@dataclass(frozen=True, kw_only=True)
class StaffReturned(DomainEvent):
    """Somebody's account was switched on again."""

    user_id: int


@dataclass(frozen=True, kw_only=True)
class PresenceChanged(DomainEvent):
    """Somebody said that they are here, busy or away, why, and until when (None: until they say something else)."""

    user_id: int
    presence: str
    reason: str = ""
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class DeviceTried(DomainEvent):
    """Somebody wants to see whether a device of theirs is told."""

    subscription_id: int


@dataclass(frozen=True, kw_only=True)
class NoticesChanged(DomainEvent):
    """What somebody (``actor_id``) is told has become more or less: their open pages count anew."""
