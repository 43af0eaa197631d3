"""Python and the libraries are those that this version was tested with."""

import re
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from django.conf import settings

from samovar import __version__
from samovar.operations.examining import Check, Finding, broken, warning, well

# Lines for other systems only carry a condition after a semicolon and are left out.
PINNED = re.compile(r"^([A-Za-z0-9_.-]+)==([^ ;\\]+) *\\?$", re.M)
OLDEST, NEWEST = (3, 11), (3, 13)


def look() -> Iterator[Finding]:
    """Compare what is installed with the lock file beside the package, where there is one."""
    python = sys.version_info[:2]
    found = f"Samovar {__version__} on Python {python[0]}.{python[1]}"
    if OLDEST <= python <= NEWEST:
        yield well(found)
    else:
        yield broken(f"{found}, for which it was not made.", "Use Python 3.11 to 3.13.")
    lock = Path(settings.BASE).parent / "requirements.lock"
    if lock.exists():
        yield from _libraries(lock.read_text(encoding="utf-8"))


def _libraries(lock: str) -> Iterator[Finding]:
    pinned = dict(PINNED.findall(lock))
    differing = [
        f"{name} {_installed(name) or 'is missing'}, wanted {wanted}"
        for name, wanted in pinned.items()
        if _installed(name) != wanted
    ]
    if differing:
        yield warning("; ".join(differing), "Run scripts/start, which installs what was tested together.")
    else:
        yield well(f"{len(pinned)} libraries as they were tested together")


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


CHECK = Check("Software", look)
