"""The folder of the installation is ours, and its secrets are for us alone."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from samovar.operations.examining import Check, Finding, broken, warning, well


def look() -> Iterator[Finding]:
    """Look at the rights of the folder and of every secret."""
    home: Path = settings.HOME
    if not os.access(home, os.R_OK | os.W_OK | os.X_OK):
        yield broken(f"{home} cannot be written to.", "Give it to the user who runs Samovar, or set SAMOVAR_HOME.")
        return
    if stat.S_IMODE(home.stat().st_mode) & stat.S_IWOTH:
        yield warning(f"{home} can be written to by everybody on this machine.", f"chmod o-w '{home}'")
    folder = home / "secrets"
    open_ones = [path for path in (folder, *folder.glob("*")) if stat.S_IMODE(path.stat().st_mode) & 0o077]
    if open_ones:
        names = ", ".join(path.name for path in open_ones)
        yield broken(f"Others on this machine can read keys ({names}).", f"chmod -R go= '{folder}'")
    else:
        yield well(f"{home}, with secrets that only its owner can read")


CHECK = Check("Home", look)
