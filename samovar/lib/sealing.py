"""Small secrets of others (mailbox passwords) kept in the database, sealed with a key that is not in it."""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken

from samovar.lib import secrets


class WrongSeal(Exception):
    """The text was sealed with another key: the secrets of this installation do not belong to its database."""


def sealed(text: str) -> bytes:
    """Return ``text`` encrypted and signed."""
    return _box().encrypt(text.encode())


def opened(content: bytes) -> str:
    """Return what was sealed; empty content is empty text. Raises WrongSeal."""
    if not content:
        return ""
    try:
        return _box().decrypt(content).decode()
    except InvalidToken as error:
        raise WrongSeal(
            "A stored password cannot be opened with the key in SAMOVAR_HOME/secrets. "
            "Put back the secrets of this database, or enter the password again."
        ) from error


def _box() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(secrets.key("seal").encode()).digest()))
