"""Whole conversations as another system, or an inventor, tells them: who did what, and when.

A story is a list of acts in the order of time; each act is one verb of ours (``tests/conversations/test_bulk.py`` runs
both side by side). ``conversations.bulk`` writes stories.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from samovar.accounts.models import User
from samovar.conversations.inbound import InboundFile, InboundMessage
from samovar.conversations.models import Cause, Tag
from samovar.conversations.models.snoozing import WakesOn


@dataclass(frozen=True, kw_only=True, eq=False)
class Act:
    """Something that was done at a moment; two acts are the same only when they are the same object."""

    at: datetime


@dataclass(frozen=True, kw_only=True, eq=False)
class Replied(Act):
    """``by`` answered the customer."""

    by: User
    text: str
    files: Sequence[InboundFile] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class Sent(Act):
    """The provider took ``reply``."""

    reply: Replied


@dataclass(frozen=True, kw_only=True, eq=False)
class Failed(Act):
    """``reply`` did not arrive."""

    reply: Replied
    reason: str


@dataclass(frozen=True, kw_only=True, eq=False)
class Received(Act):
    """The customer, or a machine in their name, wrote; ``at`` is ``inbound.at``. It may answer a reply of ours."""

    inbound: InboundMessage
    answers: Replied | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Noted(Act):
    """``by`` left a note for the team."""

    by: User
    text: str
    files: Sequence[InboundFile] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class Assigned(Act):
    """``by`` made ``to`` answer for the conversation, or nobody."""

    by: User
    to: User | None


@dataclass(frozen=True, kw_only=True, eq=False)
class Tagged(Act):
    """``by`` put ``tag`` on."""

    by: User
    tag: Tag


@dataclass(frozen=True, kw_only=True, eq=False)
class Untagged(Act):
    """``by`` took ``tag`` off."""

    by: User
    tag: Tag


@dataclass(frozen=True, kw_only=True, eq=False)
class Explained(Act):
    """``by`` said why the customer turned to us, or that nobody knows."""

    by: User
    cause: Cause | None


@dataclass(frozen=True, kw_only=True, eq=False)
class Snoozed(Act):
    """``by`` put the conversation out of sight until a moment, or until the customer writes what ``wakes_on`` says."""

    by: User
    until: datetime
    wakes_on: str = WakesOn.MORE


@dataclass(frozen=True, kw_only=True, eq=False)
class Woken(Act):
    """The conversation came back into sight; without ``by`` the clock did it, if it was due."""

    by: User | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Resolved(Act):
    """``by`` settled the matter."""

    by: User


@dataclass(frozen=True, kw_only=True, eq=False)
class Reopened(Act):
    """``by`` took the matter up again."""

    by: User


@dataclass(frozen=True, kw_only=True, eq=False)
class Read(Act):
    """Somebody of the team saw what stands there."""


@dataclass(frozen=True)
class Story:
    """One conversation from its first message on; the acts stand in the order of time and the first is Received."""

    acts: Sequence[Act]

    @property
    def opening(self) -> InboundMessage:
        """The message that opened the conversation."""
        first = self.acts[0]
        if not isinstance(first, Received):
            raise TypeError("A story begins with a message that came.")
        return first.inbound

    @property
    def mails(self) -> list[InboundMessage]:
        """All that came from outside."""
        return [act.inbound for act in self.acts if isinstance(act, Received)]
