"""The wiring table: who reacts to what is checked before anything runs."""

import subprocess
import sys
from pathlib import Path

import pytest

from samovar.events.effects import Table, installed, when
from samovar.wiring import table
from tests.events.kinds import KettleBoiled, SamovarSold
from tests.postgres import ROOT

REACTIONS = """
from samovar.events.announcing import CustomerEvent, DomainEvent
from samovar.events.effects import when
from tests.events.kinds import KettleBoiled, SamovarSold

def about_boiling(event: KettleBoiled) -> None: ...
def about_selling(event: SamovarSold) -> None: ...
def about_customers(event: CustomerEvent) -> None: ...
def about_anything(event: DomainEvent) -> None: ...
def without_event() -> None: ...

"""
RIGHT = """
when(KettleBoiled, now=[about_boiling], later=[about_customers, about_anything])
when(CustomerEvent, later=[about_customers])
"""
WRONG = [
    "when(KettleBoiled, later=[about_selling])",
    "when(KettleBoiled, now=[about_boiling, about_selling])",
    "when(CustomerEvent, later=[about_boiling])",
    "when(KettleBoiled, now=[without_event])",
    "when(str, now=[about_anything])",
]


def test_the_table_is_installed_when_the_process_starts() -> None:
    assert list(installed().effects) == table.EFFECTS


def test_every_module_that_reads_the_log_is_one_of_the_wiring() -> None:
    outside = [module for module in Table(table.EFFECTS).modules if not module.startswith("samovar.wiring.")]

    assert not outside


def test_reactions_are_found_by_module_and_kind() -> None:
    def one(event: KettleBoiled) -> None: ...
    def other(event: SamovarSold) -> None: ...

    found = Table([when(KettleBoiled, later=[one]), when(SamovarSold, later=[other], now=[other])])

    assert found.modules == (__name__,)
    assert (found.later(__name__, "KettleBoiled"), found.later(__name__, "Unknown")) == ((one,), ())
    assert (found.now("SamovarSold"), found.now("KettleBoiled")) == ((other,), ())


@pytest.mark.slow
def test_the_type_checker_knows_which_reaction_accepts_which_event(tmp_path: Path) -> None:
    table_of_the_test = tmp_path / "table_of_the_test.py"
    table_of_the_test.write_text(REACTIONS + "\n".join(WRONG) + RIGHT)

    command = [sys.executable, "-m", "mypy", "--no-error-summary", str(table_of_the_test)]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    flagged = {int(line.split(":")[1]) for line in said.stdout.splitlines() if ": error:" in line}
    first = len(REACTIONS.splitlines()) + 1
    assert flagged == set(range(first, first + len(WRONG))), said.stdout + said.stderr
