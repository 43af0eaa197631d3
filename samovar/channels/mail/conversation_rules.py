"""By which sign a mail would find its conversation; the first one that it bears counts (mail.md B)."""

import re
from enum import StrEnum

from samovar.channels.mail.parsed import ParsedMail
from samovar.conversations.tokens import MARKER, OUR_ID


class ConversationRule(StrEnum):
    """The signs, the surest first. Whether a sign leads anywhere, only the database and the keys can tell."""

    REPLY_ADDRESS = "reply-address"
    OUR_MESSAGE_ID = "our-message-id"
    STORED_MESSAGE_ID = "stored-message-id"
    THREAD_INDEX = "thread-index"
    BODY_MARKER = "body-marker"
    SUBJECT_TAG = "subject-tag"
    SAME_SUBJECT = "same-subject"
    NEW = "new"


SUBJECT_TAG = re.compile(r"\[#(\d{1,12})\]")
# In the form that we sign now, and in one with a shorter signature, which leads nowhere any more.
REPLY_ADDRESS = re.compile(
    r".{1,64}\+c\.[0-9a-z]{1,13}(?:\.[0-9a-z]{1,6})?\.[a-z2-7]{16,26}@.*", re.IGNORECASE | re.DOTALL
)


def conversation_rule(mail: ParsedMail) -> ConversationRule:
    """Return the first sign that the mail bears, NEW if it bears none."""
    if any(REPLY_ADDRESS.fullmatch(address.strip()) for address in addresses_of(mail)):
        return ConversationRule.REPLY_ADDRESS
    named = [*mail.in_reply_to, *reversed(mail.references)]
    if any(OUR_ID.fullmatch(found.lower()) for found in named):
        return ConversationRule.OUR_MESSAGE_ID
    if named:
        return ConversationRule.STORED_MESSAGE_ID
    if mail.thread_root:
        return ConversationRule.THREAD_INDEX
    if MARKER.search(mail.text) or MARKER.search(mail.html):
        return ConversationRule.BODY_MARKER
    return ConversationRule.SUBJECT_TAG if tagged_number(mail.subject) else ConversationRule.NEW


def tagged_number(subject: str) -> int | None:
    """Return the number of a conversation that a subject names, as in "[#12345]"."""
    match = SUBJECT_TAG.search(subject)
    return int(match.group(1)) if match else None


def addresses_of(mail: ParsedMail) -> list[str]:
    """Return all addresses under which the mail may have come, those of its own header first."""
    return [*(person.address for person in (*mail.to, *mail.cc)), *mail.delivered_to]
