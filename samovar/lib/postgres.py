"""The embedded PostgreSQL of an installation (placeholder address until the supervisor below starts it)."""

from pathlib import Path
from typing import TypedDict


class Address(TypedDict):
    """Where a PostgreSQL listens, as Django's DATABASES wants it."""

    NAME: str
    USER: str
    PASSWORD: str
    HOST: str
    PORT: str


def embedded_address(home: Path) -> Address:
    """Return where the embedded cluster of ``home`` listens, whether it runs or not."""
    return {"NAME": "samovar", "USER": "samovar", "PASSWORD": "", "HOST": str(home / "run"), "PORT": "5432"}
