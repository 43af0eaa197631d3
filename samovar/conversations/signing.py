"""The keys with which our addresses and Message-IDs are signed, and what is signed with them."""

from samovar.conversations.tokens import Key, message_id, reply_address
from samovar.lib import secrets


def keys() -> tuple[Key, ...]:
    """Return the keys that are believed, the one that signs first."""
    return (Key(1, secrets.key("reply").encode("ascii")),)


def signed_message_id(message_pk: int, address: str) -> str:
    """Return the Message-ID of our message, sent from ``address``."""
    return message_id(message_pk, address.rpartition("@")[2] or "samovar.invalid", keys()[0])


def signed_reply_address(address: str, conversation_id: int, customer_id: int) -> str:
    """Return the address at which the customer answers in this conversation; the plain one when none can be made."""
    try:
        return reply_address(address, conversation_id, customer_id, keys()[0])
    except ValueError:
        return address
