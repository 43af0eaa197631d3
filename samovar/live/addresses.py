"""Where the front finds the web processes, and where both keep what they need while they run."""

from pathlib import Path

from django.conf import settings

from samovar.lib import sockets


def web_socket(number: int) -> Path:
    """Return the socket of the web process ``number`` (from 1) of this installation."""
    return sockets.folder(settings.HOME) / f"web{settings.GENERATION or ''}-{number}.sock"


def web_sockets() -> list[Path]:
    """Return the sockets of all web processes of this installation."""
    return [web_socket(number) for number in range(1, settings.WEB_PROCESSES + 1)]


def spool_folder() -> Path:
    """Return the folder for the bodies on their way that are too large for the memory."""
    return Path(settings.HOME) / "spool"
