"""What happens to the next event after a restore: run in the restored installation by ``test_clock.py``."""

import sys

from django.db import transaction

from samovar.events.announcing import announce
from samovar.events.clock import raise_shift, start_cursors
from samovar.events.effects import install, when
from samovar.events.reading import read_batch
from tests.events.kinds import KettleBoiled

seen: list[str] = []


def note(event: KettleBoiled) -> None:
    """Remember the number of cups."""
    seen.append(str(event.cups))


note.__module__ = "kitchen"


def main() -> None:
    """Announce before and after the clock is raised, and say which event was read."""
    install([when(KettleBoiled, later=[note])])
    start_cursors()
    _announce(1)
    raised = raise_shift()
    _announce(2)
    sys.stdout.write(f"{' '.join(seen)} {'raised' if raised > 10_000 else raised} {raise_shift()}")


def _announce(cups: int) -> None:
    with transaction.atomic():
        announce(KettleBoiled(customer_id=1, cups=cups))
    read_batch("kitchen")
