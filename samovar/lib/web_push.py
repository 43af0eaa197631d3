"""Web Push: what a browser is told while no page is open, sealed so that the service in between reads nothing.

Sealing by RFC 8291 and RFC 8188 (``aes128gcm``, one record), who we are by RFC 8292 (VAPID, ES256). No network here.
"""

import base64
import hashlib
import hmac
import os
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from samovar.lib import secrets

PURPOSE = "push"
CURVE = ec.SECP256R1()
# Of a point in its long form, and of the secret that a browser makes.
POINT_BYTES, SECRET_BYTES, SALT_BYTES = 65, 16, 16
RECORD_BYTES = 4096
# One record less the head, the delimiter and the tag: what every service takes.
LONGEST = 3800
# RFC 8292 allows a day; a shorter word is of less use to who finds it.
GOOD_FOR = timedelta(hours=12)


class WrongKeys(ValueError):
    """What is said to be the keys of a browser is none."""


def public_key() -> str:
    """Return our public key as browsers want it when they subscribe; it is made at first use."""
    return encoded(_point(_ours().public_key()))


def voucher(endpoint: str, subject: str, now: datetime) -> str:
    """Return the header ``Authorization`` that says to the service of ``endpoint`` who sends."""
    parts = urlsplit(endpoint)
    claims = {"aud": f"{parts.scheme}://{parts.netloc}", "exp": int((now + GOOD_FOR).timestamp()), "sub": subject}
    return f"vapid t={jwt.encode(claims, _ours(), algorithm='ES256')}, k={public_key()}"


def check_keys(key: str, secret: str) -> None:
    """Raise WrongKeys unless both are what a browser gives: a point on the curve, and 16 bytes."""
    _their_key(key)
    if len(decoded(secret)) != SECRET_BYTES:
        raise WrongKeys


def sealed(text: bytes, key: str, secret: str) -> bytes:
    """Return ``text`` so that only the browser can read it that has given ``key`` and ``secret``; raises WrongKeys."""
    if len(text) > LONGEST:
        raise ValueError("It does not fit into one record.")
    return _sealed(text, _their_key(key), decoded(secret), ec.generate_private_key(CURVE), os.urandom(SALT_BYTES))


def encoded(content: bytes) -> str:
    """Return ``content`` in base64url without padding."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode("ascii")


def decoded(text: str) -> bytes:
    """Return what stands in base64url; raises WrongKeys."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError as error:
        raise WrongKeys from error


def _sealed(
    text: bytes,
    theirs: ec.EllipticCurvePublicKey,
    secret: bytes,
    ours: ec.EllipticCurvePrivateKey,
    salt: bytes,
) -> bytes:
    sender = _point(ours.public_key())
    key, nonce = _keys(ours.exchange(ec.ECDH(), theirs), secret, _point(theirs), sender, salt)
    head = salt + RECORD_BYTES.to_bytes(4, "big") + bytes([len(sender)]) + sender
    # The byte 2 says that this record is the last.
    return head + AESGCM(key).encrypt(nonce, text + b"\x02", None)


def _keys(shared: bytes, secret: bytes, reader: bytes, sender: bytes, salt: bytes) -> tuple[bytes, bytes]:
    """Return the key and the nonce of the one record (RFC 8291, 3.4)."""
    start = _derived(secret, shared, b"WebPush: info\x00" + reader + sender, 32)
    key = _derived(salt, start, b"Content-Encoding: aes128gcm\x00", 16)
    return key, _derived(salt, start, b"Content-Encoding: nonce\x00", 12)


def _derived(salt: bytes, start: bytes, info: bytes, length: int) -> bytes:
    """Return HKDF-SHA-256 of at most 32 bytes (RFC 5869)."""
    drawn = hmac.new(salt, start, hashlib.sha256).digest()
    return hmac.new(drawn, info + b"\x01", hashlib.sha256).digest()[:length]


def _their_key(key: str) -> ec.EllipticCurvePublicKey:
    return _public(decoded(key))


def _public(point: bytes) -> ec.EllipticCurvePublicKey:
    if len(point) != POINT_BYTES:
        raise WrongKeys
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(CURVE, point)
    except ValueError as error:
        raise WrongKeys from error


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _ours() -> ec.EllipticCurvePrivateKey:
    found = load_pem_private_key(secrets.kept(PURPOSE, _made).encode("ascii"), None)
    # Only this kind is made here.
    assert isinstance(found, ec.EllipticCurvePrivateKey)
    return found


def _made() -> str:
    made = ec.generate_private_key(CURVE)
    return made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode("ascii")
