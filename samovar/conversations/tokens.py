"""Addresses, marks and ids that only we can have made: by them an answer finds its conversation.

What lets somebody write into a conversation bears 130 bits and the day on which it was made, and is believed for half
a year. A Message-ID lets nobody do anything by itself: whoever names one must also be known there.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

TOKEN_MAC_LENGTH, ID_MAC_LENGTH = 26, 16
DAYS_BELIEVED = 180
LONGEST_LOCAL_PART = 64
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"

SIGNED = r"([0-9a-z]{1,13})\.([0-9a-z]{1,6})\.([a-z2-7]{26})"
REPLY_LOCAL_PART = re.compile(r"(.{1,64})\+c\." + SIGNED, re.DOTALL)
FORWARD_LOCAL_PART = re.compile(r"(.{1,64})\+f\." + SIGNED, re.DOTALL)
MARKER = re.compile(r"\{#c:" + SIGNED + r"#\}", re.IGNORECASE)
# More than anybody writes to at once, and few enough to be checked for nothing.
MOST_TOKENS = 20
BOUNCE_LOCAL_PART = re.compile(r"(.{1,64})\+b\.([0-9a-z]{1,13})\.([a-z2-7]{26})", re.DOTALL)
OUR_ID = re.compile(r"m\.([0-9a-z]{1,13})\.([a-z2-7]{16})@([^\s@]{1,255})")


@dataclass(frozen=True)
class Key:
    """A secret with its number; the newest signs, and the one before it is still believed."""

    version: int
    secret: bytes


@dataclass(frozen=True)
class Token:
    """A number that somebody claims we have signed on a day (counted from 1970). Worth nothing before it is checked."""

    number: int
    day: int
    mac: str

    def is_signed(self, purpose: str, keys: Collection[Key], recipient_id: int | None = None) -> bool:
        """Whether one of our keys made it for this purpose (and for this recipient)."""
        macs = (_token_mac(key, purpose, self.number, self.day, recipient_id) for key in keys)
        return any(hmac.compare_digest(mac, self.mac) for mac in macs)

    def is_believed_on(self, day: int) -> bool:
        """Whether it is not too old on a day; clocks may differ by a day, and what is younger we have never made."""
        return -1 <= day - self.day <= DAYS_BELIEVED


@dataclass(frozen=True)
class ReplyToken:
    """A signed reply address that somebody wrote to. Worth nothing before it is checked."""

    inbox_address: str
    token: Token

    @property
    def conversation_id(self) -> int:
        """The conversation that it names."""
        return self.token.number

    def recipient(self, candidates: Iterable[int], keys: Collection[Key]) -> int | None:
        """Return whose address it is among ``candidates`` (ids of recipients), None when it is nobody's."""
        found = None
        for recipient_id in candidates:
            if self.token.is_signed("reply", keys, recipient_id):
                found = recipient_id
        return found


@dataclass(frozen=True)
class BounceToken:
    """A return address of ours that a mail came back to. Worth nothing before it is checked."""

    inbox_address: str
    delivery_id: int
    mac: str

    def is_ours(self, keys: Collection[Key]) -> bool:
        """Whether we made it."""
        return any(hmac.compare_digest(_bounce_mac(key, self.delivery_id), self.mac) for key in keys)


