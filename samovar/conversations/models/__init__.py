"""Conversations, their messages and what hangs on them."""

from samovar.conversations.models.conversation import Conversation, ConversationRedirect
from samovar.conversations.models.draft import Draft
from samovar.conversations.models.inbox import Inbox
from samovar.conversations.models.message import Attachment, Message, Reference
from samovar.conversations.models.participant import Participant
from samovar.conversations.models.tag import ConversationTag, Tag

__all__ = [
    "Attachment",
    "Conversation",
    "ConversationRedirect",
    "ConversationTag",
    "Draft",
    "Inbox",
    "Message",
    "Participant",
    "Reference",
    "Tag",
]
