"""By which sign a mail would find its conversation; the first one that it bears counts (mail.md B)."""

import re
from enum import StrEnum

from samovar.channels.mail.parsed import ParsedMail
from samovar.conversations.tokens import OUR_ID, find_reply_token


class ConversationRule(StrEnum):
    """The signs, the surest first. Whether a sign leads anywhere, only the database and the keys can tell."""

    REPLY_ADDRESS = "reply-address"
    OUR_MESSAGE_ID = "our-message-id"
    STORED_MESSAGE_ID = "stored-message-id"
    THREAD_INDEX = "thread-index"
    SUBJECT_TAG = "subject-tag"
    NEW = "new"


SUBJECT_TAG = re.compile(r"\[#\d{1,12}\]")


def conversation_rule(mail: ParsedMail) -> ConversationRule:
    """Return the first sign that the mail bears, NEW if it bears none."""
    if find_reply_token(addresses_of(mail)):
        return ConversationRule.REPLY_ADDRESS
    named = [*mail.in_reply_to, *reversed(mail.references)]
    if any(OUR_ID.fullmatch(found.lower()) for found in named):
        return ConversationRule.OUR_MESSAGE_ID
    if named:
        return ConversationRule.STORED_MESSAGE_ID
    if mail.thread_root:
        return ConversationRule.THREAD_INDEX
    return ConversationRule.SUBJECT_TAG if SUBJECT_TAG.search(mail.subject) else ConversationRule.NEW


def addresses_of(mail: ParsedMail) -> list[str]:
    """Return all addresses under which the mail may have come, those of its own header first."""
    return [*(person.address for person in (*mail.to, *mail.cc)), *mail.delivered_to]
