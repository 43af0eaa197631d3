"""Figures of a measurement, printed as a table and kept as numbers."""

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

from rich.console import Console
from rich.table import Table


@dataclass
class Figures:
    """The figures of one part with one data set."""

    title: str
    rows: list[tuple[str, str, str, str]] = field(default_factory=list)
    numbers: dict[str, float] = field(default_factory=dict)

    def add(self, what: str, number: float, unit: str, bar: str = "", limit: str = "") -> None:
        """Note a figure, the bar it is held to, and what PostgreSQL alone does in the same run."""
        self.rows.append((what, f"{number:,.1f} {unit}", bar, limit))
        self.numbers[what] = number

    def finish(self) -> None:
        """Print the table, and keep the numbers where the second word of the command says."""
        table = Table(title=f"{self.title}, {sys.argv[1]} data set")
        for name in ("what", "measured", "bar", "PostgreSQL alone"):
            table.add_column(name)
        for row in self.rows:
            table.add_row(*row)
        Console().print(table)
        Path(sys.argv[2]).write_text(json.dumps(self.numbers))


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which ``share`` (0 to 1) of ``values`` lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def milliseconds(work: Callable[[], object]) -> float:
    """Return how many milliseconds ``work`` takes."""
    start = perf_counter()
    work()
    return (perf_counter() - start) * 1000
