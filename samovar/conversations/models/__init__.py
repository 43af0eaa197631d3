"""Conversations, their messages and what hangs on them."""

from samovar.conversations.models.block import Block, SpamSign
from samovar.conversations.models.bulk import BulkItem, BulkRun
from samovar.conversations.models.cause import Cause
from samovar.conversations.models.consultation import Consultation
from samovar.conversations.models.conversation import Conversation, ConversationLink, ConversationRedirect
from samovar.conversations.models.draft import Beginning, Draft
from samovar.conversations.models.file_link import FileLink
from samovar.conversations.models.inbox import Inbox, InboxAddress
from samovar.conversations.models.leaving import LeftBehind
from samovar.conversations.models.macro import Macro, MacroKey, MacroUse
from samovar.conversations.models.mention import Mention
from samovar.conversations.models.message import Attachment, Message, Reference
from samovar.conversations.models.note_edit import NoteEdit
from samovar.conversations.models.participant import Participant
from samovar.conversations.models.pending import PendingReply
from samovar.conversations.models.promise import Promise
from samovar.conversations.models.regrouping import RegroupedRow, Regrouping
from samovar.conversations.models.reminder import Reminder
from samovar.conversations.models.retention import Retention
from samovar.conversations.models.saved_view import SavedView
from samovar.conversations.models.submission import Submission
from samovar.conversations.models.tag import ConversationTag, Tag
from samovar.conversations.models.watching import Watching
from samovar.conversations.models.withdrawal import Withdrawal

__all__ = [
    "Attachment",
    "Beginning",
    "Block",
    "BulkItem",
    "BulkRun",
    "Cause",
    "Consultation",
    "Conversation",
    "ConversationLink",
    "ConversationRedirect",
    "ConversationTag",
    "Draft",
    "FileLink",
    "Inbox",
    "InboxAddress",
    "LeftBehind",
    "Macro",
    "MacroKey",
    "MacroUse",
    "Mention",
    "Message",
    "NoteEdit",
    "Participant",
    "PendingReply",
    "Promise",
    "Reference",
    "RegroupedRow",
    "Regrouping",
    "Reminder",
    "Retention",
    "SavedView",
    "SpamSign",
    "Submission",
    "Tag",
    "Watching",
    "Withdrawal",
]
