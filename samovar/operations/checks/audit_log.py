"""Nobody has changed what the audit log says."""

from collections.abc import Iterator

from samovar.accounts import log_end, sealing
from samovar.operations import readiness
from samovar.operations.examining import Check, Finding, broken, well


def look() -> Iterator[Finding]:
    """Hold every entry against its seal, and the end of the log against where it was."""
    if readiness.pending():
        return
    troubles = [finding for finding in (_changed(), _cut(), _unsealed()) if finding]
    yield from troubles or [well("Every entry of the audit log is as it was written")]


def _changed() -> Finding | None:
    entry = sealing.broken_at()
    if entry is None:
        return None
    return broken(
        f"The audit log was changed at entry {entry.pk} of {entry.at:%Y-%m-%d %H:%M} UTC, or before it.",
        "Somebody has written to the database directly: compare with a backup, and change its passwords.",
    )


def _cut() -> Finding | None:
    end = sealing.cut_after()
    if end is None:
        return None
    return broken(
        f"The audit log had {end.count} sealed entries, the last of them number {end.pk}, and does not have them now.",
        "Somebody has taken entries out of the database directly: compare with a backup, and change its passwords. "
        f"If you have put an older database in its place yourself, remove {log_end.path()}.",
    )


def _unsealed() -> Finding | None:
    entry = sealing.waiting()
    if entry is None:
        return None
    return broken(
        f"Entry {entry.pk} of the audit log has had no seal since {entry.at:%Y-%m-%d %H:%M} UTC: until it has, whoever "
        "can write to the database can change it unseen.",
        "Sealing goes on each minute: see that a worker is running, and that no transaction lasts for long.",
    )


CHECK = Check("Audit log", look, needs_database=True)
