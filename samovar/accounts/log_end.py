"""Where the audit log ended when it was last sealed, kept outside the database in ``SAMOVAR_HOME/audit-end``.

A chain of seals shows what was changed inside it, but not that its end was cut off: this does. Every machine that seals
keeps its own; one that is older than the log proves less, and nothing wrong.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from samovar.lib import env


@dataclass(frozen=True)
class End:
    """The last sealed entry: its place in the order of the log, its seal, and how many were sealed with it."""

    tx: int
    pk: int
    seal: str
    count: int


def known() -> End | None:
    """Return the end that was noted last, None when none was."""
    try:
        return End(**json.loads(path().read_text(encoding="ascii")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def note(end: End) -> None:
    """Keep where the log ends now."""
    draft = path().with_suffix(f".{os.getpid()}")
    draft.write_text(json.dumps(asdict(end)), encoding="ascii")
    draft.replace(path())


def forget() -> None:
    """Begin anew: another database has been put in place of this one."""
    path().unlink(missing_ok=True)


def path() -> Path:
    """Return the file."""
    return env.home() / "audit-end"
