"""What was brought together by hand, and what was taken apart; each is told in both conversations."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from samovar.conversations.events.base import ConversationEvent, InThread


@dataclass(frozen=True, kw_only=True)
class Regrouped(ConversationEvent):
    """Messages came or went: ``other_id`` is the other conversation, ``regrouping_id`` the row that can undo it.

    ``waiting_since`` is since when the customer waits for an answer to what came.
    """

    in_thread = InThread.LINE
    other_id: int
    regrouping_id: int
    waiting_since: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class ConversationMerged(Regrouped):
    """Another conversation was merged into this one."""

    topic = "work"
    line = _("Merged with #%(other_id)s")


@dataclass(frozen=True, kw_only=True)
class ConversationMergedAway(Regrouped):
    """This conversation was merged into another one."""

    line = _("Merged into #%(other_id)s")


@dataclass(frozen=True, kw_only=True)
class ConversationSplit(Regrouped):
    """Some of its messages became a conversation of their own."""

    topic = "work"
    line = _("Split: some messages are now #%(other_id)s")


@dataclass(frozen=True, kw_only=True)
class ConversationSplitOff(Regrouped):
    """This conversation was made of messages of another one."""

    line = _("Split off from #%(other_id)s")


@dataclass(frozen=True, kw_only=True)
class MessageMovedAway(Regrouped):
    """A message of this conversation stands in another one now."""

    line = _("A message was moved to #%(other_id)s")


@dataclass(frozen=True, kw_only=True)
class MessageMoved(Regrouped):
    """A message of another conversation stands in this one now."""

    topic = "work"
    line = _("A message was moved here from #%(other_id)s")


@dataclass(frozen=True, kw_only=True)
class MergeUndone(Regrouped):
    """Two conversations that were merged are two again."""

    topic = "work"
    line = _("Merge undone: apart from #%(other_id)s again")


@dataclass(frozen=True, kw_only=True)
class MoveUndone(Regrouped):
    """A message that was moved is back where it was."""

    topic = "work"
    line = _("Move undone: a message went back (#%(other_id)s)")
