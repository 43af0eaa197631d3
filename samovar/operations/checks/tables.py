"""No newer version has changed the tables."""

from collections.abc import Iterator

from samovar.operations import upgrading
from samovar.operations.examining import Check, Finding, broken, well


def look() -> Iterator[Finding]:
    """Say when a newer version has changed the tables, on which this one would not start."""
    if unknown := upgrading.unknown():
        yield broken(
            f"A newer Samovar has changed the tables ({', '.join(unknown)}): this one does not start on them.",
            "Start that version again; or, to go back for good, restore the backup that it made before the upgrade.",
        )
    else:
        yield well("No newer version has changed the tables")


CHECK = Check("Tables", look, needs_database=True)
