"""The keys with which our addresses and Message-IDs are signed, and what is signed with them.

The keys lie beside the database: ``secrets/reply`` is number 1, ``reply-2`` number 2 and so on. The newest signs, the
one before it is still believed; a new key is taken up when Samovar starts.
"""

from datetime import datetime
from functools import cache

from samovar.conversations import tokens
from samovar.conversations.tokens import Key
from samovar.lib import clock, secrets

PURPOSE = "reply"
BELIEVED = 2
# Of inboxes without an address; nothing is ever sent from there.
NOWHERE = "samovar.invalid"


@cache
def keys() -> tuple[Key, ...]:
    """Return the keys that are believed, the one that signs first."""
    secrets.key(PURPOSE)
    found = secrets.versions(PURPOSE)
    return tuple(Key(version, found[version].encode("ascii")) for version in sorted(found, reverse=True)[:BELIEVED])


def signed_message_id(message_pk: int, address: str) -> str:
    """Return the Message-ID (without brackets) of our message, sent from ``address``."""
    return tokens.message_id(message_pk, _domain(address) or NOWHERE, keys()[0])


def signed_reply_address(address: str, conversation_id: int, identity_id: int, at: datetime) -> str:
    """Return the address at which the person at ``identity_id`` answers in this conversation what was written ``at``.

    It is bound to both, so that it proves nothing about others. The plain one when none can be made.
    """
    try:
        return tokens.reply_address(address, conversation_id, identity_id, keys()[0], tokens.day_of(at))
    except ValueError:
        return address


def marker(conversation_id: int, at: datetime) -> str:
    """Return the mark that the text of a letter bears which was written ``at``."""
    return tokens.marker(conversation_id, keys()[0], tokens.day_of(at))


def forward_address(address: str, user_id: int) -> str:
    """Return where a member of staff passes on mail of customers from today on; "" when no address can be made."""
    try:
        return tokens.forward_address(address, user_id, keys()[0], tokens.day_of(clock.now()))
    except ValueError:
        return ""


def signed_bounce_address(address: str, delivery_id: int) -> str:
    """Return the address to which a delivery comes back when it does not arrive; "" when none can be made."""
    try:
        return tokens.bounce_address(address, delivery_id, keys()[0])
    except ValueError:
        return ""


def _domain(address: str) -> str:
    """Return the domain of an address in the Latin form that servers look up."""
    domain = address.rpartition("@")[2].lower()
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return domain
