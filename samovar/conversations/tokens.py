"""Addresses and ids that only we can have made: by them an answer finds its conversation."""

import base64
import hashlib
import hmac
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

MAC_LENGTH = 16
LONGEST_LOCAL_PART = 64
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"

REPLY_LOCAL_PART = re.compile(r"(.{1,64})\+c\.([0-9a-z]{1,13})\.([a-z2-7]{16})", re.DOTALL)
OUR_ID = re.compile(r"m\.([0-9a-z]{1,13})\.([a-z2-7]{16})@([^\s@]{1,255})")


@dataclass(frozen=True)
class Key:
    """A secret with its number; the newest signs, and the one before it is still believed."""

    version: int
    secret: bytes


@dataclass(frozen=True)
class ReplyToken:
    """A signed reply address that somebody wrote to. Worth nothing before it is checked."""

    inbox_address: str
    conversation_id: int
    mac: str

    def recipient(self, candidates: Iterable[int], keys: Collection[Key]) -> int | None:
        """Return whose address it is among ``candidates`` (ids of recipients), None when it is nobody's."""
        found = None
        for recipient_id in candidates:
            for key in keys:
                if hmac.compare_digest(_reply_mac(key, self.conversation_id, recipient_id), self.mac):
                    found = recipient_id
        return found


def reply_address(inbox_address: str, conversation_id: int, recipient_id: int, key: Key) -> str:
    """Return the address at which ``recipient_id`` answers in ``conversation_id``.

    ``local+c.<id in base 36>.<mac>@domain``. Raises ValueError when the inbox's own address is too long for that.
    """
    local, at, domain = inbox_address.rpartition("@")
    signed = f"{local}+c.{base36(conversation_id)}.{_reply_mac(key, conversation_id, recipient_id)}"
    if not at or not local or len(signed.encode()) > LONGEST_LOCAL_PART:
        raise ValueError("no signed reply address can be made of this inbox's address")
    return f"{signed}@{domain}"


def find_reply_token(addresses: Iterable[str]) -> ReplyToken | None:
    """Return the first signed reply address among ``addresses``, in whatever letters servers have turned it."""
    for address in addresses:
        local, _, domain = address.strip().lower().rpartition("@")
        if match := REPLY_LOCAL_PART.fullmatch(local):
            return ReplyToken(f"{match.group(1)}@{domain}", int(match.group(2), 36), match.group(3))
    return None


def message_id(message_pk: int, domain: str, key: Key) -> str:
    """Return the Message-ID of our message, without brackets: the same whenever it is made with the same key."""
    return f"m.{base36(message_pk)}.{_message_mac(key, message_pk)}@{domain}"


def our_message(found_id: str, keys: Collection[Key]) -> int | None:
    """Return which of our messages an id names, None when we did not make it."""
    match = OUR_ID.fullmatch(found_id.strip().strip("<>").lower())
    if match is None:
        return None
    message_pk = int(match.group(1), 36)
    is_ours = any(hmac.compare_digest(_message_mac(key, message_pk), match.group(2)) for key in keys)
    return message_pk if is_ours else None


def looks_like_our_message_id(found_id: str, domains: Collection[str]) -> bool:
    """Whether an id has the shape of ours and one of our domains; who has the key asks ``our_message``."""
    match = OUR_ID.fullmatch(found_id.lower())
    return match is not None and match.group(3) in {domain.lower() for domain in domains}


def base36(number: int) -> str:
    """Return a number that is not negative in digits and small letters."""
    if number < 0:
        raise ValueError("only numbers from 0 up are written in base 36")
    digits = ""
    while number or not digits:
        number, digit = divmod(number, 36)
        digits = DIGITS[digit] + digits
    return digits


def _reply_mac(key: Key, conversation_id: int, recipient_id: int) -> str:
    return _mac(key, f"reply:{key.version}:{conversation_id}:{recipient_id}")


def _message_mac(key: Key, message_pk: int) -> str:
    return _mac(key, f"message:{key.version}:{message_pk}")


def _mac(key: Key, text: str) -> str:
    digest = hmac.new(key.secret, text.encode("ascii"), hashlib.sha256).digest()
    return base64.b32encode(digest)[:MAC_LENGTH].decode("ascii").lower()