def day_of(at: datetime) -> int:
    """Return the number of the day of a moment, counted from 1970 in UTC."""
    return int(at.timestamp() // 86_400)


def reply_address(inbox_address: str, conversation_id: int, recipient_id: int, key: Key, day: int) -> str:
    """Return the address at which ``recipient_id`` answers in ``conversation_id``.

    ``local+c.<id>.<day>.<mac>@domain``, numbers in base 36. Raises ValueError when the inbox's own address is too long
    for that.
    """
    return _signed_address(inbox_address, f"c.{_signed(key, 'reply', conversation_id, day, recipient_id)}")


def forward_address(inbox_address: str, user_id: int, key: Key, day: int) -> str:
    """Return the address to which one member of staff, and nobody else, passes on what customers wrote to them.

    Raises ValueError as reply_address() does.
    """
    return _signed_address(inbox_address, f"f.{_signed(key, 'forward', user_id, day)}")


def find_reply_tokens(addresses: Iterable[str]) -> list[ReplyToken]:
    """Return the signed reply addresses among ``addresses``, in whatever letters servers have turned them.

    There may be several: who answers all of a long exchange writes to each address that we ever answered from.
    """
    found = {}
    for address in addresses:
        local, _, domain = address.strip().lower().rpartition("@")
        if match := REPLY_LOCAL_PART.fullmatch(local):
            found[ReplyToken(f"{match.group(1)}@{domain}", _token(match.groups()[1:]))] = True
    return list(found)[:MOST_TOKENS]


def find_forward_token(addresses: Iterable[str]) -> Token | None:
    """Return what the first forward address among ``addresses`` bears: ``number`` is the member of staff."""
    for address in addresses:
        if match := FORWARD_LOCAL_PART.fullmatch(address.strip().lower().rpartition("@")[0]):
            return _token(match.groups()[1:])
    return None


def marker(conversation_id: int, key: Key, day: int) -> str:
    """Return the mark in the text of a letter by which its answer is known where servers rewrite all ids."""
    return f"{{#c:{_signed(key, 'marker', conversation_id, day)}#}}"


def find_marker(text: str) -> Token | None:
    """Return what the first mark in a text bears: ``number`` is the conversation."""
    match = MARKER.search(text)
    return _token(match.groups()) if match else None


def bounce_address(inbox_address: str, delivery_id: int, key: Key) -> str:
    """Return the address to which delivery ``delivery_id`` comes back when it does not arrive.

    ``local+b.<id in base 36>.<mac>@domain``. Raises ValueError when the inbox's own address is too long for that.
    """
    return _signed_address(inbox_address, f"b.{base36(delivery_id)}.{_bounce_mac(key, delivery_id)}")


def find_bounce_token(addresses: Iterable[str]) -> BounceToken | None:
    """Return the first return address of ours among ``addresses``, in whatever letters servers have turned it."""
    for address in addresses:
        local, _, domain = address.strip().lower().rpartition("@")
        if match := BOUNCE_LOCAL_PART.fullmatch(local):
            return BounceToken(f"{match.group(1)}@{domain}", int(match.group(2), 36), match.group(3))
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


def _signed_address(address: str, extension: str) -> str:
    local, at, domain = address.rpartition("@")
    signed = f"{local}+{extension}"
    if not at or not local or len(signed.encode()) > LONGEST_LOCAL_PART:
        raise ValueError("no signed reply address can be made of this inbox's address")
    return f"{signed}@{domain}"


def _signed(key: Key, purpose: str, number: int, day: int, recipient_id: int | None = None) -> str:
    return f"{base36(number)}.{base36(day)}.{_token_mac(key, purpose, number, day, recipient_id)}"


def _token(groups: Sequence[str]) -> Token:
    number, day, mac = groups
    return Token(int(number, 36), int(day, 36), mac.lower())


def _token_mac(key: Key, purpose: str, number: int, day: int, recipient_id: int | None) -> str:
    recipient = "" if recipient_id is None else f":{recipient_id}"
    return _mac(key, f"{purpose}:{key.version}:{number}:{day}{recipient}")[:TOKEN_MAC_LENGTH]


def _bounce_mac(key: Key, delivery_id: int) -> str:
    return _mac(key, f"bounce:{key.version}:{delivery_id}")[:TOKEN_MAC_LENGTH]


def _message_mac(key: Key, message_pk: int) -> str:
    return _mac(key, f"message:{key.version}:{message_pk}")[:ID_MAC_LENGTH]


def _mac(key: Key, text: str) -> str:
    digest = hmac.new(key.secret, text.encode("ascii"), hashlib.sha256).digest()
    return base64.b32encode(digest).decode("ascii").lower()
