"""Settings from the environment: a few small readers, each naming the variable it could not understand."""

import ipaddress
import os
from pathlib import Path

from samovar.lib.errors import Trouble

TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS = frozenset({"0", "false", "no", "off", ""})
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class WrongSetting(Trouble):
    """A variable of the environment has a value that cannot be used; the text says which one and how to mend it."""


def text(name: str, default: str = "") -> str:
    """Return the variable ``name`` without surrounding spaces, or ``default`` when it is missing or empty."""
    return os.environ.get(name, "").strip() or default


def number(name: str, default: int, least: int = 0, most: int = 2**31) -> int:
    """Return the variable ``name`` as a whole number; raises WrongSetting outside ``least`` … ``most``."""
    raw = text(name, str(default))
    try:
        value = int(raw)
    except ValueError:
        value = least - 1
    if not least <= value <= most:
        raise WrongSetting(f"{name} is {raw!r}. Set it to a whole number from {least} to {most}, or leave it out.")
    return value


def flag(name: str, default: bool) -> bool:
    """Return the variable ``name`` as yes or no; raises WrongSetting for any other word."""
    raw = text(name, "yes" if default else "no").lower()
    if raw in TRUE_WORDS:
        return True
    if raw in FALSE_WORDS:
        return False
    raise WrongSetting(f"{name} is {raw!r}. Set it to yes or no, or leave it out.")


def networks(name: str) -> list[Network]:
    """Return the addresses and networks that the variable ``name`` lists; raises WrongSetting for anything else."""
    found: list[Network] = []
    for entry in text(name).replace(",", " ").split():
        try:
            found.append(ipaddress.ip_network(entry, strict=False))
        except ValueError:
            raise WrongSetting(
                f"{name} holds {entry!r}. Write addresses and networks with blanks between: 10.0.0.5 10.0.0.0/24."
            ) from None
    return found


def home() -> Path:
    """Return the folder of this installation (``SAMOVAR_HOME``), made absolute; it need not exist yet."""
    return Path(text("SAMOVAR_HOME", str(_default_home()))).expanduser().absolute()


def _default_home() -> Path:
    # The embedded PostgreSQL never runs as root; its system user cannot enter root's home.
    return Path("/var/lib/samovar") if os.geteuid() == 0 else Path.home() / ".local" / "share" / "samovar"
