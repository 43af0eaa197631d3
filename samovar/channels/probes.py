"""Mails that we write to ourselves to learn what a mailbox does. They never become messages.

They are known by a mark that only this installation can make; nobody outside ever gets to see one.
"""

import base64
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass

from samovar.channels.mail.addresses import Address
from samovar.channels.mail.compose import Draft, compose
from samovar.channels.mail.headers import head_of
from samovar.conversations import signing, tokens

HEADER = "X-Samovar-Probe"
LOOKED_AT_BYTES = 64_000
MARK = re.compile(rb"^X-Samovar-Probe:\s*([0-9a-f]{16})\.([a-z2-7]{26})\s*$", re.MULTILINE | re.IGNORECASE)
# A server that could not deliver one sends it back, enclosed.
IS_REPORT = re.compile(rb"^Content-Type:\s*multipart/report\b", re.MULTILINE | re.IGNORECASE)
RETURN_PATH = re.compile(rb"^Return-Path:\s*<?([^<>\s]*)>?\s*$", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True)
class Probe:
    """One mail to ourselves: from whom and to whom on the envelope, and its bytes."""

    number: str
    sender: str
    recipient: str
    content: bytes


def bounce_probe(address: str, subject: str, text: str) -> Probe:
    """Return a mail to ``address`` that leaves under a bounce address of its own (VERP)."""
    number = secrets.token_hex(8)
    return Probe(number, plus(address, f"b.test.{number}"), address, _written(address, number, subject, text))


def heartbeat_probe(address: str, subject: str, text: str) -> Probe:
    """Return a mail from ``address`` to itself."""
    number = secrets.token_hex(8)
    return Probe(number, address, address, _written(address, number, subject, text))


def reply_probe(address: str, subject: str, text: str) -> Probe:
    """Return a mail from ``address`` to an answer address of its own."""
    number = secrets.token_hex(8)
    return Probe(number, address, plus(address, f"c.test.{number}"), _written(address, number, subject, text))


def plus(address: str, tag: str) -> str:
    """Return ``name+tag@domain``."""
    name, _at, domain = address.rpartition("@")
    return f"{name}+{tag}@{domain}"


def number_of(content: bytes) -> str:
    """Return which mail to ourselves this is, or encloses because it came back; empty when it is none."""
    start = content[:LOOKED_AT_BYTES]
    if HEADER.encode() not in start:
        return ""
    head = head_of(start)
    looked_at = start if IS_REPORT.search(head) else head
    return next((found[1].decode() for found in MARK.finditer(looked_at) if _is_ours(found[1], found[2])), "")


def is_test_mail(content: bytes) -> bool:
    """Whether a mail is one that we wrote to ourselves; such a mail is kept and becomes no message."""
    return bool(number_of(content))


def return_path(content: bytes) -> str | None:
    """Return whom the envelope named as the sender when the mail arrived, None when nobody noted it."""
    found = RETURN_PATH.search(head_of(content))
    return found[1].decode("ascii", "replace").lower() if found else None


def _written(address: str, number: str, subject: str, text: str) -> bytes:
    _name, _at, domain = address.rpartition("@")
    me = Address("", address)
    mark = f"{number}.{_mac(signing.keys()[0], number.encode())}"
    extra = {HEADER: mark, "Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
    domain = domain.encode("idna").decode("ascii")
    return compose(
        Draft(from_=me, to=(me,), subject=subject, text=text, message_id=f"test.{number}@{domain}", extra=extra)
    )


def _is_ours(number: bytes, mac: bytes) -> bool:
    believed = signing.keys()
    return any(hmac.compare_digest(_mac(key, number.lower()), mac.decode().lower()) for key in believed)


def _mac(key: tokens.Key, number: bytes) -> str:
    digest = hmac.new(key.secret, b"probe:%d:" % key.version + number, hashlib.sha256).digest()
    return base64.b32encode(digest)[:26].decode("ascii").lower()
