"""Signed names that find their way back: our Message-IDs."""

import base64
import hashlib
import hmac

from samovar.lib import secrets


def message_id(message_pk: int, address: str) -> str:
    """Return the Message-ID (without brackets) of the message with this key, sent from ``address``."""
    domain = address.rpartition("@")[2] or "samovar.invalid"
    mac = hmac.new(secrets.key("reply").encode(), f"m{message_pk}".encode(), hashlib.sha256).digest()
    return f"m.{message_pk}.{base64.b32encode(mac)[:16].decode().lower()}@{domain}"
