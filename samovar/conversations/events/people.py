"""Who takes part in a conversation, and who is kept out."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from samovar.conversations.events.base import ConversationEvent, InThread
from samovar.events.announcing import CustomerEvent


@dataclass(frozen=True, kw_only=True)
class SenderBlocked(CustomerEvent):
    """What comes from an address of the customer goes to spam from now on."""

    topic = "work"
    line = _("Blocked: what they write goes to spam")
    block_id: int


@dataclass(frozen=True, kw_only=True)
class SenderUnblocked(CustomerEvent):
    """What comes from an address of the customer is like any other mail again."""

    topic = "work"
    line = _("No longer blocked")
    block_id: int


@dataclass(frozen=True, kw_only=True)
class ParticipantAdmitted(ConversationEvent):
    """Somebody besides the customer gets our answers from now on."""

    topic = "work"
    in_thread = InThread.LINE
    line = _("%(who)s gets our answers from now on")
    who: str


@dataclass(frozen=True, kw_only=True)
class ParticipantDeclined(ConversationEvent):
    """Somebody who was named or wrote does not take part."""

    topic = "work"
    in_thread = InThread.LINE
    line = _("%(who)s gets no answers")
    who: str


@dataclass(frozen=True, kw_only=True)
class ColleagueMentioned(ConversationEvent):
    """A note (``message_id``) names a colleague."""

    line = _("A colleague is named in a note")
    message_id: int
    mentioned_id: int


@dataclass(frozen=True, kw_only=True)
class ConversationWatched(ConversationEvent):
    """Somebody is told what happens in the conversation from now on."""

    line = _("Watched")


@dataclass(frozen=True, kw_only=True)
class ConversationUnwatched(ConversationEvent):
    """Somebody is told no more of what happens in the conversation."""

    line = _("No longer watched")


@dataclass(frozen=True, kw_only=True)
class LoopSuspected(ConversationEvent):
    """Somebody opens so many conversations that a machine may be behind it: the next ones are collected in this one."""

    topic = "work"
    in_thread = InThread.LINE
    line = _("Many conversations from one address in a short time: what comes next is collected here")
