"""The record of service: what was said, by whom, and whose turn it is.

Nouns: Conversation, Message, Attachment, Participant, Inbox, Tag, Draft, Reference (ids of mail by which answers find
their conversation), ConversationRedirect. Announces MessageReceived, ReplyWritten, NoteAdded, ConversationOpened,
ConversationAssigned, ConversationFreed, ConversationGivenToTeam, ConversationResolved, ConversationReopened,
ConversationSnoozed, ConversationWoken, ConversationTagged, ConversationUntagged, ConversationDeleted,
ConversationRestored, MessageSent, MessageDeferred, MessageFailed, FailureDismissed.
"""
